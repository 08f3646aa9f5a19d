package io.atelier.explain;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How much of the input one value behind some convolutions and poolings depends on.
 *
 * <pre>{@code
 * var field = ReceptiveField.ofInput(2).through(Window.of(3)).through(Window.of(3));
 * field.size(0);   // 5
 * }</pre>
 *
 * <p>Behind a window, along each axis: {@code size' = size + (reach - 1) jump}, {@code jump' = jump
 * stride}, {@code first' = first - before jump}. Immutable.
 *
 * <p>Source: Araujo, Norris, Sim 2019, "Computing receptive fields of convolutional neural
 * networks", section 2.
 *
 * @param sizes how many values of the input it spans
 * @param jumps how far apart the fields of two neighbours lie in the input
 * @param firsts where the field of the first value begins; below 0 in the padding
 */
public record ReceptiveField(List<Integer> sizes, List<Integer> jumps, List<Integer> firsts) {
  /** Copies the lists. */
  public ReceptiveField {
    sizes = List.copyOf(sizes);
    jumps = List.copyOf(jumps);
    firsts = List.copyOf(firsts);
  }

  /** Of the input itself: each value sees itself. */
  public static ReceptiveField ofInput(int axes) {
    Evaluation.requireAtLeastOne("axis", axes);
    return new ReceptiveField(
        Collections.nCopies(axes, 1), Collections.nCopies(axes, 1), Collections.nCopies(axes, 0));
  }

  /**
   * Behind one more convolution or pooling.
   *
   * @throws IllegalArgumentException if the window is over another number of axes
   * @throws ArithmeticException if a number does not fit 32 bits
   */
  public ReceptiveField through(Window window) {
    int axes = sizes.size();
    var spread = window.over(axes);
    var newSizes = new ArrayList<Integer>();
    var newJumps = new ArrayList<Integer>();
    var newFirsts = new ArrayList<Integer>();
    for (int axis = 0; axis < axes; axis++) {
      int jump = jumps.get(axis);
      int grown = Math.multiplyExact(spread.reach(axis) - 1, jump);
      newSizes.add(Math.addExact(sizes.get(axis), grown));
      newJumps.add(Math.multiplyExact(jump, spread.strideAlong(axis)));
      newFirsts.add(
          Math.subtractExact(
              firsts.get(axis), Math.multiplyExact(spread.paddingBefore(axis), jump)));
    }
    return new ReceptiveField(newSizes, newJumps, newFirsts);
  }

  /** How many values of the input it spans along an axis. */
  public int size(int axis) {
    return sizes.get(axis);
  }

  /** How far apart the fields of two neighbours lie in the input along an axis. */
  public int jump(int axis) {
    return jumps.get(axis);
  }

  /** Where the field of the first value begins along an axis. */
  public int first(int axis) {
    return firsts.get(axis);
  }

  /**
   * One line of the table of a stack.
   *
   * @param window of this layer
   * @param output its places, [..] without channels
   * @param field what one of its values sees
   */
  public record Row(Window window, Shape output, ReceptiveField field) {}

  /**
   * Convolutions and poolings one after the other, as a table.
   *
   * @param input the sizes of the axes that the windows move over, [H, W] or [L]
   * @throws ShapeException if a window does not fit into what is left
   */
  public static List<Row> table(Shape input, List<Window> windows) {
    var rows = new ArrayList<Row>();
    var shape = input;
    var field = ofInput(input.rank());
    for (var window : windows) {
      field = field.through(window);
      shape = output(shape, window, rows.size());
      rows.add(new Row(window, shape, field));
    }
    return List.copyOf(rows);
  }

  private static Shape output(Shape input, Window window, int layer) {
    int[] sizes = new int[input.rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = window.outputs(axis, input.size(axis));
      if (sizes[axis] < 1) {
        throw new ShapeException(
            "layer " + layer,
            "the window " + window + " does not fit into " + input + "; make it smaller or pad");
      }
    }
    return Shape.of(sizes);
  }

  /** As tables show it, {@code 7x7}. */
  @Override
  public String toString() {
    return sizes.stream().map(String::valueOf).collect(Collectors.joining("x"));
  }
}
