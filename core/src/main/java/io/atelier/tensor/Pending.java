package io.atelier.tensor;

import io.atelier.kernel.Epilogue;
import io.atelier.kernel.Gemm;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of a matrix of weights as the product that makes it, {@code A^T . B}.
 *
 * <p>Who asks for its values computes it. Plain gradient descent does not: it hands the product the
 * weights, which are changed while each sum is still in a register, so that the gradient is never
 * written to memory. The bits are the same either way. Thread-confined.
 */
final class Pending {
  private final Shape shape;
  private final Tensor a;
  private final Tensor b;
  private @Nullable Tensor result;

  private Pending(Tensor a, Tensor b) {
    this.shape = Shape.of(a.shape().size(1), b.shape().size(1));
    this.a = a;
    this.b = b;
  }

  /**
   * {@code A^T . B}, put off where that is safe and of use: within a training step, for FLOAT
   * operands that will not change and sums of one chain.
   *
   * @param a [k, m]
   * @param b [k, n]
   */
  static Tensor product(Tensor a, Tensor b) {
    boolean waits =
        Step.defers()
            && a.elementType() == ElementType.FLOAT
            && a.shape().size(0) <= Gemm.BLOCK
            && !(a.isTracked() || a.isOfParameter() || b.isTracked() || b.isOfParameter());
    return waits
        ? Tensor.pending(new Pending(a, b))
        : new Contraction.Matmul(true, false).apply(a, b);
  }

  Shape shape() {
    return shape;
  }

  boolean isComputed() {
    return result != null;
  }

  /** The values, computed when they are first asked for. */
  float[] values() {
    if (result == null) {
      result = Tensor.floats(shape);
      multiply(result.floats(), Epilogue.store());
    }
    return result.floats();
  }

  /** {@code w -= rate (product + decay w)}. */
  void descend(float[] w, float rate, float decay) {
    multiply(w, new Epilogue.Descend(rate, decay));
  }

  private void multiply(float[] c, Epilogue epilogue) {
    int m = shape.size(0);
    int n = shape.size(1);
    int k = a.shape().size(0);
    var left = new Gemm.Matrix(a.floats(), a.offset(), m, true);
    var right = new Gemm.Matrix(b.floats(), b.offset(), n, false);
    Step.time(1, m, n, k, true, false, () -> Gemm.multiply(m, n, k, left, right, c, 0, epilogue));
  }
}
