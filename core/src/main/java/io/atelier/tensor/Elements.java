package io.atelier.tensor;

import java.util.Arrays;

/** The arrays under tensors, for operations that treat all element types alike. */
final class Elements {
  private Elements() {}

  /** A new tensor, its elements yet to be written. */
  static Tensor create(ElementType type, Shape shape) {
    return switch (type) {
      case FLOAT -> Tensor.floats(shape);
      case DOUBLE -> Tensor.doubles(shape);
      case INT -> Tensor.wrap(new int[Tensor.length(shape)], shape);
      case LONG -> Tensor.wrap(new long[Tensor.length(shape)], shape);
      case BOOL -> Tensor.wrap(new boolean[Tensor.length(shape)], shape);
    };
  }

  /**
   * A new tensor of one value everywhere; for BOOL anything but 0 is true.
   *
   * @throws ShapeException if the type cannot hold the value
   */
  static Tensor filled(ElementType type, Shape shape, double value) {
    if (!type.holds(value)) {
      throw new ShapeException(type + " " + shape, "cannot hold " + value);
    }
    var result = create(type, shape);
    switch (type) {
      case FLOAT -> Arrays.fill(result.floats(), 0, result.count(), (float) value);
      case DOUBLE -> Arrays.fill(result.doubles(), value);
      case INT -> Arrays.fill(result.ints(), (int) value);
      case LONG -> Arrays.fill(result.longs(), (long) value);
      case BOOL -> Arrays.fill(result.booleans(), value != 0);
    }
    return result;
  }

  /** The array under a tensor; its elements begin at the tensor's offset. */
  static Object of(Tensor x) {
    return switch (x.elementType()) {
      case FLOAT -> x.floats();
      case DOUBLE -> x.doubles();
      case INT -> x.ints();
      case LONG -> x.longs();
      case BOOL -> x.booleans();
    };
  }
}
