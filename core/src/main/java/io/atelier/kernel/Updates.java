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
   * @param rate the learning rate over {@code 1 - beta1^t}
   * @param root the square root of {@code 1 - beta2^t}
   * @param decay added to the gradient as {@code decay w} (Adam's L2 penalty)
   * @param shrink what each weight is multiplied by first (AdamW's decoupled decay)
   */
  public static void adam(
      float[] w,
      float[] g,
      int g0,
      float[] m,
      float[] s,
      float beta1,
      float beta2,
      float rate,
      float root,
      float epsilon,
      float decay,
      float shrink) {
    Loops.split(
        w.length,
        (from, count) -> {
          for (int i = from; i < from + count; i++) {
            float weight = w[i] * shrink;
            float gradient = g[g0 + i] + decay * w[i];
            float mean = beta1 * m[i] + (1 - beta1) * gradient;
            float square = beta2 * s[i] + (1 - beta2) * gradient * gradient;
            m[i] = mean;
            s[i] = square;
            w[i] = weight - rate * mean / ((float) Math.sqrt(square) / root + epsilon);
          }
        });
  }
}
