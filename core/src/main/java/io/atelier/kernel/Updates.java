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

  /**
   * Adam's update with means {@code m} of the gradient and {@code s} of its square.
   *
   * @param steps the number of this step, from 1, by which the bias of the means is corrected
   * @param decay added to the gradient as {@code decay w} (Adam's L2 penalty)
   * @param shrink what each weight is multiplied by first (AdamW's decoupled decay)
   */
  public static void adam(
      float[] w,
      float[] g,
      int g0,
      float[] m,
      float[] s,
      double beta1,
      double beta2,
      double epsilon,
      double rate,
      long steps,
      double decay,
      double shrink) {
    float keep1 = (float) beta1;
    float add1 = (float) (1 - beta1);
    float keep2 = (float) beta2;
    float add2 = (float) (1 - beta2);
    float scale = (float) (rate / (1 - StrictMath.pow(beta1, (double) steps)));
    float root = (float) Math.sqrt(1 - StrictMath.pow(beta2, (double) steps));
    float small = (float) epsilon;
    float penalty = (float) decay;
    float keep = (float) shrink;
    Loops.split(
        w.length,
        (from, count) -> {
          int end = from + count;
          int i = from;
          for (; i + LANES <= end; i += LANES) {
            var x = FloatVector.fromArray(SPECIES, w, i);
            var gradient = FloatVector.fromArray(SPECIES, g, g0 + i).add(x.mul(penalty));
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
            float gradient = g[g0 + i] + penalty * w[i];
            float mean = keep1 * m[i] + add1 * gradient;
            float square = keep2 * s[i] + add2 * gradient * gradient;
            m[i] = mean;
            s[i] = square;
            w[i] = w[i] * keep - scale * mean / ((float) Math.sqrt(square) / root + small);
          }
        });
  }
}
