package io.atelier.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * A window that moves over the axes of an image or a signal: what convolutions and pooling look
 * through. Immutable.
 *
 * <pre>{@code
 * Window.of(5)                       // 5 x 5 on an image, 5 on a signal
 * Window.of(3).stride(2).padding(1)  // every second place, one zero around the edge
 * Window.of(1, 7).same()             // 1 x 7; as many outputs as inputs
 * }</pre>
 *
 * <p>Each list has one number for each axis; a single number holds for all axes.
 *
 * @param size values that the window covers
 * @param stride steps between two places of the window
 * @param dilation steps between two values under the window
 * @param before what is added before the first value
 * @param after what is added behind the last value
 */
public record Window(
    List<Integer> size,
    List<Integer> stride,
    List<Integer> dilation,
    List<Integer> before,
    List<Integer> after) {
  private static final List<Integer> ONE = List.of(1);
  private static final List<Integer> ZERO = List.of(0);

  /** Copies and checks the lists. */
  public Window {
    size = checked("size", size, 1);
    stride = checked("stride", stride, 1);
    dilation = checked("dilation", dilation, 1);
    before = checked("padding", before, 0);
    after = checked("padding", after, 0);
    int axes = 1;
    for (var list : List.of(size, stride, dilation, before, after)) {
      if (list.size() > 1 && axes > 1 && list.size() != axes) {
        throw new IllegalArgumentException(
            "a window has as many sizes, strides, dilations and paddings as axes, or one for all; got "
                + axes
                + " and "
                + list.size());
      }
      axes = Math.max(axes, list.size());
    }
  }

  private static List<Integer> checked(String what, List<Integer> numbers, int least) {
    if (numbers.isEmpty() || numbers.stream().anyMatch(number -> number < least)) {
      throw new IllegalArgumentException(
          "the " + what + " of a window must be at least " + least + ", got " + numbers);
    }
    return List.copyOf(numbers);
  }

  /** A window of this size that moves by 1, without padding. */
  public static Window of(int... size) {
    return new Window(list(size), ONE, ONE, ZERO, ZERO);
  }

  /** The same with this stride. */
  public Window stride(int... newStride) {
    return new Window(size, list(newStride), dilation, before, after);
  }

  /** The same with this dilation. */
  public Window dilation(int... newDilation) {
    return new Window(size, stride, list(newDilation), before, after);
  }

  /** The same with this padding at both ends of each axis. */
  public Window padding(int... padding) {
    return new Window(size, stride, dilation, list(padding), list(padding));
  }

  /**
   * The same padded so that, moved by 1, it gives as many outputs as inputs; an odd rest goes
   * behind the last value, as in PyTorch.
   */
  public Window same() {
    int axes = Math.max(size.size(), dilation.size());
    var newBefore = new ArrayList<Integer>();
    var newAfter = new ArrayList<Integer>();
    for (int axis = 0; axis < axes; axis++) {
      int added = reach(axis) - 1;
      newBefore.add(added / 2);
      newAfter.add(added - added / 2);
    }
    return new Window(size, stride, dilation, newBefore, newAfter);
  }

  /** The same without padding. */
  public Window unpadded() {
    return new Window(size, stride, dilation, ZERO, ZERO);
  }

  private static List<Integer> list(int... numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  /** The size along an axis. */
  public int sizeAlong(int axis) {
    return at(size, axis);
  }

  /** The stride along an axis. */
  public int strideAlong(int axis) {
    return at(stride, axis);
  }

  /** The dilation along an axis. */
  public int dilationAlong(int axis) {
    return at(dilation, axis);
  }

  /** The padding before the first value of an axis. */
  public int paddingBefore(int axis) {
    return at(before, axis);
  }

  /** The padding behind the last value of an axis. */
  public int paddingAfter(int axis) {
    return at(after, axis);
  }

  private static int at(List<Integer> numbers, int axis) {
    return numbers.get(numbers.size() == 1 ? 0 : axis);
  }

  /**
   * How far the window reaches along an axis: {@code dilation (size - 1) + 1}.
   *
   * @throws ShapeException if that is further than any axis has values
   */
  public int reach(int axis) {
    long reach = dilationAlong(axis) * (sizeAlong(axis) - 1L) + 1;
    return Shape.size("window " + this, "reaches over", reach);
  }

  /**
   * The same with a number for each of {@code axes} axes, for an operation.
   *
   * @throws ShapeException if the window has another number of axes
   */
  Window over(int axes, Supplier<String> call) {
    try {
      return over(axes);
    } catch (IllegalArgumentException e) {
      throw new ShapeException(call.get(), String.valueOf(e.getMessage()), e);
    }
  }

  /** The same with a number for each of {@code axes} axes. */
  public Window over(int axes) {
    return new Window(
        spread(size, axes),
        spread(stride, axes),
        spread(dilation, axes),
        spread(before, axes),
        spread(after, axes));
  }

  private static List<Integer> spread(List<Integer> numbers, int axes) {
    if (numbers.size() != 1 && numbers.size() != axes) {
      throw new IllegalArgumentException(
          "a window over " + numbers.size() + " axes does not fit " + axes);
    }
    return numbers.size() == axes ? numbers : Collections.nCopies(axes, numbers.getFirst());
  }

  /**
   * How many places it has along an axis: {@code floor((in + before + after - reach) / stride) +
   * 1}.
   *
   * @param input the size of the axis
   * @return 0 or less if the window does not fit in
   * @throws ShapeException if the window's reach or the padded axis does not fit an int
   */
  public int outputs(int axis, int input) {
    int padded =
        Shape.size(
            "window " + this + " over " + input + " values",
            "with padding these are",
            (long) input + paddingBefore(axis) + paddingAfter(axis));
    return Math.floorDiv(padded - reach(axis), strideAlong(axis)) + 1;
  }

  /** As it is called in messages, {@code 3x3, stride 2, padding 1}. */
  @Override
  public String toString() {
    var text = new StringBuilder(joined(size.size() == 1 ? spread(size, 2) : size));
    if (!stride.equals(ONE)) {
      text.append(", stride ").append(joined(stride));
    }
    if (!dilation.equals(ONE)) {
      text.append(", dilation ").append(joined(dilation));
    }
    if (!before.equals(ZERO) || !after.equals(ZERO)) {
      text.append(", padding ").append(joined(before));
      if (!after.equals(before)) {
        text.append(" and ").append(joined(after));
      }
    }
    return text.toString();
  }

  private static String joined(List<Integer> numbers) {
    return String.join("x", numbers.stream().map(String::valueOf).toList());
  }
}
