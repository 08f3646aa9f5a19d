package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Sums in an order that depends on nothing but the number of values. */
public final class Sums {
  /**
   * Logical lanes of a sum over contiguous values: value {@code i} goes to lane {@code i mod 16}.
   */
  public static final int LANES = 16;

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int COUNT = Lanes.COUNT;

  static final VectorShuffle<Float> BY_8 = rotation(8);
  static final VectorShuffle<Float> BY_4 = rotation(4);
  static final VectorShuffle<Float> BY_2 = rotation(2);
  static final VectorShuffle<Float> BY_1 = rotation(1);

  private Sums() {}

  /** Brings lane {@code i + by} to lane {@code i}. */
  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.iota(SPECIES, by % COUNT, 1, true);
  }

  /** The sum of {@code x[from .. from+n]}. */
  public static float sum(float[] x, int from, int n) {
    // one to four vectors hold the sixteen lanes
    var s0 = FloatVector.zero(SPECIES);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    int whole = from + n - n % LANES;
    for (int i = from; i < whole; i += LANES) {
      s0 = s0.add(FloatVector.fromArray(SPECIES, x, i));
      if (COUNT <= 8) {
        s1 = s1.add(FloatVector.fromArray(SPECIES, x, i + COUNT));
      }
      if (COUNT <= 4) {
        s2 = s2.add(FloatVector.fromArray(SPECIES, x, i + 2 * COUNT));
        s3 = s3.add(FloatVector.fromArray(SPECIES, x, i + 3 * COUNT));
      }
    }
    if (whole < from + n) { // no lane is -0, so that adding 0 changes none
      int rest = from + n - whole;
      s0 = s0.add(FloatVector.fromArray(SPECIES, x, whole, SPECIES.indexInRange(0, rest)));
      if (COUNT <= 8) {
        var mask = SPECIES.indexInRange(COUNT, rest);
        s1 = s1.add(FloatVector.fromArray(SPECIES, x, whole + COUNT, mask));
      }
      if (COUNT <= 4) {
        var mask = SPECIES.indexInRange(2 * COUNT, rest);
        s2 = s2.add(FloatVector.fromArray(SPECIES, x, whole + 2 * COUNT, mask));
        mask = SPECIES.indexInRange(3 * COUNT, rest);
        s3 = s3.add(FloatVector.fromArray(SPECIES, x, whole + 3 * COUNT, mask));
      }
    }
    return total(s0, s1, s2, s3);
  }

  /** The sum of the sixteen lanes that one to four vectors hold: lane i and i + 8, and so on. */
  static float total(FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3) {
    var sum = COUNT == 4 ? s0.add(s2) : COUNT == 8 ? s0.add(s1) : s0.add(s0.rearrange(BY_8));
    sum = COUNT == 4 ? sum.add(s1.add(s3)) : sum.add(sum.rearrange(BY_4));
    sum = sum.add(sum.rearrange(BY_2));
    return sum.add(sum.rearrange(BY_1)).lane(0);
  }

  /** The sum of {@code x[i]^2} in doubles, over eight chains: no addition waits for the last. */
  public static double squares(float[] x, int from, int n) {
    double[] chains = new double[8];
    for (int i = 0; i < n; i++) {
      double value = x[from + i];
      chains[i & 7] += value * value;
    }
    double sum = 0;
    for (double chain : chains) {
      sum += chain;
    }
    return sum;
  }

  /** The sum of each of {@code rows} rows of {@code n} values, which lie one after the other. */
  public static void ofRows(float[] x, int from, int rows, int n, float[] y) {
    Loops.splitRows(
        rows,
        n,
        (first, count) -> {
          for (int row = first; row < first + count; row++) {
            y[row] = sum(x, from + row * n, n);
          }
        });
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
