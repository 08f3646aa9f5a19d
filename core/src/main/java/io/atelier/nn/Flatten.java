package io.atelier.nn;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;

/**
 * Each example as one row of values, between what sees images and what is fully connected.
 *
 * <p>Shapes: [N, C, H, W] -> [N, C H W]; any axes behind the first become one.
 */
public record Flatten() implements Architecture.Item {
  @Override
  public Shape output(Shape input) {
    if (input.count() > Integer.MAX_VALUE) {
      throw new ShapeException(
          "flatten(" + input + ")",
          "a row would have " + input.count() + " values; an axis has at most 2,147,483,647");
    }
    return Shape.of((int) input.count());
  }

  /**
   * The rows; storage is shared.
   *
   * @throws ShapeException if there is no axis of examples
   */
  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, C H W]
    int[] sizes = x.shape().toArray();
    if (sizes.length == 0) {
      throw new ShapeException("flatten([])", "needs a first axis of examples, [N, ...]");
    }
    int row = 1;
    for (int axis = 1; axis < sizes.length; axis++) {
      row = Math.multiplyExact(row, sizes[axis]);
    }
    return x.reshape(sizes[0], row);
  }
}
