package io.atelier.kernel;

/**
 * What an optimiser does to the weights, in one pass over memory.
 *
 * <p>Plain loops: the compiler vectorises them, and Java never fuses or reorders their arithmetic.
 */
public final class Updates {
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
   * @param step the number of this step, from 1, by which the bias of the means is corrected
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
      long step,
      double decay,
      double shrink) {
    float keep1 = (float) beta1;
    float add1 = (float) (1 - beta1);
    float keep2 = (float) beta2;
    float add2 = (float) (1 - beta2);
    float scale = (float) (rate / (1 - StrictMath.pow(beta1, (double) step)));
    float root = (float) Math.sqrt(1 - StrictMath.pow(beta2, (double) step));
    float small = (float) epsilon;
    float penalty = (float) decay;
    float keep = (float) shrink;
    Loops.split(
        w.length,
        (from, count) -> {
          for (int i = from; i < from + count; i++) {
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
