package io.atelier.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of deviations from a centre, in an order that depends on nothing but the number of values.
 *
 * <p>A centre near the mean keeps the terms small, so that float sums of a few thousand terms lose
 * little; those are added up in double.
 */
final class Deviations {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int COUNT = Lanes.COUNT;
  private static final int LANES = Sums.LANES;

  /** Values whose sum is kept in floats. */
  private static final int BLOCK = 4096;

  private Deviations() {}

  /**
   * Adds {@code sum (a - p)} to {@code sums[0]} and {@code sum (a - p) (b - q)} to {@code sums[1]}.
   *
   * @param n values of a from {@code a0} and of b from {@code b0}
   */
  static void add(float[] a, int a0, float p, float[] b, int b0, float q, int n, double[] sums) {
    for (int from = 0; from < n; from += BLOCK) {
      block(a, a0 + from, p, b, b0 + from, q, Math.min(BLOCK, n - from), sums);
    }
  }

  private static void block(
      float[] a, int a0, float p, float[] b, int b0, float q, int n, double[] sums) {
    var centreA = FloatVector.broadcast(SPECIES, p);
    var centreB = FloatVector.broadcast(SPECIES, q);
    // one to four vectors hold the sixteen lanes
    var s0 = FloatVector.zero(SPECIES);
    var s1 = s0;
    var s2 = s0;
    var s3 = s0;
    var t0 = s0;
    var t1 = s0;
    var t2 = s0;
    var t3 = s0;
    int whole = n - n % LANES;
    for (int i = 0; i < whole; i += LANES) {
      var d = FloatVector.fromArray(SPECIES, a, a0 + i).sub(centreA);
      s0 = s0.add(d);
      t0 = FloatVector.fromArray(SPECIES, b, b0 + i).sub(centreB).fma(d, t0);
      if (COUNT <= 8) {
        d = FloatVector.fromArray(SPECIES, a, a0 + i + COUNT).sub(centreA);
        s1 = s1.add(d);
        t1 = FloatVector.fromArray(SPECIES, b, b0 + i + COUNT).sub(centreB).fma(d, t1);
      }
      if (COUNT <= 4) {
        d = FloatVector.fromArray(SPECIES, a, a0 + i + 2 * COUNT).sub(centreA);
        s2 = s2.add(d);
        t2 = FloatVector.fromArray(SPECIES, b, b0 + i + 2 * COUNT).sub(centreB).fma(d, t2);
        d = FloatVector.fromArray(SPECIES, a, a0 + i + 3 * COUNT).sub(centreA);
        s3 = s3.add(d);
        t3 = FloatVector.fromArray(SPECIES, b, b0 + i + 3 * COUNT).sub(centreB).fma(d, t3);
      }
    }
    float sum = Sums.total(s0, s1, s2, s3);
    float product = Sums.total(t0, t1, t2, t3);
    for (int i = whole; i < n; i++) {
      float d = a[a0 + i] - p;
      sum += d;
      product = Math.fma(b[b0 + i] - q, d, product);
    }
    sums[0] += sum;
    sums[1] += product;
  }

  /**
   * Writes the mean and the biased variance of rows of {@code n} values, {@code stride} apart.
   *
   * <p>Once over the values, around the mean of the first few. Where that turns out to lie far from
   * the mean, a second time around the mean; what its rounding lost is a correction.
   */
  static void moments(float[] x, int x0, int rows, int stride, int n, double[] found) {
    int few = Math.min(n, LANES);
    float centre = Sums.sum(x, x0, few) / few;
    long count = (long) rows * n;
    addRows(x, x0, rows, stride, n, centre, found);
    double rest = found[0] / count;
    double square = found[1] / count;
    if (!(rest * rest <= square / 2)) {
      centre = (float) (centre + rest);
      addRows(x, x0, rows, stride, n, centre, found);
      rest = found[0] / count;
      square = found[1] / count;
    }
    found[0] = centre + rest;
    found[1] = Math.max(0, square - rest * rest);
  }

  private static void addRows(
      float[] x, int x0, int rows, int stride, int n, float centre, double[] found) {
    Arrays.fill(found, 0);
    for (int row = 0; row < rows; row++) {
      int at = x0 + row * stride;
      add(x, at, centre, x, at, centre, n, found);
    }
  }
}
