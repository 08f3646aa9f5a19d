package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of a vector of floats, the same bits for any vector width.
 *
 * <p>Polynomials from Moshier's Cephes library (single precision), evaluated with fused
 * multiply-adds; Cody and Waite 1980 for the reduction of {@code exp}.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // the constants as published
public final class VectorMath {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693145752f;
  private static final float LN2_LOW = 1.42860677e-6f;

  /** 1.5 times 2^23: adding it leaves the nearest integer in the low bits. */
  private static final float ROUND = 12582912f;

  private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
  private static final int BIAS = 127;
  private static final int MANTISSA = 23;

  private VectorMath() {}

  private static FloatVector of(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** {@code e^x}; 0 below about -104, infinity above about 88.7. */
  public static FloatVector exp(FloatVector x) {
    var shifted = reach(x).fma(of(LOG2_E), of(ROUND));
    var n = shifted.reinterpretAsInts().sub(ROUND_BITS);
    var half = n.lanewise(VectorOperators.ASHR, 1); // 2^n may not fit in a float, its root does
    var result = expm1Reduced(remainder(reach(x), shifted)).add(1f);
    return result.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
  }

  /** {@code e^x - 1} for {@code x <= 0}, without cancellation near 0. */
  public static FloatVector expm1Negative(FloatVector x) {
    var clamped = x.max(-80f); // e^-80 - 1 is -1 as a float
    var shifted = clamped.fma(of(LOG2_E), of(ROUND));
    var scale = powerOfTwo(shifted.reinterpretAsInts().sub(ROUND_BITS));
    return expm1Reduced(remainder(clamped, shifted)).fma(scale, scale.sub(1f));
  }

  /** Nothing beyond these bounds changes the result. */
  private static FloatVector reach(FloatVector x) {
    return x.max(-105f).min(90f);
  }

  /** {@code x - n ln 2}, in [-0.35, 0.35]; {@code shifted} is {@code n + ROUND}. */
  private static FloatVector remainder(FloatVector x, FloatVector shifted) {
    var n = shifted.sub(ROUND);
    return n.fma(of(-LN2_LOW), n.fma(of(-LN2_HIGH), x));
  }

  /** {@code e^r - 1} for r in [-0.35, 0.35]. */
  private static FloatVector expm1Reduced(FloatVector r) {
    var p = of(1.9875691500e-4f);
    p = p.fma(r, of(1.3981999507e-3f));
    p = p.fma(r, of(8.3334519073e-3f));
    p = p.fma(r, of(4.1665795894e-2f));
    p = p.fma(r, of(1.6666665459e-1f));
    p = p.fma(r, of(5.0000001201e-1f));
    return p.fma(r.mul(r), r);
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(BIAS).lanewise(VectorOperators.LSHL, MANTISSA).reinterpretAsFloats();
  }

  /** {@code ln x}; minus infinity at 0, not a number below. */
  public static FloatVector log(FloatVector x) {
    var tiny = x.lt(Float.MIN_NORMAL);
    var scaled = x.mul(8388608f, tiny); // 2^23
    var bits = scaled.reinterpretAsInts();
    // the mantissa in [sqrt 1/2, sqrt 2), the exponent to match
    var offset = bits.sub(0x3f3504f3).and(0xff800000);
    var exponent =
        (FloatVector)
            offset.lanewise(VectorOperators.ASHR, MANTISSA).convert(VectorOperators.I2F, 0);
    exponent = exponent.sub(23f, tiny);
    var m = bits.sub(offset).reinterpretAsFloats().sub(1f);
    var p = of(7.0376836292e-2f);
    p = p.fma(m, of(-1.1514610310e-1f));
    p = p.fma(m, of(1.1676998740e-1f));
    p = p.fma(m, of(-1.2420140846e-1f));
    p = p.fma(m, of(1.4249322787e-1f));
    p = p.fma(m, of(-1.6668057665e-1f));
    p = p.fma(m, of(2.0000714765e-1f));
    p = p.fma(m, of(-2.4999993993e-1f));
    p = p.fma(m, of(3.3333331174e-1f));
    var square = m.mul(m);
    var low = exponent.mul(-2.12194440e-4f).add(p.mul(m).mul(square)).sub(square.mul(0.5f));
    var result = exponent.fma(of(0.693359375f), low.add(m));
    result = result.blend(Float.NEGATIVE_INFINITY, x.eq(0f));
    result = result.blend(x, x.eq(Float.POSITIVE_INFINITY));
    return result.blend(Float.NaN, x.lt(0f).or(x.test(VectorOperators.IS_NAN)));
  }

  /** {@code ln(1 + x)} for x in [0, 1]. */
  private static FloatVector log1pUnit(FloatVector x) {
    var sum = x.add(1f);
    return log(sum).sub(sum.sub(1f).sub(x).div(sum));
  }

  /** {@code 1 / (1 + e^-x)}. */
  public static FloatVector sigmoid(FloatVector x) {
    var decay = exp(x.abs().neg());
    var small = decay.div(decay.add(1f));
    return small.blend(of(1f).div(decay.add(1f)), x.lt(0f).not());
  }

  /** {@code ln(1 + e^x)}. */
  public static FloatVector softplus(FloatVector x) {
    return x.max(0f).add(log1pUnit(exp(x.abs().neg())));
  }

  /** The hyperbolic tangent. */
  public static FloatVector tanh(FloatVector x) {
    var square = x.mul(x);
    var p = of(-5.70498872745e-3f);
    p = p.fma(square, of(2.06390887954e-2f));
    p = p.fma(square, of(-5.37397155531e-2f));
    p = p.fma(square, of(1.33314422036e-1f));
    p = p.fma(square, of(-3.33332819422e-1f));
    var small = p.mul(square).fma(x, x);
    var size = of(1f).sub(of(2f).div(exp(x.abs().mul(2f)).add(1f)));
    var large = size.blend(size.neg(), x.lt(0f));
    return large.blend(small, x.abs().lt(0.625f));
  }

  /** The density of the standard normal distribution, {@code e^(-x^2/2) / sqrt(2 pi)}. */
  public static FloatVector normalDensity(FloatVector x) {
    return gauss(x).mul(0.398942280f);
  }

  /**
   * The distribution function of the standard normal distribution.
   *
   * <p>The tail is {@code e^(-x^2/2)} times a polynomial in {@code 1 / (1 + |x| / sqrt 8)} (the
   * Chebyshev fit of Press et al., "Numerical Recipes", section 6.2).
   */
  public static FloatVector normalCdf(FloatVector x) {
    var t = of(1f).div(x.abs().fma(of(0.353553391f), of(1f)));
    var p = of(0.17087277f);
    p = p.fma(t, of(-0.82215223f));
    p = p.fma(t, of(1.48851587f));
    p = p.fma(t, of(-1.13520398f));
    p = p.fma(t, of(0.27886807f));
    p = p.fma(t, of(-0.18628806f));
    p = p.fma(t, of(0.09678418f));
    p = p.fma(t, of(0.37409196f));
    p = p.fma(t, of(1.00002368f));
    p = p.fma(t, of(-1.26551223f));
    var tail = exp(p).mul(t).mul(0.5f).mul(gauss(x));
    return tail.blend(of(1f).sub(tail), x.lt(0f).not());
  }

  /** {@code e^(-x^2/2)}; the rounding error of the square is put back. */
  private static FloatVector gauss(FloatVector x) {
    var half = x.mul(0.5f);
    var square = half.mul(x);
    var error = half.fma(x, square.neg()); // exact
    var decay = exp(square.neg());
    return decay.sub(decay.mul(error)).blend(0f, x.abs().lt(16f).not());
  }
}
