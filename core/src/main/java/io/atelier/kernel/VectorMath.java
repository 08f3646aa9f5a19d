package io.atelier.kernel;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of a vector of floats, the same bits for any vector width.
 *
 * <p>Each is within 2 ULP of the exact value for every float; {@code VectorMathTest} states the
 * bound of each. Not a number gives not a number, limits at infinity are reached, zeros keep their
 * sign where the function has one, and results below the smallest normal float are rounded once.
 * Only lane-wise operations are used, so that a lane never knows how many others there are.
 *
 * <p>Two devices recur. A value is carried as a rounded float and what the rounding lost ({@code
 * low}) where the next step would magnify the loss. And {@code e^r} stays {@code 1 + p} up to the
 * last step, since the error of a small p hardly weighs.
 *
 * <p>The polynomials of {@code exp}, {@code log}, {@code sin}, {@code cos} and {@code tanh} are
 * those of Moshier's Cephes library (single precision, 1992), evaluated with fused multiply-adds;
 * those of {@code erf} and of the normal distribution are minimax fits of our own. The reductions
 * of the argument follow Cody and Waite 1980.
 *
 * <p>The compiler inlines methods of our own only while its graph has less than 18,000 nodes, and a
 * vector operation takes about 450, another 150 for each constant made on the spot. So constants
 * are vectors, and a long function calls its helpers early and ends flat.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the constants as published
public final class VectorMath {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  private static final int MANTISSA = 23;
  private static final IntVector BIAS = of(127);
  private static final IntVector SIGN = of(1 << 31);
  private static final IntVector EXPONENT = of(0xff800000);
  private static final IntVector SQRT_HALF = of(0x3f3504f3);
  private static final IntVector ODD = of(1);
  private static final IntVector TWO = of(2);

  private static final FloatVector ZERO = of(0f);
  private static final FloatVector QUARTER = of(0.25f);
  private static final FloatVector HALF = of(0.5f);
  private static final FloatVector MINUS_HALF = of(-0.5f);
  private static final FloatVector ONE = of(1f);
  private static final FloatVector FOUR = of(4f);
  private static final FloatVector INFINITY = of(Float.POSITIVE_INFINITY);
  private static final FloatVector MINUS_INFINITY = of(Float.NEGATIVE_INFINITY);
  private static final FloatVector NAN = of(Float.NaN);
  private static final FloatVector MIN_NORMAL = of(Float.MIN_NORMAL);

  /** 1.5 times 2^23: adding it leaves the nearest integer in the low bits. */
  private static final FloatVector ROUND = of(0x1.8p23f);

  private static final IntVector ROUND_BITS = of(Float.floatToRawIntBits(0x1.8p23f));

  /**
   * Leaves {@code n + 100} in the low bits with the bias of an exponent on top, so that they
   * shifted are {@code 2^(n + 100)}, a normal float for any n from -226 to 27.
   */
  private static final FloatVector ROUND_UP_100 = of(0x1.8p23f + 227);

  private static final FloatVector DOWN_100 = of(0x1p-100f);

  /** Below 2^-25, {@code e^x - 1} and {@code ln(1 + x)} are x. */
  private static final FloatVector TINY = of(0x1p-25f);

  /** The coefficient of x^k in {@code e^x} is {@code EXP_k}, and so on below. */
  private static final FloatVector EXP_2 = of(5.0000001201e-1f);

  private static final FloatVector EXP_3 = of(1.6666665459e-1f);
  private static final FloatVector EXP_4 = of(4.1665795894e-2f);
  private static final FloatVector EXP_5 = of(8.3334519073e-3f);
  private static final FloatVector EXP_6 = of(1.3981999507e-3f);
  private static final FloatVector EXP_7 = of(1.9875691500e-4f);
  private static final FloatVector EXP_MIN = of(-105f);
  private static final FloatVector EXP_MAX = of(88.8f);
  private static final FloatVector EXPM1_MIN = of(-20f);
  private static final FloatVector LOG2_E = of(1.44269504f);
  private static final FloatVector MINUS_LN2_HIGH = of(-0.693145752f);
  private static final FloatVector MINUS_LN2_LOW = of(-1.42860677e-6f);

  private static final FloatVector LOG_2 = of(-0.5f);
  private static final FloatVector LOG_3 = of(3.3333331174e-1f);
  private static final FloatVector LOG_4 = of(-2.4999993993e-1f);
  private static final FloatVector LOG_5 = of(2.0000714765e-1f);
  private static final FloatVector LOG_6 = of(-1.6668057665e-1f);
  private static final FloatVector LOG_7 = of(1.4249322787e-1f);
  private static final FloatVector LOG_8 = of(-1.2420140846e-1f);
  private static final FloatVector LOG_9 = of(1.1676998740e-1f);
  private static final FloatVector LOG_10 = of(-1.1514610310e-1f);
  private static final FloatVector LOG_11 = of(7.0376836292e-2f);
  private static final FloatVector LN2_HIGH = of(0.693359375f);
  private static final FloatVector LN2_LOW = of(-2.12194440e-4f);
  private static final FloatVector TWO_TO_23 = of(0x1p23f);
  private static final FloatVector TWENTY_THREE = of(23f);

  private static final FloatVector TANH_3 = of(-3.33332819422e-1f);
  private static final FloatVector TANH_5 = of(1.33314422036e-1f);
  private static final FloatVector TANH_7 = of(-5.37397155531e-2f);
  private static final FloatVector TANH_9 = of(2.06390887954e-2f);
  private static final FloatVector TANH_11 = of(-5.70498872745e-3f);
  private static final FloatVector TANH_SERIES = of(0.625f);
  private static final FloatVector TANH_MAX = of(10f);

  private static final FloatVector SIN_3 = of(-1.6666654611e-1f);
  private static final FloatVector SIN_5 = of(8.3321608736e-3f);
  private static final FloatVector SIN_7 = of(-1.9515295891e-4f);
  private static final FloatVector COS_4 = of(4.166664568298827e-2f);
  private static final FloatVector COS_6 = of(-1.388731625493765e-3f);
  private static final FloatVector COS_8 = of(2.443315711809948e-5f);
  private static final FloatVector TWO_OVER_PI = of(0.636619772f);
  private static final FloatVector QUARTER_TURN_HIGH = of(-1.57079625129699707e0f);
  private static final FloatVector QUARTER_TURN_MIDDLE = of(-7.54978941586159635e-8f);
  private static final FloatVector QUARTER_TURN_LOW = of(-5.39030285815811905e-15f);
  private static final FloatVector TURNS_MAX = of(0x1p17f);

  private static final FloatVector ERF_1 = of(0.12837915f);
  private static final FloatVector ERF_3 = of(-0.37612513f);
  private static final FloatVector ERF_5 = of(0.11282104f);
  private static final FloatVector ERF_7 = of(-0.026779678f);
  private static final FloatVector ERF_9 = of(0.005015679f);
  private static final FloatVector ERF_11 = of(-0.00061211915f);
  private static final FloatVector ERF_SERIES = of(0.875f);
  private static final FloatVector ERF_MAX = of(4f);
  private static final FloatVector LOG_ERFC_1 = of(-1.1285255f);
  private static final FloatVector LOG_ERFC_2 = of(-0.6356804f);
  private static final FloatVector LOG_ERFC_3 = of(-0.10531218f);
  private static final FloatVector LOG_ERFC_4 = of(0.022922458f);
  private static final FloatVector LOG_ERFC_5 = of(-0.0032251538f);
  private static final FloatVector LOG_ERFC_6 = of(0.00021522967f);

  private static final FloatVector DENSITY_HIGH = of(0.398942280f);
  private static final FloatVector DENSITY_LOW = of(-1.133517e-8f);
  private static final FloatVector NORMAL_MAX = of(16f);
  private static final FloatVector NORMAL_SERIES = of(0.5f);
  private static final FloatVector PHI_1 = of(0.39894226f);
  private static final FloatVector PHI_3 = of(-0.06648947f);
  private static final FloatVector PHI_5 = of(0.009961106f);
  private static final FloatVector PHI_7 = of(-0.0011226546f);
  private static final FloatVector TAIL_0 = of(0.7552850246429443f);
  private static final FloatVector TAIL_0_LOW = of(1.0665287e-07f);
  private static final FloatVector TAIL_1 = of(-0.6078966f);
  private static final FloatVector TAIL_2 = of(0.38713732f);
  private static final FloatVector TAIL_3 = of(-0.18652207f);
  private static final FloatVector TAIL_4 = of(0.060398027f);
  private static final FloatVector TAIL_5 = of(-0.007539678f);
  private static final FloatVector TAIL_6 = of(-0.0034901493f);
  private static final FloatVector TAIL_7 = of(0.0016290436f);
  private static final FloatVector TAIL_8 = of(0.00016675005f);
  private static final FloatVector TAIL_9 = of(-0.00021490618f);
  private static final FloatVector TAIL_10 = of(-4.131105e-05f);
  private static final FloatVector TAIL_SLOPE_0 = of(5.2f);
  private static final FloatVector TAIL_SLOPE_1 = of(-7f);
  private static final FloatVector MINUS_EIGHT = of(-8f);

  private VectorMath() {}

  private static FloatVector of(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static IntVector of(int value) {
    return IntVector.broadcast(INTS, value);
  }

  /** {@code e^x}; 0 below about -104, infinity above about 88.7. */
  public static FloatVector exp(FloatVector x) {
    var reached = x.blend(EXP_MAX, EXP_MAX.lt(x)); // nothing beyond the bounds changes the result
    reached = reached.blend(EXP_MIN, x.lt(EXP_MIN));
    var shifted = reached.fma(LOG2_E, ROUND);
    return scale(growth(reached, shifted, ZERO).add(ONE), shifted);
  }

  /** {@code e^x} for x up to 0: the bits of {@link #exp} by fewer operations. */
  static FloatVector decay(FloatVector x) {
    var reached = x.blend(EXP_MIN, x.lt(EXP_MIN));
    var shifted = reached.fma(LOG2_E, ROUND_UP_100);
    var n = shifted.sub(ROUND_UP_100);
    var high = n.fma(MINUS_LN2_HIGH, reached);
    var y = high.add(beyondLinear(high, n.mul(MINUS_LN2_LOW))).add(ONE);
    var power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, MANTISSA);
    return y.mul(power.reinterpretAsFloats()).mul(DOWN_100);
  }

  /** {@code e^x - 1}, without cancellation near 0. */
  public static FloatVector expm1(FloatVector x) {
    var reached = x.blend(EXP_MAX, EXP_MAX.lt(x));
    reached = reached.blend(EXPM1_MIN, x.lt(EXPM1_MIN)); // e^-20 - 1 is -1 as a float
    var shifted = reached.fma(LOG2_E, ROUND);
    var n = shifted.sub(ROUND);
    var high = n.fma(MINUS_LN2_HIGH, reached);
    var rest = beyondLinear(high, n.mul(MINUS_LN2_LOW));
    // 2^128 is no float, half of it is
    var power = shifted.reinterpretAsInts().sub(ROUND_BITS).add(BIAS).sub(ODD);
    var half = power.lanewise(VectorOperators.LSHL, MANTISSA).reinterpretAsFloats();
    var part = rest.fma(half, high.fma(half, half.sub(HALF)));
    return part.add(part).blend(x, x.abs().lt(TINY));
  }

  /**
   * {@code e^r - 1} for {@code r = x + low - n ln 2} in [-0.35, 0.35]; {@code shifted} is {@code n
   * + ROUND}.
   */
  private static FloatVector growth(FloatVector x, FloatVector shifted, FloatVector low) {
    var n = shifted.sub(ROUND);
    var high = n.fma(MINUS_LN2_HIGH, x); // exact
    return high.add(beyondLinear(high, n.fma(MINUS_LN2_LOW, low)));
  }

  /** {@code e^r - 1 - high} for {@code r = high + low}. */
  private static FloatVector beyondLinear(FloatVector high, FloatVector low) {
    var r = high.add(low);
    var square = r.mul(r);
    var p = EXP_7.fma(r, EXP_6).fma(square, EXP_5.fma(r, EXP_4)).fma(square, EXP_3.fma(r, EXP_2));
    return p.fma(square, low);
  }

  /** {@code y 2^n}, rounded once; 2^n may not fit in a float, its root does. */
  private static FloatVector scale(FloatVector y, FloatVector shifted) {
    var n = shifted.reinterpretAsInts().sub(ROUND_BITS);
    var half = n.lanewise(VectorOperators.ASHR, 1);
    var first = half.add(BIAS).lanewise(VectorOperators.LSHL, MANTISSA).reinterpretAsFloats();
    var rest = n.sub(half).add(BIAS);
    return y.mul(first).mul(rest.lanewise(VectorOperators.LSHL, MANTISSA).reinterpretAsFloats());
  }

  /** {@code ln x}; minus infinity at 0, not a number below. */
  public static FloatVector log(FloatVector x) {
    var subnormal = x.lt(MIN_NORMAL);
    var bits = x.blend(x.mul(TWO_TO_23), subnormal).reinterpretAsInts();
    var offset = bits.sub(SQRT_HALF).and(EXPONENT);
    var exponent = exponent(offset);
    exponent = exponent.blend(exponent.sub(TWENTY_THREE), subnormal);
    var m = bits.sub(offset).reinterpretAsFloats().sub(ONE);
    return logOf(exponent, m, x, x);
  }

  /** {@code ln(1 + x)}; minus infinity at -1, not a number below. */
  public static FloatVector log1p(FloatVector x) {
    var sum = x.add(ONE);
    var offset = sum.reinterpretAsInts().sub(SQRT_HALF).and(EXPONENT);
    // 4 / 2^exponent, since 1 / 2^128 is not a normal float
    var factor = FOUR.reinterpretAsInts().sub(offset).reinterpretAsFloats();
    var m = x.mul(QUARTER).fma(factor, factor.mul(QUARTER).sub(ONE));
    return logOf(exponent(offset), m, sum, x).blend(x, x.abs().lt(TINY));
  }

  /** The exponent as a number. */
  private static FloatVector exponent(IntVector offset) {
    var n = offset.lanewise(VectorOperators.ASHR, MANTISSA);
    return n.add(ROUND_BITS).reinterpretAsFloats().sub(ROUND);
  }

  /**
   * {@code n ln 2 + ln(1 + m)}, which is the logarithm of {@code argument}, corrected where that is
   * 0, negative, infinite or not a number.
   */
  private static FloatVector logOf(
      FloatVector n, FloatVector m, FloatVector argument, FloatVector x) {
    var square = m.mul(m);
    var p = LOG_11.fma(m, LOG_10).fma(square, LOG_9.fma(m, LOG_8));
    p = p.fma(square, LOG_7.fma(m, LOG_6)).fma(square, LOG_5.fma(m, LOG_4));
    p = p.fma(square, LOG_3.fma(m, LOG_2));
    var rest = p.fma(square, n.mul(LN2_LOW));
    return n.fma(LN2_HIGH, rest.add(m))
        .blend(NAN, ZERO.compare(VectorOperators.LE, argument).not())
        .blend(MINUS_INFINITY, argument.eq(ZERO))
        .blend(x, x.eq(INFINITY));
  }

  /** {@code 1 / (1 + e^-x)}. */
  public static FloatVector sigmoid(FloatVector x) {
    var reached = x.abs().neg();
    reached = reached.blend(EXP_MIN, reached.lt(EXP_MIN));
    var shifted = reached.fma(LOG2_E, ROUND);
    var p = growth(reached, shifted, ZERO);
    var power = shifted.reinterpretAsInts().sub(ROUND_BITS);
    var root = power.lanewise(VectorOperators.ASHR, 1);
    var first = root.add(BIAS).lanewise(VectorOperators.LSHL, MANTISSA).reinterpretAsFloats();
    var rest = power.sub(root).add(BIAS).lanewise(VectorOperators.LSHL, MANTISSA);
    var second = rest.reinterpretAsFloats();
    var decay = p.add(ONE).mul(first).mul(second);
    var divisor = decay.add(ONE);
    var divisorLow = decay.sub(divisor.sub(ONE));
    var inverse = ONE.div(divisor);
    var minus = inverse.neg();
    var residue = divisorLow.fma(minus, divisor.fma(minus, ONE));
    var small = inverse.fma(p.add(residue), inverse).mul(first).mul(second);
    return inverse.blend(small, x.lt(ZERO));
  }

  /** {@code ln(1 + e^x)}. */
  public static FloatVector softplus(FloatVector x) {
    return log1pOfDecay(exp(x.abs().neg()), x.blend(ZERO, x.lt(ZERO)));
  }

  /** {@code ln sigmoid(x) = -ln(1 + e^-x)}. */
  public static FloatVector logSigmoid(FloatVector x) {
    return softplus(x.neg()).neg();
  }

  /** {@code y + ln(1 + x)} for x in [0, 1]. */
  private static FloatVector log1pOfDecay(FloatVector x, FloatVector y) {
    var offset = x.add(ONE).reinterpretAsInts().sub(SQRT_HALF).and(EXPONENT); // of 0 or 1
    var factor = ONE.reinterpretAsInts().sub(offset).reinterpretAsFloats();
    var m = x.fma(factor, factor.sub(ONE));
    var n = exponent(offset);
    var square = m.mul(m);
    var p = LOG_11.fma(m, LOG_10).fma(square, LOG_9.fma(m, LOG_8));
    p = p.fma(square, LOG_7.fma(m, LOG_6)).fma(square, LOG_5.fma(m, LOG_4));
    p = p.fma(square, LOG_3.fma(m, LOG_2));
    return y.add(n.fma(LN2_HIGH, p.fma(square, n.mul(LN2_LOW)).add(m)));
  }

  /** The hyperbolic tangent. */
  public static FloatVector tanh(FloatVector x) {
    var size = x.abs();
    var twice = size.blend(TANH_MAX, TANH_MAX.lt(size)); // tanh 10 is 1 as a float
    twice = twice.add(twice);
    var shifted = twice.fma(LOG2_E, ROUND);
    var growth = growth(twice, shifted, ZERO).add(ONE);
    var power = shifted.reinterpretAsInts().sub(ROUND_BITS).add(BIAS);
    var scale = power.lanewise(VectorOperators.LSHL, MANTISSA).reinterpretAsFloats();
    var share = ONE.div(growth.fma(scale, ONE));
    var large = ONE.sub(share.add(share));
    var square = x.mul(x);
    var p = TANH_11.fma(square, TANH_9).fma(square, TANH_7).fma(square, TANH_5);
    p = p.fma(square, TANH_3);
    var small = p.mul(square).fma(size, size);
    var sign = x.reinterpretAsInts().and(SIGN);
    var result = large.blend(small, size.lt(TANH_SERIES));
    return result.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  /** The sine of x in radians; not a number at infinity. */
  public static FloatVector sin(FloatVector x) {
    var sign = x.reinterpretAsInts().and(SIGN);
    var sine = sineOrCosine(x, StrictMath::sin, 0);
    return sine.reinterpretAsInts().lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
  }

  /** The cosine of x in radians; not a number at infinity. */
  public static FloatVector cos(FloatVector x) {
    return sineOrCosine(x, StrictMath::cos, 1);
  }

  /**
   * The sine of {@code |x|} for a phase of 0, its cosine for a phase of 1 quarter turn.
   *
   * <p>Up to 2^17, n quarter turns are taken away, as three floats of which the first leaves an
   * exact difference. Larger numbers are rare enough to go one by one.
   */
  private static FloatVector sineOrCosine(FloatVector x, DoubleUnaryOperator exact, int phase) {
    var size = x.abs();
    var shifted = size.fma(TWO_OVER_PI, ROUND);
    var n = shifted.sub(ROUND);
    var r = n.fma(QUARTER_TURN_HIGH, size);
    r = n.fma(QUARTER_TURN_MIDDLE, r);
    r = n.fma(QUARTER_TURN_LOW, r);
    var square = r.mul(r);
    var sine = SIN_7.fma(square, SIN_5).fma(square, SIN_3).mul(square).fma(r, r);
    var cosine = COS_8.fma(square, COS_6).fma(square, COS_4);
    cosine = cosine.fma(square, MINUS_HALF).fma(square, ONE);
    var quadrant = shifted.reinterpretAsInts().add(phase);
    var odd = quadrant.and(ODD).eq(ODD).cast(SPECIES);
    var sign = quadrant.and(TWO).lanewise(VectorOperators.LSHL, 30);
    var value = sine.blend(cosine, odd).reinterpretAsInts();
    var result = value.lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
    var large = size.lt(TURNS_MAX).not();
    return large.anyTrue() ? result.blend(each(size, large, exact), large) : result;
  }

  private static FloatVector each(
      FloatVector x, VectorMask<Float> mask, DoubleUnaryOperator function) {
    float[] values = x.toArray();
    for (int i = 0; i < values.length; i++) {
      if (mask.laneIsSet(i)) {
        values[i] = (float) function.applyAsDouble(values[i]);
      }
    }
    return FloatVector.fromArray(SPECIES, values, 0);
  }

  /**
   * The error function, {@code 2 / sqrt(pi)} times the integral of {@code e^(-t^2)} from 0 to x.
   *
   * <p>Up to 0.875 {@code x + x P(x^2)}; above it {@code 1 - e^(x P(x))}.
   */
  public static FloatVector erf(FloatVector x) {
    var size = x.abs();
    size = size.blend(ERF_MAX, ERF_MAX.lt(size)); // erf 4 is 1 as a float
    var square = size.mul(size);
    var q = LOG_ERFC_6.fma(size, LOG_ERFC_5).fma(square, LOG_ERFC_4.fma(size, LOG_ERFC_3));
    var logarithm = q.fma(square, LOG_ERFC_2.fma(size, LOG_ERFC_1)).mul(size);
    var shifted = logarithm.fma(LOG2_E, ROUND);
    var growth = growth(logarithm, shifted, ZERO).add(ONE);
    var power = shifted.reinterpretAsInts().sub(ROUND_BITS).add(BIAS);
    var scale = power.lanewise(VectorOperators.LSHL, MANTISSA).reinterpretAsFloats();
    var large = ONE.sub(growth.mul(scale));
    var fourth = square.mul(square);
    var p = ERF_11.fma(square, ERF_9).fma(fourth, ERF_7.fma(square, ERF_5));
    var small = p.fma(fourth, ERF_3.fma(square, ERF_1)).fma(size, size);
    var sign = x.reinterpretAsInts().and(SIGN);
    var result = large.blend(small, size.lt(ERF_SERIES));
    return result.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  /** The density of the standard normal distribution, {@code e^(-x^2/2) / sqrt(2 pi)}. */
  public static FloatVector normalDensity(FloatVector x) {
    var size = x.abs();
    return bell(DENSITY_HIGH, DENSITY_LOW, size.blend(NORMAL_MAX, NORMAL_MAX.lt(size)));
  }

  /** The distribution function of the standard normal distribution. */
  public static FloatVector normalCdf(FloatVector x) {
    var size = x.abs();
    var tail = tail(ONE, size.blend(NORMAL_MAX, NORMAL_MAX.lt(size)));
    var square = x.mul(x);
    var p = PHI_7.fma(square, PHI_5).fma(square, PHI_3).fma(square, PHI_1);
    return ONE.sub(tail).blend(tail, x.lt(ZERO)).blend(p.fma(x, HALF), size.lt(NORMAL_SERIES));
  }

  /** {@code x Phi(x)}, with Phi the standard normal distribution function; -0 at -infinity. */
  public static FloatVector gelu(FloatVector x) {
    var size = x.abs();
    size = size.blend(NORMAL_MAX, NORMAL_MAX.lt(size));
    var tail = tail(ONE.blend(size, x.lt(ZERO)), size);
    var square = x.mul(x);
    var p = PHI_7.fma(square, PHI_5).fma(square, PHI_3).fma(square, PHI_1);
    return x.mul(ONE.sub(tail))
        .blend(tail.neg(), x.lt(ZERO))
        .blend(x.mul(p.fma(x, HALF)), size.lt(NORMAL_SERIES));
  }

  /**
   * {@code factor Phi(-x)} for x in [0, 16] and a factor of 1 or x.
   *
   * <p>{@code e^(-x^2/2) / (x + 4)} times a polynomial in {@code t = (x - 4) / (x + 4)}; quotient,
   * polynomial and product each with what rounding lost.
   */
  private static FloatVector tail(FloatVector factor, FloatVector x) {
    var divisor = x.add(FOUR);
    var divisorLow = x.sub(divisor.sub(FOUR));
    var inverse = ONE.div(divisor);
    var residue = inverse.neg().fma(divisor, ONE).sub(divisorLow.mul(inverse));
    var inverseLow = residue.mul(inverse);
    var share = factor.mul(inverse);
    var shareLow = factor.fma(inverseLow, factor.fma(inverse, share.neg()));
    var t = inverse.fma(MINUS_EIGHT, ONE);
    var square = t.mul(t);
    var p = TAIL_10.fma(t, TAIL_9).fma(square, TAIL_8.fma(t, TAIL_7));
    p = p.fma(square, TAIL_6.fma(t, TAIL_5)).fma(square, TAIL_4.fma(t, TAIL_3));
    p = p.fma(t, TAIL_2).fma(t, TAIL_1);
    var value = p.fma(t, TAIL_0);
    var slope = TAIL_SLOPE_1.fma(t, TAIL_SLOPE_0); // by inverse, nearly
    var valueLow = slope.fma(inverseLow, p.fma(t, TAIL_0.sub(value)).add(TAIL_0_LOW));
    var product = share.mul(value);
    var productLow = share.fma(value, product.neg());
    return bell(product, shareLow.fma(value, share.fma(valueLow, productLow)), x);
  }

  /** {@code (factor + factorLow) e^(-x^2/2)} for x in [0, 16]. */
  private static FloatVector bell(FloatVector factor, FloatVector factorLow, FloatVector x) {
    var half = x.mul(MINUS_HALF);
    var exponent = half.mul(x);
    var shifted = exponent.fma(LOG2_E, ROUND);
    var n = shifted.sub(ROUND);
    var high = n.fma(MINUS_LN2_HIGH, exponent);
    var low = n.fma(MINUS_LN2_LOW, half.fma(x, exponent.neg())); // what the square lost
    var r = high.add(low);
    var square = r.mul(r);
    var p = EXP_7.fma(r, EXP_6).fma(square, EXP_5.fma(r, EXP_4)).fma(square, EXP_3.fma(r, EXP_2));
    p = p.fma(square, low).add(high);
    var y = factor.add(factor.fma(p, factorLow.fma(p, factorLow)));
    var power = shifted.reinterpretAsInts().sub(ROUND_BITS);
    var root = power.lanewise(VectorOperators.ASHR, 1);
    var first = root.add(BIAS).lanewise(VectorOperators.LSHL, MANTISSA);
    var second = power.sub(root).add(BIAS).lanewise(VectorOperators.LSHL, MANTISSA);
    return y.mul(first.reinterpretAsFloats()).mul(second.reinterpretAsFloats());
  }
}
