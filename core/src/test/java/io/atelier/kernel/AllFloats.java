package io.atelier.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Compares every function of {@link VectorMath} with its definition in double, for all floats.
 *
 * <p>After {@code mvn -pl core test-compile}, run it by {@code java --add-modules
 * jdk.incubator.vector -cp core/target/classes:core/target/test-classes io.atelier.kernel.AllFloats
 * [STRIDE] [NAME...]}: every float, or every STRIDE-th, of all functions or of those named. Every
 * float of one function takes some minutes on two cores, of sine and cosine many.
 */
final class AllFloats {
  /** A function, its definition, and the distance from it in ULPs that may not be exceeded. */
  record Function(String name, Loops.UnaryKernel fast, DoubleUnaryOperator exact, double bound) {
    static Function of(String name, Loops.Unary fast, DoubleUnaryOperator exact, double bound) {
      return new Function(name, Loops.unary(fast), exact, bound);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** The largest distance and the argument where it was found. */
  record Worst(double ulps, float at) {}

  static final List<Function> FUNCTIONS =
      List.of(
          Function.of("exp", (x, _) -> VectorMath.exp(x), StrictMath::exp, 1),
          Function.of("expm1", (x, _) -> VectorMath.expm1(x), StrictMath::expm1, 1.25),
          Function.of("log", (x, _) -> VectorMath.log(x), StrictMath::log, 1),
          Function.of("log1p", (x, _) -> VectorMath.log1p(x), StrictMath::log1p, 1.5),
          Function.of("sin", (x, _) -> VectorMath.sin(x), StrictMath::sin, 1.75),
          Function.of("cos", (x, _) -> VectorMath.cos(x), StrictMath::cos, 1.75),
          Function.of("tanh", (x, _) -> VectorMath.tanh(x), StrictMath::tanh, 1.5),
          Function.of("sigmoid", (x, _) -> VectorMath.sigmoid(x), Reference::sigmoid, 1.75),
          Function.of("softplus", (x, _) -> VectorMath.softplus(x), Reference::softplus, 1.75),
          Function.of(
              "logSigmoid", (x, _) -> VectorMath.logSigmoid(x), Reference::logSigmoid, 1.75),
          Function.of("erf", (x, _) -> VectorMath.erf(x), Reference::erf, 1.25),
          Function.of(
              "normalDensity", (x, _) -> VectorMath.normalDensity(x), Reference::normalDensity, 1),
          Function.of("normalCdf", (x, _) -> VectorMath.normalCdf(x), Reference::normalCdf, 1.9),
          Function.of("gelu", (x, _) -> VectorMath.gelu(x), Reference::gelu, 1.75));

  private static final int CHUNK = 1 << 16;

  private AllFloats() {}

  /** Prints a line for each function: the worst ULPs, where, and the bound. */
  public static void main(String[] arguments) {
    var names = new ArrayList<>(List.of(arguments));
    int stride =
        names.isEmpty() || !names.get(0).matches("\\d+") ? 1 : Integer.parseInt(names.remove(0));
    for (var function : FUNCTIONS) {
      if (names.isEmpty() || names.contains(function.name())) {
        var worst = worst(function, stride);
        System.out.printf(
            Locale.ROOT,
            "%-14s %.4f ULP at %s, bound %s%n",
            function.name(),
            worst.ulps(),
            worst.at(),
            function.bound());
      }
    }
  }

  /** The worst among the floats whose bits, as an unsigned number, are multiples of the stride. */
  static Worst worst(Function function, int stride) {
    long count = Math.ceilDiv(1L << 32, stride);
    return IntStream.range(0, (int) Math.ceilDiv(count, (long) CHUNK))
        .parallel()
        .mapToObj(chunk -> {
          long from = (long) chunk * CHUNK;
          float[] x = new float[(int) Math.min(CHUNK, count - from)];
          for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat((int) ((from + i) * stride));
          }
          return worst(function, x);
        })
        .max(Comparator.comparingDouble(Worst::ulps))
        .orElseThrow();
  }

  private static Worst worst(Function function, float[] x) {
    float[] y = values(function, x);
    double worst = -1;
    float at = 0;
    for (int i = 0; i < x.length; i++) {
      double ulps = ulps(y[i], function.exact().applyAsDouble(x[i]));
      if (ulps > worst) {
        worst = ulps;
        at = x[i];
      }
    }
    return new Worst(worst, at);
  }

  /** The function of each element. */
  static float[] values(Function function, float... x) {
    float[] y = new float[x.length];
    function.fast().run(x, 0, 0, y, 0, x.length);
    return y;
  }

  /**
   * The distance in units of the last place of the float nearest to the exact value.
   *
   * <p>Infinite where one of the two is infinite or not a number and the other is not, or where two
   * zeros differ in sign.
   */
  static double ulps(float result, double exact) {
    float nearest = (float) exact;
    boolean same = Float.floatToIntBits(result) == Float.floatToIntBits(nearest);
    if (!Float.isFinite(result) || !Float.isFinite(nearest) || (result == 0 && exact == 0)) {
      return same ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(result - exact) / Math.ulp(nearest);
  }
}
