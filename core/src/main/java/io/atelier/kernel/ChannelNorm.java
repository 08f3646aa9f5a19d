package io.atelier.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Batch normalisation of values [outer, channels, inner]: everything about one channel is done
 * while it is in the cache. Channels are shared by the threads.
 *
 * @param outer rows of a channel
 * @param channels at least 1
 * @param inner neighbouring values of a row; few make it slow
 */
public record ChannelNorm(int outer, int channels, int inner) {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;

  /** The mean and the biased variance of each channel. */
  @SuppressWarnings("ArrayRecordComponent") // filled in place, never compared
  public record Moments(double[] mean, double[] variance) {
    /** Moments yet to be found. */
    public static Moments of(int channels) {
      return new Moments(new double[channels], new double[channels]);
    }

    private double inverse(int channel, double epsilon) {
      return 1 / Math.sqrt(variance[channel] + epsilon);
    }
  }

  /** What is done for one channel; {@code sums} are two numbers to work with. */
  private interface Task {
    void run(int channel, double[] sums);
  }

  private void each(Task task) {
    Loops.splitRows(
        channels,
        outer * inner,
        (first, count) -> {
          double[] sums = new double[2];
          for (int channel = first; channel < first + count; channel++) {
            Arrays.fill(sums, 0);
            task.run(channel, sums);
          }
        });
  }

  /** Finds the moments of x. */
  public void moments(float[] x, int x0, Moments found) {
    each((channel, sums) -> find(x, x0, channel, found, sums));
  }

  private void find(float[] x, int x0, int channel, Moments found, double[] sums) {
    Deviations.moments(x, x0 + channel * inner, outer, channels * inner, inner, sums);
    found.mean[channel] = sums[0];
    found.variance[channel] = sums[1];
  }

  /** {@code y = (x - mean) / sqrt(variance + epsilon) weight + bias}, of moments that it finds. */
  public void normalize(
      float[] x,
      int x0,
      float[] weight,
      int w0,
      float[] bias,
      int b0,
      double epsilon,
      Moments found,
      float[] y) {
    each((channel, sums) -> {
      find(x, x0, channel, found, sums);
      apply(x, x0, weight[w0 + channel], bias[b0 + channel], epsilon, found, channel, y);
    });
  }

  /** {@code y = (x - mean) / sqrt(variance + epsilon) weight + bias}, of given moments. */
  public void apply(
      float[] x,
      int x0,
      float[] weight,
      int w0,
      float[] bias,
      int b0,
      double epsilon,
      Moments given,
      float[] y) {
    each((channel, _) ->
        apply(x, x0, weight[w0 + channel], bias[b0 + channel], epsilon, given, channel, y));
  }

  /** One channel; what the rounding of its mean loses goes to the bias. */
  private void apply(
      float[] x,
      int x0,
      float weight,
      float bias,
      double epsilon,
      Moments moments,
      int channel,
      float[] y) {
    float centre = (float) moments.mean[channel];
    double scale = weight * moments.inverse(channel, epsilon);
    double shift = bias + (centre - moments.mean[channel]) * scale;
    for (int row = 0; row < outer; row++) {
      int at = (row * channels + channel) * inner;
      line(x, x0 + at, centre, (float) scale, (float) shift, y, at, inner);
    }
  }

  /** {@code y = (x - centre) scale + shift}. */
  private static void line(
      float[] x, int x0, float centre, float scale, float shift, float[] y, int y0, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += LANES) {
      FloatVector.fromArray(SPECIES, x, x0 + i)
          .sub(centre)
          .mul(scale)
          .add(shift)
          .intoArray(y, y0 + i);
    }
    for (; i < n; i++) { // the same arithmetic, value by value
      y[y0 + i] = (x[x0 + i] - centre) * scale + shift;
    }
  }

  /** {@code sum[c]} of {@code dy} and {@code product[c]} of {@code dy (x - mean[c])}. */
  public void sums(
      float[] dy, int dy0, float[] x, int x0, Moments moments, double[] sum, double[] product) {
    each((channel, sums) -> {
      add(dy, dy0, x, x0, channel, moments, sums);
      sum[channel] = sums[0];
      product[channel] = sums[1];
    });
  }

  private void add(
      float[] dy, int dy0, float[] x, int x0, int channel, Moments moments, double[] sums) {
    float centre = (float) moments.mean[channel];
    for (int row = 0; row < outer; row++) {
      int at = (row * channels + channel) * inner;
      Deviations.add(dy, dy0 + at, 0, x, x0 + at, centre, inner, sums);
    }
    sums[1] += (centre - moments.mean[channel]) * sums[0];
  }

  /**
   * The derivatives of {@link #normalize}: {@code dbias = sum dy}, {@code dweight = sum dy z}, and
   * {@code dx = weight / sqrt(variance + epsilon) (dy - (dbias + z dweight) / n)}, where z is the
   * normalised x.
   */
  public void derive(
      float[] dy,
      int dy0,
      float[] x,
      int x0,
      float[] weight,
      int w0,
      double epsilon,
      Moments moments,
      float[] dx,
      float[] dweight,
      float[] dbias) {
    double n = (double) outer * inner;
    each((channel, sums) -> {
      add(dy, dy0, x, x0, channel, moments, sums);
      double inverse = moments.inverse(channel, epsilon);
      double scale = weight[w0 + channel] * inverse;
      float centre = (float) moments.mean[channel];
      double slope = -scale * inverse * inverse * sums[1] / n;
      double shift = (centre - moments.mean[channel]) * slope - scale * sums[0] / n;
      dweight[channel] = (float) (sums[1] * inverse);
      dbias[channel] = (float) sums[0];
      for (int row = 0; row < outer; row++) {
        int at = (row * channels + channel) * inner;
        int dyAt = dy0 + at;
        line(dy, dyAt, (float) scale, x, x0 + at, centre, (float) slope, (float) shift, dx, at);
      }
    });
  }

  /** {@code dx = dy scale + (x - centre) slope + shift}. */
  private void line(
      float[] dy,
      int dy0,
      float scale,
      float[] x,
      int x0,
      float centre,
      float slope,
      float shift,
      float[] dx,
      int to) {
    int i = 0;
    for (; i < SPECIES.loopBound(inner); i += LANES) {
      var line = FloatVector.fromArray(SPECIES, x, x0 + i).sub(centre).mul(slope).add(shift);
      FloatVector.fromArray(SPECIES, dy, dy0 + i).mul(scale).add(line).intoArray(dx, to + i);
    }
    for (; i < inner; i++) { // the same arithmetic, value by value
      dx[to + i] = dy[dy0 + i] * scale + ((x[x0 + i] - centre) * slope + shift);
    }
  }
}
