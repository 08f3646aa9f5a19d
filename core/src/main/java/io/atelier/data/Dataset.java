package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import java.util.stream.IntStream;

/** Examples with labels, known by their number. Immutable and asked by several threads at once. */
public interface Dataset {
  /** The number of examples. */
  int size();

  /** The shape of one example; of an image [C, H, W], with C = 1 for shades of grey. */
  Shape shape();

  /** The number of classes. */
  int classes();

  /** The examples with these numbers, in this order. */
  Batch batch(int... indices);

  /** One pass over all examples in random order; the last batch may be smaller. */
  default Batches batches(int batchSize, Rng rng) {
    return new Batches(this, rng.permutation(size()), batchSize);
  }

  /** One pass over all examples in their own order. */
  default Batches batches(int batchSize) {
    return new Batches(this, IntStream.range(0, size()).toArray(), batchSize);
  }

  /** The examples with these numbers, as a data set. */
  default Dataset select(int... indices) {
    return new Selection(this, indices);
  }

  /**
   * The same examples under another shape of as many values, as a fully connected network wants
   * them: images [C, H, W] as rows of {@code C * H * W}.
   *
   * @throws IllegalArgumentException if the number of values differs
   */
  default Dataset reshape(int... sizes) {
    return new Reshaped(this, Shape.of(sizes));
  }

  /**
   * The same images as {@code transforms} make them: [C, H, W], or where they are resized or cut
   * another size. Each draws what is random from the stream of {@code rng} keyed by its number, so
   * it depends neither on its batch nor on a thread; another epoch wants another {@code rng}.
   *
   * <p>With {@link MixUp} the labels of a batch are probabilities, FLOAT [N, K], and it matters who
   * comes next in the batch.
   *
   * @throws ShapeException if the examples are no images or cannot be transformed so
   */
  default Dataset transformed(Transforms transforms, Rng rng) {
    return new Transformed(this, transforms, rng);
  }

  /** The same images as they are judged: with {@link Transforms#evaluation}, nothing at random. */
  default Dataset transformed(Transforms transforms) {
    return new Transformed(this, transforms.evaluation(), Rng.of(0));
  }
}
