package io.atelier.bench;

import io.atelier.data.Batch;
import io.atelier.datasets.Mnist;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network 784-width-10 with its first weights, and batches of MNIST in a fixed order.
 *
 * @param hidden the weights of the first layer, [width, 784]
 * @param output the weights of the second layer, [10, width]
 */
record Digits(
    int width,
    float[] hidden,
    float[] hiddenBias,
    float[] output,
    float[] outputBias,
    List<Batch> batches) {
  static final int PIXELS = 784;
  static final int CLASSES = 10;

  /** How many images are gone through again and again. */
  private static final int IMAGES = 6_400;

  /** Weights uniform in {@code +-1/sqrt(inputs)}. */
  static Digits create(int width, int batch) {
    double first = 1 / Math.sqrt(PIXELS);
    double second = 1 / Math.sqrt(width);
    return new Digits(
        width,
        Numbers.uniform(1, width * PIXELS, first),
        Numbers.uniform(2, width, first),
        Numbers.uniform(3, CLASSES * width, second),
        Numbers.uniform(4, CLASSES, second),
        batches(batch));
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
