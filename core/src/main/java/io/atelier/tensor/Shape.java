package io.atelier.tensor;

import java.util.Arrays;

/** The sizes of a tensor's axes, {@code [2, 3]}; a scalar has none, {@code []}. Immutable. */
public final class Shape {
  private static final Shape SCALAR = new Shape();

  private final int[] sizes;
  private final long count;

  private Shape(int... sizes) {
    this.sizes = sizes;
    long product = 1;
    for (int size : sizes) {
      product = Math.multiplyExact(product, size);
    }
    this.count = product;
  }

  /**
   * A shape with these sizes.
   *
   * @throws ShapeException if a size is negative or the number of elements does not fit 64 bits
   */
  public static Shape of(int... sizes) {
    for (int size : sizes) {
      if (size < 0) {
        throw new ShapeException("shape(" + Arrays.toString(sizes) + ")", "sizes must be >= 0");
      }
    }
    try {
      return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    } catch (ArithmeticException e) {
      throw new ShapeException(
          "shape(" + Arrays.toString(sizes) + ")", "the number of elements does not fit 64 bits");
    }
  }

  /** The number of axes. */
  public int rank() {
    return sizes.length;
  }

  /** The size of an axis; negative axes count from the end, -1 is the last. */
  public int size(int axis) {
    return sizes[axis(axis)];
  }

  /** An axis as a number from 0, where negative ones count from the end. */
  int axis(int axis) {
    int index = axis < 0 ? axis + sizes.length : axis;
    if (index < 0 || index >= sizes.length) {
      throw new ShapeException(
          "axis " + axis + " of " + this, "a tensor with " + rank() + " axes has no such axis");
    }
    return index;
  }

  /** The size of an axis that {@code call} makes, {@code what} tells how, if it fits an int. */
  static int size(String call, String what, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new ShapeException(
          call, what + " " + size + " values; an axis has at most 2,147,483,647");
    }
    return (int) size;
  }

  /** The number of elements. */
  public long count() {
    return count;
  }

  /** The product of the sizes from axis {@code from} to before axis {@code to}. */
  int product(int from, int to) {
    int product = 1;
    for (int axis = from; axis < to; axis++) {
      product *= sizes[axis];
    }
    return product;
  }

  /** A copy of the sizes. */
  public int[] toArray() {
    return sizes.clone();
  }

  /** This shape with one axis less. */
  Shape without(int axis) {
    int[] rest = new int[sizes.length - 1];
    System.arraycopy(sizes, 0, rest, 0, axis);
    System.arraycopy(sizes, axis + 1, rest, axis, rest.length - axis);
    return new Shape(rest);
  }

  /** This shape with another size of one axis. */
  public Shape with(int axis, int size) {
    int[] changed = sizes.clone();
    changed[axis(axis)] = size;
    return of(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
