package io.atelier.tensor;

import io.atelier.kernel.Epilogue;
import io.atelier.kernel.Panels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fully connected layers: a product with a matrix of weights, a bias, and ReLU at once. */
sealed interface FullyConnected permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * A fully connected layer: {@code y = x W^T + b}, {@code z_j = sum_i w_ji x_i + b_j}.
   *
   * <p>Shapes: x [..., in]; weight [out, in]; bias [out]; y [..., out].
   */
  default Tensor linear(Tensor weight, Tensor bias) {
    return new Linear(false).apply(self(), weight, bias);
  }

  /**
   * A fully connected layer and ReLU at once: {@code y = max(x W^T + b, 0)}, with the bits of
   * {@link #linear} and {@link Tensor#relu} and one pass over memory less in each direction.
   *
   * <p>Shapes: x [..., in]; weight [out, in]; bias [out]; y [..., out].
   */
  default Tensor linearRelu(Tensor weight, Tensor bias) {
    return new Linear(true).apply(self(), weight, bias);
  }

  /** A fully connected layer. */
  sealed interface Rule extends Op permits Linear {}

  /**
   * A fully connected layer, with or without ReLU.
   *
   * <p>x [..., in], weight [out, in], bias [out] -> [..., out]
   */
  record Linear(boolean rectified) implements Rule {
    @Override
    public String name() {
      return rectified ? "linearRelu" : "linear";
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var x = inputs[0].shape();
      var weight = inputs[1].shape();
      var bias = inputs[2].shape();
      if (x.rank() == 0 || weight.rank() != 2 || x.size(-1) != weight.size(1)) {
        throw new ShapeException(
            call(inputs),
            "the last size of x"
                + (x.rank() == 0 ? " (none)" : " (" + x.size(-1) + ")")
                + " must equal the inputs of the layer ("
                + (weight.rank() == 2 ? weight.size(1) : "weight must be [out, in]")
                + ")"
                + "\n  rule: x [..., in], weight [out, in], bias [out] -> [..., out]");
      }
      if (!bias.equals(Shape.of(weight.size(0)))) {
        throw new ShapeException(
            call(inputs), "the bias must have shape [" + weight.size(0) + "], got " + bias);
      }
      return x.with(-1, weight.size(0));
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = rows(inputs[0]);
      var weight = inputs[1].parameter();
      boolean few = x.elementType() == ElementType.FLOAT && x.shape().size(0) <= Panels.FEW;
      var panels = few && weight != null && Step.infers() ? weight.panels() : null;
      if (panels != null) {
        var bias = inputs[2];
        var y = Tensor.floats(shape);
        var epilogue = new Epilogue.Layer(bias.floats(), bias.offset(), rectified);
        panels.multiply(
            x.shape().size(0), x.floats(), x.offset(), y.floats(), y.offset(), epilogue);
        return y;
      }
      var flat = Shape.of(x.shape().size(0), shape.size(-1));
      return Contraction.product(
              flat, x.shape().size(1), x, false, inputs[1], true, inputs[2], rectified)
          .viewed(shape);
    }

    /**
     * {@code dx = dz W}, {@code dW = dz^T x}, {@code db} the sum of the rows of {@code dz}, where
     * {@code dz} is {@code dy}, with ReLU {@code dy [y > 0]}.
     */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var x = chain.input(0);
      var sums = chain.upstream();
      var upstream = rows(rectified ? sums.times(chain.output().positive()) : sums);
      return Arrays.asList(
          chain.needs(0) ? upstream.matmul(chain.input(1)).reshape(x.shape()) : null,
          chain.needs(1) ? Pending.product(upstream, rows(x)) : null,
          chain.needs(2) ? upstream.sum(0) : null);
    }

    /** All axes but the last as one: [..., n] -> [rows, n]. */
    private static Tensor rows(Tensor x) {
      int last = x.shape().rank() - 1;
      return x.reshape(x.shape().product(0, last), x.shape().size(last));
    }

    static List<Sample> samples() {
      return List.of(
          sample(3, 5, 4),
          sample(1, 1, 1),
          sample(17, 3, 65),
          sample(4, 385, 3),
          sample(0, 2, 3),
          rectified(7, 5, 4),
          rectified(40, 3, 33),
          rectified(2, 389, 70),
          Sample.of(
              new Linear(false),
              Sample.uniform(-1, 1, 2, 3, 5),
              Sample.uniform(-1, 1, 4, 5),
              Sample.uniform(-1, 1, 4)));
    }

    private static Sample rectified(int rows, int in, int out) {
      return new Sample(new Linear(true), sample(rows, in, out).inputs());
    }

    private static Sample sample(int rows, int in, int out) {
      return Sample.of(
          new Linear(false),
          Sample.uniform(-1, 1, rows, in),
          Sample.uniform(-1, 1, out, in),
          Sample.uniform(-1, 1, out));
    }
  }
}
