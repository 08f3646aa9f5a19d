package io.atelier.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation of rows of {@code n} values, forward and backward. Rows are shared by the
 * threads.
 */
public final class RowNorm {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;

  /** Rows whose shares of the derivative of weight and bias are added up as one part. */
  private static final int PART = 64;

  private RowNorm() {}

  /** {@code y = z weight + bias} with {@code z = (x - mean) / sqrt(variance + epsilon)}. */
  public static void normalize(
      float[] x,
      int x0,
      float[] weight,
      int w0,
      float[] bias,
      int b0,
      double epsilon,
      float[] y,
      int rows,
      int n) {
    Loops.splitRows(
        rows,
        n,
        (first, count) -> {
          double[] moments = new double[2];
          for (int row = first; row < first + count; row++) {
            int at = row * n;
            Deviations.moments(x, x0 + at, 1, n, n, moments);
            double inverse = 1 / Math.sqrt(moments[1] + epsilon);
            float centre = (float) moments[0];
            float shift = (float) ((centre - moments[0]) * inverse);
            line(x, x0 + at, centre, (float) inverse, shift, weight, w0, bias, b0, y, at, n);
          }
        });
  }

  /** {@code y = ((x - centre) scale + shift) weight + bias}. */
  private static void line(
      float[] x,
      int x0,
      float centre,
      float scale,
      float shift,
      float[] weight,
      int w0,
      float[] bias,
      int b0,
      float[] y,
      int y0,
      int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      FloatVector.fromArray(SPECIES, x, x0 + i)
          .sub(centre)
          .mul(scale)
          .add(shift)
          .mul(FloatVector.fromArray(SPECIES, weight, w0 + i))
          .add(FloatVector.fromArray(SPECIES, bias, b0 + i))
          .intoArray(y, y0 + i);
    }
    for (; i < n; i++) { // the same arithmetic, value by value
      y[y0 + i] = ((x[x0 + i] - centre) * scale + shift) * weight[w0 + i] + bias[b0 + i];
    }
  }

  /**
   * The derivatives of {@link #normalize}: over the rows {@code dbias = sum dy} and {@code dweight
   * = sum dy z}; within a row {@code dx = (g - mean(g) - z mean(g z)) / sqrt(variance + epsilon)},
   * where {@code g = dy weight}.
   */
  public static void derive(
      float[] dy,
      int dy0,
      float[] x,
      int x0,
      float[] weight,
      int w0,
      double epsilon,
      float[] dx,
      float[] dweight,
      float[] dbias,
      int rows,
      int n) {
    int parts = Gemm.ceilDiv(rows, PART);
    float[] weights = new float[parts * n];
    float[] biases = new float[parts * n];
    var pass = new Pass(dy, dy0, x, x0, weight, w0, epsilon, dx, weights, biases, n);
    Loops.splitRows(
        parts,
        PART * n,
        (first, count) -> {
          double[] sums = new double[2];
          for (int part = first; part < first + count; part++) {
            for (int row = part * PART; row < Math.min(rows, (part + 1) * PART); row++) {
              pass.row(row * n, part * n, sums);
            }
          }
        });
    Sums.rows(weights, 0, parts, n, dweight, 0);
    Sums.rows(biases, 0, parts, n, dbias, 0);
  }

  /** What {@link #derive} does for one row, compiled by itself. */
  @SuppressWarnings("ArrayRecordComponent") // for one call, never compared
  private record Pass(
      float[] dy,
      int dy0,
      float[] x,
      int x0,
      float[] weight,
      int w0,
      double epsilon,
      float[] dx,
      float[] dweight,
      float[] dbias,
      int n) {
    /**
     * The row at {@code at}, its share of the derivatives of weight and bias added at {@code to}.
     */
    void row(int at, int to, double[] sums) {
      int from = x0 + at;
      Deviations.moments(x, from, 1, n, n, sums);
      double mean = sums[0];
      double inverse = 1 / Math.sqrt(sums[1] + epsilon);
      float centre = (float) mean;
      float scale = (float) inverse;
      float shift = (float) ((centre - mean) * inverse);
      share(dy, dy0 + at, x, from, centre, scale, shift, weight, w0, dx, at, dweight, dbias, to, n);
      Arrays.fill(sums, 0);
      Deviations.add(dx, at, 0, x, from, centre, n, sums);
      sums[1] += (centre - mean) * sums[0];
      double slope = -inverse * inverse * inverse * sums[1] / n;
      double rest = (centre - mean) * slope - inverse * sums[0] / n;
      finish(dx, at, scale, x, from, centre, (float) slope, (float) rest, n);
    }
  }

  /**
   * {@code g = dy weight; dweight += dy z; dbias += dy}, {@code z = (x - centre) scale + shift}.
   */
  private static void share(
      float[] dy,
      int dy0,
      float[] x,
      int x0,
      float centre,
      float scale,
      float shift,
      float[] weight,
      int w0,
      float[] g,
      int g0,
      float[] dweight,
      float[] dbias,
      int d0,
      int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      var upstream = FloatVector.fromArray(SPECIES, dy, dy0 + i);
      upstream.mul(FloatVector.fromArray(SPECIES, weight, w0 + i)).intoArray(g, g0 + i);
      var z = FloatVector.fromArray(SPECIES, x, x0 + i).sub(centre).mul(scale).add(shift);
      FloatVector.fromArray(SPECIES, dweight, d0 + i)
          .add(upstream.mul(z))
          .intoArray(dweight, d0 + i);
      FloatVector.fromArray(SPECIES, dbias, d0 + i).add(upstream).intoArray(dbias, d0 + i);
    }
    for (; i < n; i++) { // the same arithmetic, value by value
      float z = (x[x0 + i] - centre) * scale + shift;
      g[g0 + i] = dy[dy0 + i] * weight[w0 + i];
      dweight[d0 + i] += dy[dy0 + i] * z;
      dbias[d0 + i] += dy[dy0 + i];
    }
  }

  /** {@code g = g scale + (x - centre) slope + shift}. */
  private static void finish(
      float[] g,
      int g0,
      float scale,
      float[] x,
      int x0,
      float centre,
      float slope,
      float shift,
      int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      var line = FloatVector.fromArray(SPECIES, x, x0 + i).sub(centre).mul(slope).add(shift);
      FloatVector.fromArray(SPECIES, g, g0 + i).mul(scale).add(line).intoArray(g, g0 + i);
    }
    for (; i < n; i++) { // the same arithmetic, value by value
      g[g0 + i] = g[g0 + i] * scale + ((x[x0 + i] - centre) * slope + shift);
    }
  }
}
