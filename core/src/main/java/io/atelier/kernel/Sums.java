package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sums in an order that depends on nothing but the number of values. */
public final class Sums {
  /**
   * Logical lanes of a sum over contiguous values: value {@code i} goes to lane {@code i mod 16}.
   */
  public static final int LANES = 16;

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int COUNT = Lanes.COUNT;

  private Sums() {}

  /** The sum of {@code x[from .. from+n]}. */
  public static float sum(float[] x, int from, int n) {
    float[] lanes = new float[LANES];
    int whole = n - n % LANES;
    lanes(x, from, whole, lanes);
    for (int i = whole; i < n; i++) {
      lanes[i - whole] += x[from + i];
    }
    return tree(lanes);
  }

  /** One to four vectors hold the sixteen lanes. */
  private static void lanes(float[] x, int from, int n, float[] lanes) {
    var s0 = FloatVector.zero(SPECIES);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    for (int i = from; i < from + n; i += LANES) {
      s0 = s0.add(FloatVector.fromArray(SPECIES, x, i));
      if (COUNT <= 8) {
        s1 = s1.add(FloatVector.fromArray(SPECIES, x, i + COUNT));
      }
      if (COUNT <= 4) {
        s2 = s2.add(FloatVector.fromArray(SPECIES, x, i + 2 * COUNT));
        s3 = s3.add(FloatVector.fromArray(SPECIES, x, i + 3 * COUNT));
      }
    }
    s0.intoArray(lanes, 0);
    if (COUNT <= 8) {
      s1.intoArray(lanes, COUNT);
    }
    if (COUNT <= 4) {
      s2.intoArray(lanes, 2 * COUNT);
      s3.intoArray(lanes, 3 * COUNT);
    }
  }

  /** Adds lane {@code i} and lane {@code i + half}, and so on down to one. */
  private static float tree(float[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }

  /** Adds up the rows of {@code x} [rows, columns] in ascending order into {@code y} [columns]. */
  public static void rows(float[] x, int from, int rows, int columns, float[] y, int to) {
    System.arraycopy(x, from, y, to, rows == 0 ? 0 : columns);
    if (rows == 0) {
      java.util.Arrays.fill(y, to, to + columns, 0f);
    }
    for (int row = 1; row < rows; row++) {
      int at = from + row * columns;
      for (int column = 0; column < columns; column++) { // C2 turns this into vector code by itself
        y[to + column] += x[at + column];
      }
    }
  }
}
