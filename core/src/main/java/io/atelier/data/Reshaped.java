package io.atelier.data;

import io.atelier.tensor.Shape;
import java.util.stream.IntStream;

/** The examples of a data set under another shape of as many values. */
record Reshaped(Dataset source, Shape shape) implements Dataset {
  Reshaped {
    if (shape.count() != source.shape().count()) {
      throw new IllegalArgumentException(
          "an example of shape %s cannot have the shape %s".formatted(source.shape(), shape));
    }
  }

  @Override
  public int size() {
    return source.size();
  }

  @Override
  public int classes() {
    return source.classes();
  }

  @Override
  public Batch batch(int... indices) {
    var batch = source.batch(indices);
    return new Batch(batch.inputs().reshape(of(indices.length, shape)), batch.labels());
  }

  /** The shape of so many examples. */
  static int[] of(int count, Shape example) {
    return IntStream.concat(IntStream.of(count), IntStream.of(example.toArray())).toArray();
  }
}
