package io.atelier.tensor;

import io.atelier.kernel.Softmax;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What compares a prediction with the truth. The public face is {@code io.atelier.nn.Loss}. */
public final class Criterion {
  private Criterion() {}

  /**
   * The cross-entropy of each row: {@code ln(sum_k e^x_k) - x_label}.
   *
   * <p>Shapes: logits [N, K]; labels INT [N], each in 0..K-1; result [N].
   *
   * @throws ShapeException if the shapes do not fit or a label lies outside 0..K-1
   */
  public static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return new CrossEntropy().apply(logits, labels);
  }

  /** An operation that compares. */
  sealed interface Rule extends Op permits CrossEntropy {}

  /** Softmax and negative log-likelihood at once. logits [N, K], labels INT [N] -> [N] */
  record CrossEntropy() implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      var logits = inputs[0];
      var labels = inputs[1];
      requireFloating(logits);
      if (logits.shape().rank() != 2
          || labels.elementType() != ElementType.INT
          || !labels.shape().equals(Shape.of(logits.shape().size(0)))) {
        throw new ShapeException(
            call(inputs), "needs one INT label for each row\n  rule: [N, K], INT [N] -> [N]");
      }
      int classes = logits.shape().size(1);
      for (int label : labels.toInts()) {
        if (label < 0 || label >= classes) {
          throw new ShapeException(
              call(inputs),
              "label " + label + " is none of the " + classes + " classes 0.." + (classes - 1));
        }
      }
      return labels.shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var logits = inputs[0];
      int[] labels = inputs[1].toInts();
      int classes = logits.shape().size(1);
      if (logits.elementType() == ElementType.FLOAT) {
        var losses = Tensor.floats(shape);
        float[] x = logits.floats();
        float[] work = new float[classes];
        for (int row = 0; row < labels.length; row++) {
          int at = logits.offset() + row * classes;
          losses.floats()[row] = Softmax.logSumExp(x, at, work, classes) - x[at + labels[row]];
        }
        return losses;
      }
      double[] x = logits.toDoubles();
      double[] losses = new double[labels.length];
      for (int row = 0; row < labels.length; row++) {
        losses[row] =
            Reduction.logSumExp(x, row * classes, classes) - x[row * classes + labels[row]];
      }
      return Tensor.wrap(losses, shape);
    }

    /** {@code dx = (softmax(x) - oneHot(label)) dy}, row by row. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var logits = chain.input(0);
      int rows = logits.shape().size(0);
      var difference =
          logits.softmax().minus(oneHot(chain.input(1), logits.shape(), logits.elementType()));
      return Arrays.asList(difference.times(chain.upstream().reshape(rows, 1)), null);
    }

    private static Tensor oneHot(Tensor labels, Shape shape, ElementType type) {
      int classes = shape.size(1);
      double[] values = new double[Tensor.length(shape)];
      int row = 0;
      for (int label : labels.toInts()) {
        values[row++ * classes + label] = 1;
      }
      return Tensor.wrap(values, shape).to(type);
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(
              new CrossEntropy(),
              Sample.uniform(-3, 3, 4, 10),
              Tensor.of(new int[] {0, 9, 3, 3}, 4)),
          Sample.of(new CrossEntropy(), Sample.uniform(-3, 3, 1, 1), Tensor.of(new int[] {0}, 1)),
          Sample.of(
              new CrossEntropy(), Sample.uniform(-3, 3, 2, 17), Tensor.of(new int[] {16, 0}, 2)),
          Sample.of(new CrossEntropy(), Sample.uniform(-3, 3, 0, 3), Tensor.of(new int[] {}, 0)));
    }
  }
}
