package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Brings each channel to mean 0 and standard deviation 1: {@code (x - mean) / deviation}, with
 * numbers of the whole training set. Not random.
 *
 * <p>{@code normalize0.1307/0.3081} for one channel, {@code normalize0.49/0.25:0.48/0.24:0.45/0.26}
 * for three; {@code normalize} has its numbers still to be measured, by {@link Transforms#fitted}.
 *
 * @param mean of each channel; empty if they are still to be measured
 * @param deviation of each channel
 */
public record Normalize(List<Double> mean, List<Double> deviation) implements Transform {
  /** Values of a batch that is measured at once, 16 MiB. */
  private static final long MOST_VALUES = 1 << 22;

  /** Checks the numbers and copies the lists. */
  public Normalize {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    Settings.require(
        mean.size() == deviation.size(),
        "normalize needs a mean and a deviation for each channel",
        mean.size() + " and " + deviation.size());
    for (double number : mean) {
      Settings.require(Double.isFinite(number), "normalize needs finite means", number);
    }
    for (double number : deviation) {
      Settings.require(
          number > 0 && Double.isFinite(number), "normalize needs deviations above 0", number);
    }
  }

  /** With numbers that are still to be measured. */
  public static Normalize measured() {
    return new Normalize(List.of(), List.of());
  }

  /**
   * With the numbers of these images, to four decimals. A channel that is always the same has
   * deviation 1.
   */
  public static Normalize of(Dataset images) {
    int channels = images.shape().size(0);
    double[] sums = new double[channels];
    double[] squares = new double[channels];
    long example = Math.max(1, images.shape().count());
    for (var batch : images.batches(Math.clamp(MOST_VALUES / example, 1, 250))) {
      float[] values = batch.inputs().toFloats();
      int plane = values.length / channels / batch.size();
      for (int i = 0; i < values.length; i++) {
        int channel = i / plane % channels;
        sums[channel] += values[i];
        squares[channel] += (double) values[i] * values[i];
      }
    }
    double count = (double) images.size() * images.shape().count() / channels;
    Double[] means = new Double[channels];
    Double[] deviations = new Double[channels];
    for (int c = 0; c < channels; c++) {
      double mean = sums[c] / count;
      double deviation = rounded(Math.sqrt(Math.max(0, squares[c] / count - mean * mean)));
      means[c] = rounded(mean);
      deviations[c] = deviation == 0 ? 1 : deviation;
    }
    return new Normalize(Arrays.asList(means), Arrays.asList(deviations));
  }

  private static double rounded(double number) {
    return Math.rint(number * 1e4) / 1e4;
  }

  /** Whether it has its numbers. */
  boolean isFitted() {
    return !mean.isEmpty();
  }

  @Override
  public Tensor apply(Tensor image, Rng rng) {
    return image.minus(column(mean)).dividedBy(column(deviation));
  }

  private static Tensor column(List<Double> numbers) { // [C, 1, 1]
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i).floatValue();
    }
    return Tensor.of(values, values.length, 1, 1);
  }

  @Override
  public Shape output(Shape image) {
    if (!isFitted()) {
      throw new ShapeException(
          "normalize of an image " + image,
          "its means and deviations are still to be measured: Transforms.fitted(training images)");
    }
    if (image.size(0) != mean.size()) {
      throw new ShapeException(
          this + " of an image " + image,
          "has numbers for " + mean.size() + " channels, the image has " + image.size(0));
    }
    return image;
  }

  @Override
  public Optional<Transform> evaluation() {
    return Optional.of(this);
  }

  @Override
  public String toString() {
    var text = new StringBuilder("normalize");
    for (int c = 0; c < mean.size(); c++) {
      text.append(c == 0 ? "" : ":").append(Settings.text(mean.get(c)));
      text.append('/').append(Settings.text(deviation.get(c)));
    }
    return text.toString();
  }
}
