package io.atelier.tensor;

import io.atelier.kernel.Epilogue;
import io.atelier.kernel.Gemm;
import io.atelier.kernel.Reference;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Products that sum over a shared axis. */
sealed interface Contraction permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The product of two matrices: [M, K] . [K, N] -> [M, N]. */
  default Tensor matmul(Tensor other) {
    return new Matmul(false, false).apply(self(), other);
  }

  /**
   * A fully connected layer: {@code y = x W^T + b}, {@code z_j = sum_i w_ji x_i + b_j}.
   *
   * <p>Shapes: x [..., in]; weight [out, in]; bias [out]; y [..., out].
   */
  default Tensor linear(Tensor weight, Tensor bias) {
    return new Linear().apply(self(), weight, bias);
  }

  /** A product. */
  sealed interface Rule extends Op permits Matmul, Linear {}

  /**
   * The product of two matrices, either of which may be read transposed.
   *
   * <p>[M, K] . [K, N] -> [M, N]
   */
  record Matmul(boolean transposeLeft, boolean transposeRight) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var a = inputs[0].shape();
      var b = inputs[1].shape();
      if (a.rank() != 2 || b.rank() != 2) {
        throw new ShapeException(
            call(inputs), "both operands must have 2 axes, got " + a.rank() + " and " + b.rank());
      }
      int left = a.size(transposeLeft ? 0 : 1);
      int right = b.size(transposeRight ? 1 : 0);
      if (left != right) {
        boolean cure = left == b.size(transposeRight ? 0 : 1);
        throw new ShapeException(
            call(inputs),
            "columns of the left ("
                + left
                + ") must equal rows of the right ("
                + right
                + ")"
                + (cure ? "; is the right operand transposed?" : "")
                + "\n  rule: [M, K] . [K, N] -> [M, N]");
      }
      return Shape.of(a.size(transposeLeft ? 1 : 0), b.size(transposeRight ? 0 : 1));
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      int k = inputs[0].shape().size(transposeLeft ? 0 : 1);
      return product(shape, k, inputs[0], transposeLeft, inputs[1], transposeRight, null);
    }

    /** {@code dA = dC B^T} and {@code dB = A^T dC}, each transposed where its operand was. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var a = chain.input(0);
      var b = chain.input(1);
      var c = chain.upstream();
      Tensor left = null;
      Tensor right = null;
      if (chain.needs(0)) {
        left =
            transposeLeft
                ? new Matmul(transposeRight, true).apply(b, c)
                : new Matmul(false, !transposeRight).apply(c, b);
      }
      if (chain.needs(1)) {
        right =
            transposeRight
                ? new Matmul(true, transposeLeft).apply(c, a)
                : new Matmul(!transposeLeft, false).apply(a, c);
      }
      return Arrays.asList(left, right);
    }

    static List<Sample> samples() {
      var plain = new Matmul(false, false);
      return List.of(
          Sample.of(plain, Sample.uniform(-1, 1, 3, 5), Sample.uniform(-1, 1, 5, 4)),
          Sample.of(plain, Sample.uniform(-1, 1, 1, 1), Sample.uniform(-1, 1, 1, 1)),
          Sample.of(plain, Sample.uniform(-1, 1, 7, 3), Sample.uniform(-1, 1, 3, 65)),
          Sample.of(plain, Sample.uniform(-1, 1, 2, 0), Sample.uniform(-1, 1, 0, 3)),
          Sample.of(plain, Sample.uniform(-1, 1, 0, 2), Sample.uniform(-1, 1, 2, 3)),
          Sample.of(plain, Sample.uniform(-1, 1, 2, 389), Sample.uniform(-1, 1, 389, 2)),
          Sample.of(
              new Matmul(true, false), Sample.uniform(-1, 1, 5, 3), Sample.uniform(-1, 1, 5, 4)),
          Sample.of(
              new Matmul(false, true), Sample.uniform(-1, 1, 3, 5), Sample.uniform(-1, 1, 4, 5)),
          Sample.of(
              new Matmul(true, true), Sample.uniform(-1, 1, 5, 3), Sample.uniform(-1, 1, 4, 5)));
    }
  }

  /** A fully connected layer. x [..., in], weight [out, in], bias [out] -> [..., out] */
  record Linear() implements Rule {
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
      var flat = Shape.of(x.shape().size(0), shape.size(-1));
      return product(flat, x.shape().size(1), x, false, inputs[1], true, inputs[2]).viewed(shape);
    }

    /** {@code dx = dy W}, {@code dW = dy^T x}, {@code db} the sum of the rows of {@code dy}. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var x = chain.input(0);
      var upstream = rows(chain.upstream());
      return Arrays.asList(
          chain.needs(0) ? upstream.matmul(chain.input(1)).reshape(x.shape()) : null,
          chain.needs(1) ? new Matmul(true, false).apply(upstream, rows(x)) : null,
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
          Sample.of(
              new Linear(),
              Sample.uniform(-1, 1, 2, 3, 5),
              Sample.uniform(-1, 1, 4, 5),
              Sample.uniform(-1, 1, 4)));
    }

    private static Sample sample(int rows, int in, int out) {
      return Sample.of(
          new Linear(),
          Sample.uniform(-1, 1, rows, in),
          Sample.uniform(-1, 1, out, in),
          Sample.uniform(-1, 1, out));
    }
  }

  /** {@code A . B + bias}, by the fast kernel for FLOAT and by plain loops for DOUBLE. */
  private static Tensor product(
      Shape shape,
      int k,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      @Nullable Tensor bias) {
    int m = shape.size(0);
    int n = shape.size(1);
    int aStride = a.shape().size(1);
    int bStride = b.shape().size(1);
    if (a.elementType() == ElementType.FLOAT) {
      var c = Tensor.floats(shape);
      Gemm.multiply(
          m,
          n,
          k,
          new Gemm.Matrix(a.floats(), a.offset(), aStride, transposeA),
          new Gemm.Matrix(b.floats(), b.offset(), bStride, transposeB),
          c.floats(),
          c.offset(),
          bias == null
              ? Epilogue.store()
              : new Epilogue.Layer(bias.floats(), bias.offset(), false));
      return c;
    }
    var c = Tensor.doubles(shape);
    Reference.multiply(
        m,
        n,
        k,
        a.doubles(),
        a.offset(),
        transposeA ? 1 : aStride,
        transposeA ? aStride : 1,
        b.doubles(),
        b.offset(),
        transposeB ? 1 : bStride,
        transposeB ? bStride : 1,
        c.doubles(),
        bias == null ? new double[0] : bias.toDoubles());
    return c;
  }
}
