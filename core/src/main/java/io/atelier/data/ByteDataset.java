package io.atelier.data;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;

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

  private final byte[] values;
  private final byte[] labels;
  private final Shape shape;
  private final int classes;

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
    this.values = values;
    this.labels = labels;
    this.shape = shape;
    this.classes = classes;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int classes() {
    return classes;
  }

  /** The same examples under another shape of as many values. */
  public ByteDataset reshape(int... sizes) {
    return new ByteDataset(values, labels, Shape.of(sizes), classes);
  }

  @Override
  public Batch batch(int... indices) {
    int length = (int) shape.count();
    float[] inputs = new float[indices.length * length];
    int[] truth = new int[indices.length];
    int to = 0;
    for (int i = 0; i < indices.length; i++) {
      truth[i] = labels[indices[i]] & 0xFF;
      for (int from = indices[i] * length; from < (indices[i] + 1) * length; from++) {
        inputs[to++] = SCALED[values[from] & 0xFF];
      }
    }
    int[] sizes = new int[shape.rank() + 1];
    sizes[0] = indices.length;
    System.arraycopy(shape.toArray(), 0, sizes, 1, shape.rank());
    return new Batch(Tensor.of(inputs, sizes), Tensor.of(truth, truth.length));
  }
}
