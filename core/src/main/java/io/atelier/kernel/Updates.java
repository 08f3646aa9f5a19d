package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What an optimiser does to the weights, in one pass over memory.
 *
 * <p>Java never fuses or reorders their arithmetic, so that a vector computes what a plain loop
 * does.
 */
public final class Updates {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;

  private Updates() {}

  /** {@code w -= rate (g + decay w)}. */
  public static void sgd(float[] w, float[] g, int g0, float rate, float decay) {
    Loops.split(
        w.length,
        (from, count) -> {
          for (int i = from; i < from + count; i++) {
            w[i] -= rate * (g[g0 + i] + decay * w[i]);
          }
        });
  }

  /** {@code v = momentum v + g + decay w; w -= rate v}. */
  public static void momentum(
      float[] w, float[] g, int g0, float[] v, float momentum, float rate, float decay) {
    Loops.split(
        w.length,
        (from, count) -> {
          for (int i = from; i < from + count; i++) {
            float velocity = momentum * v[i] + (g[g0 + i] + decay * w[i]);
            v[i] = velocity;
            w[i] -= rate * velocity;
          }
        });
  }

  /** {@code v = momentum v + g + decay w; w -= rate (g + decay w + momentum v)}. */
  public static void nesterov(
      float[] w, float[] g, int g0, float[] v, float momentum, float rate, float decay) {
    Loops.split(
        w.length,
        (from, count) -> {
          for (int i = from; i < from + count; i++) {
            float gradient = g[g0 + i] + decay * w[i];
            float velocity = momentum * v[i] + gradient;
            v[i] = velocity;
            w[i] -= rate * (gradient + momentum * velocity);
          }
        });
  }

  /**
   * {@code d = g + decay w; s = keep s + add d^2; w -= rate d / (sqrt(s) + small)}: a step divided
   * by the root of a sum or mean {@code s} of squares.
   */
  public static void rooted(
      float[] w,
      float[] g,
      int g0,
      float[] s,
      float keep,
      float add,
      float rate,
      float small,
      float decay) {
    Loops.split(
        w.length,
        (from, count) -> {
          int end = from + count;
          int i = from;
          for (; i + LANES <= end; i += LANES) {
            var x = FloatVector.fromArray(SPECIES, w, i);
            var gradient = FloatVector.fromArray(SPECIES, g, g0 + i).add(x.mul(decay));
            var square =
                FloatVector.fromArray(SPECIES, s, i).mul(keep).add(gradient.mul(add).mul(gradient));
            square.intoArray(s, i);
            x.sub(gradient.mul(rate).div(square.sqrt().add(small))).intoArray(w, i);
          }
          for (; i < end; i++) { // the same arithmetic, value by value
            float gradient = g[g0 + i] + decay * w[i];
            float square = keep * s[i] + add * gradient * gradient;
            s[i] = square;
            w[i] -= rate * gradient / ((float) Math.sqrt(square) + small);
          }
        });
  }

  /**
   * What the rules of Adam's family do with the means {@code m} of the gradient and {@code s} of
   * its square: {@code w = keep w - scale m / (sqrt(s) / root + small)}.
   *
   * @param beta1 how much of {@code m} stays
   * @param beta2 how much of {@code s} stays
   * @param scale the learning rate, by which the bias of {@code m} is corrected
   * @param root the root of the correction for the bias of {@code s}
   * @param small keeps the quotient finite
   * @param decay added to the gradient as {@code decay w}
   * @param keep what each weight is multiplied by first
   */
  public record Adam(
      double beta1,
      double beta2,
      double scale,
      double root,
      double small,
      double decay,
      double keep) {}

  /** {@link Adam}'s update. */
  public static void adam(float[] w, float[] g, int g0, float[] m, float[] s, Adam by) {
    float keep1 = (float) by.beta1;
    float add1 = (float) (1 - by.beta1);
    float keep2 = (float) by.beta2;
    float add2 = (float) (1 - by.beta2);
    float scale = (float) by.scale;
    float root = (float) by.root;
    float small = (float) by.small;
    float decay = (float) by.decay;
    float keep = (float) by.keep;
    Loops.split(
        w.length,
        (from, count) -> {
          int end = from + count;
          int i = from;
          for (; i + LANES <= end; i += LANES) {
            var x = FloatVector.fromArray(SPECIES, w, i);
            var gradient = FloatVector.fromArray(SPECIES, g, g0 + i).add(x.mul(decay));
            var mean = FloatVector.fromArray(SPECIES, m, i).mul(keep1).add(gradient.mul(add1));
            var square =
                FloatVector.fromArray(SPECIES, s, i)
                    .mul(keep2)
                    .add(gradient.mul(add2).mul(gradient));
            mean.intoArray(m, i);
            square.intoArray(s, i);
            var step = mean.mul(scale).div(square.sqrt().div(root).add(small));
            x.mul(keep).sub(step).intoArray(w, i);
          }
          for (; i < end; i++) { // the same arithmetic, value by value
            float gradient = g[g0 + i] + decay * w[i];
            float mean = keep1 * m[i] + add1 * gradient;
            float square = keep2 * s[i] + add2 * gradient * gradient;
            m[i] = mean;
            s[i] = square;
            w[i] = w[i] * keep - scale * mean / ((float) Math.sqrt(square) / root + small);
          }
        });
  }

  /** {@link Adam}'s update with the largest {@code s} so far, {@code top}, in its place. */
  public static void amsgrad(
      float[] w, float[] g, int g0, float[] m, float[] s, float[] top, Adam by) {
    float keep1 = (float) by.beta1;
    float add1 = (float) (1 - by.beta1);
    float keep2 = (float) by.beta2;
    float add2 = (float) (1 - by.beta2);
    float scale = (float) by.scale;
    float root = (float) by.root;
    float small = (float) by.small;
    float decay = (float) by.decay;
    float keep = (float) by.keep;
    Loops.split(
        w.length,
        (from, count) -> {
          for (int i = from; i < from + count; i++) {
            float gradient = g[g0 + i] + decay * w[i];
            float mean = keep1 * m[i] + add1 * gradient;
            float square = keep2 * s[i] + add2 * gradient * gradient;
            float largest = Math.max(top[i], square);
            m[i] = mean;
            s[i] = square;
            top[i] = largest;
            w[i] = w[i] * keep - scale * mean / ((float) Math.sqrt(largest) / root + small);
          }
        });
  }
}
