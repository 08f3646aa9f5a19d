package io.atelier.bench;

import io.atelier.data.Batch;
import io.atelier.datasets.Mnist;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network 784-width-10 with its first weights, uniform in {@code +-1/sqrt(inputs)}, and batches
 * of MNIST in a fixed order.
 */
record Digits(int width, List<Batch> batches) {
  static final int PIXELS = 784;
  static final int CLASSES = 10;

  /** How many images are gone through again and again. */
  private static final int IMAGES = 6_400;

  static Digits create(int width, int batch) {
    return new Digits(width, batches(batch));
  }

  /** The weights of the first layer, [width, 784]. */
  float[] hidden() {
    return Numbers.uniform(1, width * PIXELS, 1 / Math.sqrt(PIXELS));
  }

  /** [width]. */
  float[] hiddenBias() {
    return Numbers.uniform(2, width, 1 / Math.sqrt(PIXELS));
  }

  /** The weights of the second layer, [10, width]. */
  float[] output() {
    return Numbers.uniform(3, CLASSES * width, 1 / Math.sqrt(width));
  }

  /** [10]. */
  float[] outputBias() {
    return Numbers.uniform(4, CLASSES, 1 / Math.sqrt(width));
  }

  private static List<Batch> batches(int size) {
    var images = Mnist.bundled().train().reshape(PIXELS);
    var batches = new ArrayList<Batch>();
    for (int from = 0; from + size <= IMAGES; from += size) {
      batches.add(images.batch(IntStream.range(from, from + size).toArray()));
    }
    return List.copyOf(batches);
  }
}
