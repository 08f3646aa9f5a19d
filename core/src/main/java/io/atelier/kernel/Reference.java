package io.atelier.kernel;

/**
 * The readable definition of what the fast kernels compute: plain loops over {@code double}.
 *
 * <p>Everything here is slow and plain on purpose. Double tensors run on it, gradients are checked
 * on it, and the fast kernels are compared with it. The elementary functions are within 1e-15 of
 * the exact value, relative, wherever it is a normal number.
 */
public final class Reference {
  private static final double SQRT_PI = 1.772453850905516;
  private static final double SQRT_2PI = 2.5066282746310002;
  private static final double SQRT_HALF = 0.7071067811865476;

  /** Up to here the error function is a series, above it its complement a continued fraction. */
  private static final double SERIES = 0.75;

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
      int c0,
      double[] bias) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int p = 0; p < k; p++) {
          sum += a[a0 + i * aRow + p * aColumn] * b[b0 + p * bRow + j * bColumn];
        }
        c[c0 + i * n + j] = sum + (bias.length == 0 ? 0 : bias[j]);
      }
    }
  }

  /** One pair of a place of the window and a tap of it, with the elements that meet there. */
  @FunctionalInterface
  public interface Meeting {
    /** Indices into x, w and y of {@code y += w x}. */
    void at(int x, int w, int y);
  }

  /** Goes through all products {@code w x} of a convolution: its definition. */
  public static void convolve(Convolver.Sizes sizes, Meeting meeting) {
    var down = sizes.vertical();
    var right = sizes.horizontal();
    for (int image = 0; image < sizes.batch(); image++) {
      for (int filter = 0; filter < sizes.filters(); filter++) {
        int group = filter / sizes.groupFilters();
        for (int i = 0; i < sizes.groupChannels(); i++) {
          int plane = image * sizes.channels() + group * sizes.groupChannels() + i;
          for (int tap = 0; tap < sizes.taps(); tap++) {
            for (int place = 0; place < sizes.places(); place++) {
              int row = down.seen(place / right.output(), tap / right.size());
              int column = right.seen(place % right.output(), tap % right.size());
              if (row >= 0 && row < down.input() && column >= 0 && column < right.input()) {
                meeting.at(
                    (plane * down.input() + row) * right.input() + column,
                    (filter * sizes.groupChannels() + i) * sizes.taps() + tap,
                    (image * sizes.filters() + filter) * sizes.places() + place);
              }
            }
          }
        }
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

  /** {@code ln sigmoid(x) = -ln(1 + e^-x)}. */
  public static double logSigmoid(double x) {
    return -softplus(-x);
  }

  /** The error function, {@code 2 / sqrt(pi)} times the integral of {@code e^(-t^2)} to x. */
  public static double erf(double x) {
    if (Math.abs(x) <= SERIES) {
      return erfSeries(x);
    }
    return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
  }

  /** The complement {@code 1 - erf(x)}, without cancellation for large x. */
  public static double erfc(double x) {
    if (x > SERIES) {
      return decay(x) * scaledErfc(x);
    }
    return x < -SERIES ? 2 - erfc(-x) : 1 - erfSeries(x);
  }

  /** The density of the standard normal distribution, {@code e^(-x^2/2) / sqrt(2 pi)}. */
  public static double normalDensity(double x) {
    return halfDecay(x) / SQRT_2PI;
  }

  /** The distribution function of the standard normal distribution, {@code erfc(-x/sqrt 2)/2}. */
  public static double normalCdf(double x) {
    double tail = 0.5 * halfDecay(x) * scaledErfc(Math.abs(x) * SQRT_HALF);
    return x < 0 ? tail : 1 - tail;
  }

  /** The Gaussian error linear unit {@code x Phi(x)}; its limit -0 at minus infinity. */
  public static double gelu(double x) {
    return x == Double.NEGATIVE_INFINITY ? -0.0 : x * normalCdf(x);
  }

  /**
   * {@code 2 / sqrt(pi) e^(-x^2) (x + 2 x^3 / 3 + 4 x^5 / (3 5) + ...)}, whose terms have one sign.
   *
   * <p>Source: Abramowitz and Stegun, 7.1.6.
   */
  private static double erfSeries(double x) {
    double term = x;
    double sum = x;
    for (int i = 3; Math.abs(term) > Math.abs(sum) * 1e-17; i += 2) {
      term *= 2 * x * x / i;
      sum += term;
    }
    return 2 / SQRT_PI * StrictMath.exp(-x * x) * sum;
  }

  /**
   * {@code e^(x^2) erfc(x)} for x not below 0: the continued fraction {@code 1 / sqrt(pi) / (x +
   * (1/2) / (x + (2/2) / (x + (3/2) / (x + ...))))}.
   *
   * <p>Source: Laplace; Abramowitz and Stegun, 7.1.14.
   */
  private static double scaledErfc(double x) {
    if (x <= SERIES) {
      return StrictMath.exp(x * x) * (1 - erfSeries(x));
    }
    double fraction = x;
    for (int i = 20 + (int) (240 / (x * x)); i > 0; i--) {
      fraction = x + 0.5 * i / fraction;
    }
    return 1 / (SQRT_PI * fraction);
  }

  /** {@code e^(-x^2)}; the rounding error of a large square is put back. */
  private static double decay(double x) {
    double square = x * x;
    double rest = Math.fma(x, x, -square);
    return square > 800 ? 0 : StrictMath.exp(-square) * (1 - rest);
  }

  /** {@code e^(-x^2/2)}, in the same manner. */
  private static double halfDecay(double x) {
    double half = 0.5 * x;
    double square = half * x;
    double rest = Math.fma(half, x, -square);
    return square > 800 ? 0 : StrictMath.exp(-square) * (1 - rest);
  }
}
