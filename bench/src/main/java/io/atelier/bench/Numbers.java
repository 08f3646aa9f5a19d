package io.atelier.bench;

import java.util.SplittableRandom;

/** Numbers that are the same in every process. */
final class Numbers {
  private static final int SAMPLES = 16;

  private Numbers() {}

  /** Uniform in [-bound, bound). */
  static float[] uniform(long seed, int count, double bound) {
    var random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }

  /** Some elements from all over an array, for a check. */
  static float[] sample(float[] values) {
    float[] chosen = new float[Math.min(SAMPLES, values.length)];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = values[(int) ((long) i * values.length / chosen.length)];
    }
    return chosen;
  }
}
