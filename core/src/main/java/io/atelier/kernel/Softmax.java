package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Exponentials of rows, for softmax and cross-entropy. */
public final class Softmax {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private Softmax() {}

  /**
   * Writes {@code e^(x - max)} of one row and returns {@code max}, the largest value.
   *
   * @param n values of the row, at least 1
   */
  public static float exponentials(float[] x, int x0, float[] y, int y0, int n) {
    float max = x[x0];
    for (int i = 1; i < n; i++) {
      max = Math.max(max, x[x0 + i]);
    }
    for (int i = 0; i < n; i += SPECIES.length()) {
      var mask = SPECIES.indexInRange(i, n);
      var row = FloatVector.fromArray(SPECIES, x, x0 + i, mask).sub(max);
      VectorMath.exp(row).intoArray(y, y0 + i, mask);
    }
    return max;
  }

  /**
   * {@code ln} of the sum of {@code e^x} over one row, minus infinity if all values are; {@code
   * work} holds {@code n} values.
   */
  public static float logSumExp(float[] x, int x0, float[] work, int n) {
    float max = exponentials(x, x0, work, 0, n);
    return Float.isInfinite(max) ? max : max + (float) StrictMath.log(Sums.sum(work, 0, n));
  }

  /** Writes the softmax of one row; {@code x} and {@code y} may be the same array. */
  public static void row(float[] x, int x0, float[] y, int y0, int n) {
    exponentials(x, x0, y, y0, n);
    float sum = Sums.sum(y, y0, n);
    for (int i = 0; i < n; i++) {
      y[y0 + i] /= sum;
    }
  }
}
