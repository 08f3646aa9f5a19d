package io.atelier.data;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.function.Supplier;

/**
 * Examples that stay bytes in memory, such as pixels; a batch has them scaled to 0..1.
 *
 * <p>The arrays are not copied: nobody may write to them afterwards.
 */
public final class ByteDataset implements Dataset {
  private static final float[] SCALED = new float[256];

  static {
    for (int value = 0; value < 256; value++) {
      SCALED[value] = value / 255f;
    }
  }

  private final int size;
  private final Shape shape;
  private final int classes;
  private final Supplier<byte[]> values;
  private final Supplier<byte[]> labels;

  /**
   * Labelled examples.
   *
   * @param values unsigned, example by example
   * @param labels unsigned, one for each example, below {@code classes}
   * @param shape of one example
   */
  public ByteDataset(byte[] values, byte[] labels, Shape shape, int classes) {
    if (values.length != labels.length * shape.count()) {
      throw new IllegalArgumentException(
          labels.length
              + " examples of shape "
              + shape
              + " need "
              + labels.length * shape.count()
              + " values, got "
              + values.length);
    }
    this(labels.length, shape, classes, () -> values, () -> labels);
  }

  private ByteDataset(
      int size, Shape shape, int classes, Supplier<byte[]> values, Supplier<byte[]> labels) {
    this.size = size;
    this.shape = shape;
    this.classes = classes;
    this.values = values;
    this.labels = labels;
  }

  /**
   * Examples that may still be on their way: their number, shape and classes are known, and who
   * wants a batch of them waits.
   *
   * @param source gives them, each time it is asked, and may wait
   */
  public static ByteDataset awaited(
      int size, Shape shape, int classes, Supplier<ByteDataset> source) {
    return new ByteDataset(
        size, shape, classes, () -> source.get().values.get(), () -> source.get().labels.get());
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public Batch batch(int... indices) {
    byte[] bytes = values.get();
    byte[] classOf = labels.get();
    int length = (int) shape.count();
    if ((long) indices.length * length > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "batch of " + indices.length + " examples " + shape,
          (long) indices.length * length + " values do not fit a Java array of 2,147,483,639");
    }
    float[] inputs = new float[indices.length * length];
    int[] truth = new int[indices.length];
    int to = 0;
    for (int i = 0; i < indices.length; i++) {
      truth[i] = classOf[indices[i]] & 0xFF;
      for (int from = indices[i] * length; from < (indices[i] + 1) * length; from++) {
        inputs[to++] = SCALED[bytes[from] & 0xFF];
      }
    }
    return new Batch(
        Tensor.of(inputs, Reshaped.of(indices.length, shape)), Tensor.of(truth, truth.length));
  }
}
