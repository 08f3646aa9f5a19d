package io.atelier.kernel;

/**
 * The readable definition of what the fast kernels compute: plain loops over {@code double}.
 *
 * <p>Everything here is slow and plain on purpose. Double tensors run on it, gradients are checked
 * on it, and the fast kernels are compared with it.
 */
public final class Reference {
  private static final double INVERSE_SQRT_2PI = 0.3989422804014327;

  private Reference() {}

  /**
   * {@code c[i, j] = sum over p of a[i, p] b[p, j], + bias[j]}; strides describe transposed
   * operands.
   */
  public static void multiply(
      int m,
      int n,
      int k,
      double[] a,
      int a0,
      int aRow,
      int aColumn,
      double[] b,
      int b0,
      int bRow,
      int bColumn,
      double[] c,
      double[] bias) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int p = 0; p < k; p++) {
          sum += a[a0 + i * aRow + p * aColumn] * b[b0 + p * bRow + j * bColumn];
        }
        c[i * n + j] = sum + (bias.length == 0 ? 0 : bias[j]);
      }
    }
  }

  /** {@code 1 / (1 + e^-x)}. */
  public static double sigmoid(double x) {
    double decay = StrictMath.exp(-Math.abs(x));
    return (x < 0 ? decay : 1) / (1 + decay);
  }

  /** {@code ln(1 + e^x)}. */
  public static double softplus(double x) {
    return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
  }

  /** The density of the standard normal distribution. */
  public static double normalDensity(double x) {
    return StrictMath.exp(-x * x / 2) * INVERSE_SQRT_2PI;
  }

  /**
   * The distribution function of the standard normal distribution.
   *
   * <p>Near 0 the series {@code 1/2 + density (x + x^3/3 + x^5/(3 5) + ...)}, whose terms all have
   * one sign; in the tails the continued fraction of Laplace (Abramowitz and Stegun, 26.2.11 and
   * 26.2.14).
   */
  public static double normalCdf(double x) {
    double size = Math.abs(x);
    double tail;
    if (Double.isNaN(x)) {
      return x;
    } else if (size < 3) {
      double term = size;
      double sum = term;
      for (int i = 3; term > sum * 1e-17; i += 2) {
        term *= size * size / i;
        sum += term;
      }
      tail = 0.5 - normalDensity(size) * sum;
      return x < 0 ? tail : 1 - tail;
    } else {
      double fraction = size;
      for (int i = 100; i > 0; i--) {
        fraction = size + i / fraction;
      }
      tail = size > 40 ? 0 : normalDensity(size) / fraction;
    }
    return x < 0 ? tail : 1 - tail;
  }
}
