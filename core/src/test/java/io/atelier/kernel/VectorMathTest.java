package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VectorMathTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;
  private static final float TINIEST = Float.MIN_VALUE;
  private static final int STRIDE = 1009;

  static Stream<AllFloats.Function> functions() {
    return AllFloats.FUNCTIONS.stream();
  }

  @ParameterizedTest
  @MethodSource("functions")
  void everyThousandAndNinthFloatIsWithinTheBound(AllFloats.Function function) {
    var worst = AllFloats.worst(function, STRIDE);
    assertThat(worst.ulps())
        .as("%s at %s", function, worst.at())
        .isLessThanOrEqualTo(function.bound());
    assertThat(function.bound()).isLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void theEndsOfTheRangesAreWithinTheBound(AllFloats.Function function) {
    // where a formula gives way to another, overflows or leaves the normal numbers
    float[] ends = {
      0f,
      TINIEST,
      Float.MIN_NORMAL,
      0x1p-25f,
      0.5f,
      0.625f,
      0.875f,
      1f,
      4f,
      10f,
      14f,
      16f,
      20f,
      87.33655f,
      88.72284f,
      88.8f,
      103.97208f,
      105f,
      131072f,
      0x1p24f,
      Float.MAX_VALUE,
      INFINITY
    };
    for (float end : ends) {
      float[] around = new float[4001];
      for (int i = 0; i < around.length; i++) {
        int bits = Math.max(0, Float.floatToRawIntBits(end) + (i - 2000) / 2);
        around[i] = Math.copySign(Float.intBitsToFloat(bits), i % 2 == 0 ? 1f : -1f);
      }
      float[] values = AllFloats.values(function, around);
      for (int i = 0; i < around.length; i++) {
        assertThat(AllFloats.ulps(values[i], function.exact().applyAsDouble(around[i])))
            .as("%s at %s", function, around[i])
            .isLessThanOrEqualTo(function.bound());
      }
    }
  }

  /** The bits are those of any vector width: this sum was the same with 4 lanes and with 8. */
  @Test
  void theBitsAreThoseRecorded() {
    var sum = new CRC32();
    float[] x = new float[(int) Math.ceilDiv(1L << 32, (long) STRIDE)];
    for (int i = 0; i < x.length; i++) {
      x[i] = Float.intBitsToFloat((int) ((long) i * STRIDE));
    }
    for (var function : AllFloats.FUNCTIONS) {
      for (float value : AllFloats.values(function, x)) {
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < 32; shift += 8) {
          sum.update(bits >>> shift);
        }
      }
    }
    assertThat(Long.toHexString(sum.getValue())).isEqualTo("b3dd5351");
  }

  @Test
  void specialValuesAreExact() {
    float nan = Float.NaN;
    float half = 0.5f;
    float ln2 = 0.6931472f;
    float[] x = {-INFINITY, -TINIEST, -0f, 0f, TINIEST, INFINITY, nan};
    check("exp", x, 0, 1, 1, 1, 1, INFINITY, nan);
    check("expm1", x, -1, -TINIEST, -0f, 0, TINIEST, INFINITY, nan);
    check("log", x, nan, nan, -INFINITY, -INFINITY, -103.27893f, INFINITY, nan);
    check("log1p", x, nan, -TINIEST, -0f, 0, TINIEST, INFINITY, nan);
    check("sin", x, nan, -TINIEST, -0f, 0, TINIEST, nan, nan);
    check("cos", x, nan, 1, 1, 1, 1, nan, nan);
    check("tanh", x, -1, -TINIEST, -0f, 0, TINIEST, 1, nan);
    check("sigmoid", x, 0, half, half, half, half, 1, nan);
    check("softplus", x, 0, ln2, ln2, ln2, ln2, INFINITY, nan);
    check("logSigmoid", x, -INFINITY, -ln2, -ln2, -ln2, -ln2, -0f, nan);
    check("erf", x, -1, -TINIEST, -0f, 0, TINIEST, 1, nan);
    check("normalDensity", x, 0, 0.3989423f, 0.3989423f, 0.3989423f, 0.3989423f, 0, nan);
    check("normalCdf", x, 0, half, half, half, half, 1, nan);
    check("gelu", x, -0f, -0f, -0f, 0, 0, INFINITY, nan);
    check("log1p", new float[] {-1, Math.nextDown(-1f)}, -INFINITY, nan);
    check("log", new float[] {1}, 0);
  }

  private static void check(String name, float[] x, float... expected) {
    var function =
        AllFloats.FUNCTIONS.stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
    assertThat(AllFloats.values(function, x)).as(name).containsExactly(expected);
  }

  /** Abramowitz and Stegun, table 7.1, to its ten digits; more digits by mpmath, 40 of them. */
  @Test
  void theErrorFunctionIsThatOfTheTables() {
    double[][] printed = {{0.1, 0.1124629160}, {0.5, 0.5204998778}, {1, 0.8427007929}};
    for (double[] row : printed) {
      assertThat(Math.abs(Reference.erf(row[0]) - row[1])).isLessThan(0.51e-10);
    }
    double[][] table = {
      {1e-10, 1.1283791670955126e-10}, {0.1, 0.1124629160182849}, {0.5, 0.5204998778130465},
      {0.75, 0.7111556336535151}, {0.76, 0.7175367528055908}, {1, 0.8427007929497149},
      {1.5, 0.9661051464753108}, {2, 0.9953222650189527}, {3, 0.9999779095030014},
      {-0.7, -0.6778011938374184}, {-2, -0.9953222650189527}
    };
    within(Reference::erf, table);
  }

  @Test
  void itsComplementIsThatOfTheTables() {
    double[][] table = {
      {-3, 1.9999779095030015}, {-0.5, 1.5204998778130465}, {0.1, 0.887537083981715},
      {0.5, 0.4795001221869535}, {0.75, 0.28884436634648486}, {0.76, 0.28246324719440913},
      {1, 0.15729920705028513}, {1.5, 0.033894853524689274}, {2, 0.004677734981047266},
      {3, 2.209049699858544e-05}, {5, 1.537459794428035e-12}, {10, 2.088487583762545e-45},
      {20, 5.395865611607901e-176}, {26, 5.663192408856143e-296}
    };
    within(Reference::erfc, table);
  }

  @Test
  void theNormalDistributionIsThatOfTheTables() {
    double[][] table = {
      {-37, 5.725571222524577e-300}, {-20, 2.7536241186062337e-89}, {-14, 7.7935368191928e-45},
      {-8, 6.220960574271784e-16}, {-5, 2.866515718791939e-07}, {-3, 0.0013498980316300946},
      {-2, 0.02275013194817921}, {-1.1, 0.13566606094638264}, {-1, 0.15865525393145705},
      {-0.5, 0.3085375387259869}, {0.3, 0.6179114221889527}, {1, 0.8413447460685429},
      {2, 0.9772498680518208}, {6, 0.9999999990134123}
    };
    within(Reference::normalCdf, table);
    double[][] density = {
      {0, 0.3989422804014327}, {0.5, 0.35206532676429947}, {1, 0.24197072451914334},
      {3, 0.0044318484119380075}, {-10, 7.694598626706419e-23}, {20.3, 1.308288554681529e-90},
      {37.1, 5.215262198831984e-300}
    };
    within(Reference::normalDensity, density);
  }

  @Test
  void theLogisticFunctionAndItsIntegralAreThoseOfTheTables() {
    double[][] table = {
      {-700, 9.85967654375977e-305},
      {-30, 9.357622968839299e-14},
      {-1, 0.2689414213699951},
      {0.5, 0.6224593312018546},
      {3, 0.9525741268224333}
    };
    within(Reference::sigmoid, table);
    double[][] integral = {
      {-30, 9.357622968839737e-14}, {-1, 0.3132616875182228}, {0, 0.6931471805599453},
      {0.5, 0.9740769841801067}, {3, 3.048587351573742}, {40, 40.0}
    };
    within(Reference::softplus, integral);
  }

  private static void within(DoubleUnaryOperator function, double[][] table) {
    for (double[] row : table) {
      double value = function.applyAsDouble(row[0]);
      assertThat(Math.abs(value / row[1] - 1)).as("at %s: %s", row[0], value).isLessThan(1e-15);
    }
  }

  @Test
  void theDefinitionsReachTheirLimits() {
    List<DoubleUnaryOperator> all =
        List.of(Reference::erf, Reference::erfc, Reference::normalCdf, Reference::gelu);
    assertThat(all).allMatch(function -> Double.isNaN(function.applyAsDouble(Double.NaN)));
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(all.stream().mapToDouble(f -> f.applyAsDouble(infinity)))
        .containsExactly(1.0, 0.0, 1.0, infinity);
    assertThat(all.stream().mapToDouble(f -> f.applyAsDouble(-infinity)))
        .containsExactly(-1.0, 2.0, 0.0, -0.0);
    assertThat(all.stream().mapToDouble(f -> f.applyAsDouble(-0.0)))
        .containsExactly(-0.0, 1.0, 0.5, -0.0);
  }

  /** Every 1,009th float that is not above 0, and all results that are not normal numbers. */
  @Test
  void decayHasTheBitsOfExp() {
    int zero = Float.floatToRawIntBits(-0f);
    int end = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);
    int subnormal = Float.floatToRawIntBits(-87f);
    int none = Float.floatToRawIntBits(-106f);
    sameAsExp(zero, end, 1009);
    sameAsExp(subnormal, none, 7);
    var special = new float[Lanes.COUNT];
    special[1] = Float.NEGATIVE_INFINITY;
    special[2] = Float.NaN;
    sameAsExp(special);
  }

  private static void sameAsExp(int from, int end, int step) {
    float[] x = new float[Lanes.COUNT];
    for (int bits = from; bits <= end - step * x.length; bits += step * x.length) {
      for (int i = 0; i < x.length; i++) {
        x[i] = Float.intBitsToFloat(bits + i * step);
      }
      sameAsExp(x);
    }
  }

  private static void sameAsExp(float[] x) {
    var vector = FloatVector.fromArray(Lanes.SPECIES, x, 0);
    if (!Arrays.equals(VectorMath.decay(vector).toArray(), VectorMath.exp(vector).toArray())) {
      assertThat(VectorMath.decay(vector).toArray())
          .as("decay of %s", Arrays.toString(x))
          .isEqualTo(VectorMath.exp(vector).toArray());
    }
  }
}
