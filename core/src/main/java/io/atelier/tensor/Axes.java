package io.atelier.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The axes over which a reduction runs, and whether they stay, with size 1. Immutable.
 *
 * <pre>{@code
 * x.mean(0, 2);                 // [2, 3, 4] -> [3]
 * x.mean(Axes.of(0, 2).kept()); // [2, 3, 4] -> [1, 3, 1], which broadcasts against x
 * }</pre>
 *
 * @param numbers each axis, negative ones counted from the end; none means all
 * @param staying whether the axes stay, with size 1
 */
public record Axes(List<Integer> numbers, boolean staying) {
  public Axes {
    numbers = List.copyOf(numbers);
  }

  /** These axes, negative ones counted from the end, which disappear; none means all. */
  public static Axes of(int... numbers) {
    return new Axes(Arrays.stream(numbers).boxed().toList(), false);
  }

  /** The same axes, which stay, with size 1, so that the result broadcasts against its source. */
  public Axes kept() {
    return new Axes(numbers, true);
  }

  /** The axes of a tensor of this shape, ascending from 0. */
  int[] in(Shape shape) {
    int[] axes =
        numbers.isEmpty()
            ? IntStream.range(0, shape.rank()).toArray()
            : numbers.stream().mapToInt(shape::axis).sorted().toArray();
    for (int i = 1; i < axes.length; i++) {
      if (axes[i] == axes[i - 1]) {
        throw new ShapeException("axes " + numbers + " of " + shape, "axis " + axes[i] + " twice");
      }
    }
    return axes;
  }

  /** The shape after the reduction of a tensor of this shape. */
  Shape reduced(Shape shape) {
    int[] axes = in(shape);
    return Shape.of(
        IntStream.range(0, shape.rank())
            .filter(axis -> staying || Arrays.binarySearch(axes, axis) < 0)
            .map(axis -> Arrays.binarySearch(axes, axis) < 0 ? shape.size(axis) : 1)
            .toArray());
  }

  /** The number of elements that become one. */
  int count(Shape shape) {
    if (numbers.isEmpty()) {
      return (int) shape.count();
    }
    int count = 1;
    for (int axis : in(shape)) {
      count *= shape.size(axis);
    }
    return count;
  }

  /** The elements that become one brought together in a last axis: [..., n]. */
  Tensor last(Tensor x) {
    int[] axes = in(x.shape());
    int[] rest =
        IntStream.range(0, x.shape().rank())
            .filter(axis -> Arrays.binarySearch(axes, axis) < 0)
            .toArray();
    int[] order = IntStream.concat(Arrays.stream(rest), Arrays.stream(axes)).toArray();
    int[] sizes =
        IntStream.concat(Arrays.stream(rest).map(x.shape()::size), IntStream.of(count(x.shape())))
            .toArray();
    return x.permute(order).reshape(Shape.of(sizes));
  }
}
