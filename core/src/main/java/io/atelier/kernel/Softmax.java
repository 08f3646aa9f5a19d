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
    float max = max(x, x0, n);
    for (int i = 0; i < n; i += SPECIES.length()) {
      boolean whole = i + SPECIES.length() <= n;
      var mask = SPECIES.indexInRange(i, n);
      var row =
          whole
              ? FloatVector.fromArray(SPECIES, x, x0 + i)
              : FloatVector.fromArray(SPECIES, x, x0 + i, mask);
      var power = VectorMath.decay(row.sub(max));
      if (whole) {
        power.intoArray(y, y0 + i);
      } else {
        power.intoArray(y, y0 + i, mask);
      }
    }
    return max;
  }

  /** The largest value; a value that is not a number may be passed over. */
  private static float max(float[] x, int x0, int n) {
    float max = x[x0];
    int i = 0;
    if (n >= SPECIES.length()) {
      var largest = FloatVector.fromArray(SPECIES, x, x0);
      for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
        var row = FloatVector.fromArray(SPECIES, x, x0 + i);
        largest = largest.blend(row, largest.lt(row));
      }
      largest = largest.max(largest.rearrange(Sums.BY_8));
      largest = largest.max(largest.rearrange(Sums.BY_4));
      largest = largest.max(largest.rearrange(Sums.BY_2));
      max = largest.max(largest.rearrange(Sums.BY_1)).lane(0);
    }
    for (; i < n; i++) {
      max = Math.max(max, x[x0 + i]);
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
    float share = 1 / Sums.sum(y, y0, n);
    for (int i = y0; i < y0 + n; i++) { // C2 turns this into vector code by itself
      y[i] *= share;
    }
  }

  /** Writes the softmax of each of {@code rows} rows of {@code n} values. */
  public static void rows(float[] x, int x0, float[] y, int y0, int rows, int n) {
    Loops.splitRows(
        rows,
        n,
        (first, count) -> {
          for (int row = first; row < first + count; row++) {
            row(x, x0 + row * n, y, y0 + row * n, n);
          }
        });
  }
}
