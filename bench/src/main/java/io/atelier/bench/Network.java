package io.atelier.bench;

import io.atelier.data.Batch;
import io.atelier.datasets.Mnist;
import io.atelier.nn.Activation;
import io.atelier.nn.BatchNorm;
import io.atelier.nn.Dense;
import io.atelier.nn.Filters;
import io.atelier.nn.Flatten;
import io.atelier.nn.GlobalAveragePool;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.MaxPool;
import io.atelier.nn.Residual;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network that tells ten classes of images apart, as Atelier builds it.
 *
 * <p>Its first weights are the same in every process. Peers translate its layers one by one and
 * copy the weights, so that nothing is described twice.
 *
 * @param input the shape of one image
 */
record Network(Shape input, Sequential model) {
  static final int CLASSES = 10;

  private static final int PIXELS = 784;

  /** How many images are gone through again and again. */
  private static final int IMAGES = 6_400;

  /** Of batches that are noise, so many. */
  private static final int NOISE_BATCHES = 10;

  /** 784-width-10 with ReLU. */
  static Network mlp(int width) {
    return create(Shape.of(PIXELS), Dense.of(width), Activation.RELU, Dense.of(CLASSES));
  }

  /** Two convolutions of 3 x 3 with 32 and 64 filters, a pool, and 9216-128-10. */
  static Network cnn() {
    return create(
        Shape.of(1, 28, 28),
        Filters.of(32, Window.of(3)),
        Activation.RELU,
        Filters.of(64, Window.of(3)),
        Activation.RELU,
        MaxPool.of(2),
        new Flatten(),
        Dense.of(128),
        Activation.RELU,
        Dense.of(CLASSES));
  }

  /**
   * The residual network with 20 layers for images 3 x 32 x 32, projections where the size changes.
   *
   * <p>Source: He et al. 2016, "Deep Residual Learning for Image Recognition", section 4.2.
   */
  static Network resNet20() {
    var rng = Rng.of(1);
    var layers = new ArrayList<Layer>();
    layers.addAll(normalized(3, 16, Window.of(3).padding(1), rng));
    layers.add(Activation.RELU);
    int channels = 16;
    for (int width : new int[] {16, 32, 64}) {
      for (int block = 0; block < 3; block++) {
        layers.add(block(channels, width, rng));
        layers.add(Activation.RELU);
        channels = width;
      }
    }
    layers.add(new GlobalAveragePool());
    layers.add(Linear.create(channels, CLASSES, rng));
    return new Network(Shape.of(3, 32, 32), new Sequential(layers));
  }

  private static Layer block(int in, int out, Rng rng) {
    int stride = in == out ? 1 : 2;
    var body = new ArrayList<>(normalized(in, out, Window.of(3).stride(stride).padding(1), rng));
    body.add(Activation.RELU);
    body.addAll(normalized(out, out, Window.of(3).padding(1), rng));
    return in == out
        ? Residual.of(new Sequential(body))
        : Residual.of(
            new Sequential(body),
            new Sequential(normalized(in, out, Window.of(1).stride(stride), rng)));
  }

  private static List<Layer> normalized(int in, int out, Window window, Rng rng) {
    var filters = Filters.of(out, window).unbiased();
    return List.of(filters.create(Shape.of(in, 1, 1), rng), BatchNorm.create(out));
  }

  private static Network create(Shape input, Layer... plans) {
    return new Network(input, Sequential.create(input, Rng.of(1), plans));
  }

  /** Batches in a fixed order: digits of MNIST, or noise where the images are larger. */
  List<Batch> batches(int size) {
    return input.count() == PIXELS ? digits(size) : noise(size);
  }

  private List<Batch> digits(int size) {
    var images = Mnist.bundled().train().reshape(input.toArray());
    var batches = new ArrayList<Batch>();
    for (int from = 0; from + size <= IMAGES; from += size) {
      batches.add(images.batch(IntStream.range(from, from + size).toArray()));
    }
    return List.copyOf(batches);
  }

  private List<Batch> noise(int size) {
    var shape = batchShape(size);
    int[] labels = IntStream.range(0, size).map(i -> i % CLASSES).toArray();
    return IntStream.range(0, NOISE_BATCHES)
        .mapToObj(i ->
            new Batch(
                Tensor.of(Numbers.uniform(i, Math.toIntExact(shape.count()), 1), shape.toArray()),
                Tensor.of(labels, size)))
        .toList();
  }

  /** The shape of some images together. */
  Shape batchShape(int size) {
    int[] image = input.toArray();
    return Shape.of(IntStream.concat(IntStream.of(size), IntStream.of(image)).toArray());
  }
}
