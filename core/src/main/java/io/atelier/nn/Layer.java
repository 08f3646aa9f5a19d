package io.atelier.nn;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.Arrays;

/**
 * A function from tensor to tensor; one with parameters is a record that holds them.
 *
 * <p>A method reference is a layer: {@code Tensor::tanh}.
 */
@FunctionalInterface
public interface Layer {
  /** The output for a batch of inputs. */
  Tensor forward(Tensor x);

  /**
   * The shape of the output for one example.
   *
   * <p>Found by trying it on an example of zeros. A layer with parameters computes it instead, so
   * that nothing needs to be made.
   *
   * @param input the shape of one example, without the axis of the batch
   * @throws ShapeException if the layer does not take such inputs, or drops the axis of the batch
   */
  default Shape output(Shape input) {
    int[] sizes = new int[input.rank() + 1];
    sizes[0] = 1;
    System.arraycopy(input.toArray(), 0, sizes, 1, input.rank());
    int[] output;
    try (var _ = Step.inference()) {
      output = forward(Tensor.scalar(0).expanded(sizes)).shape().toArray();
    }
    if (output.length == 0 || output[0] != 1) {
      throw new ShapeException(
          "output(" + input + ")",
          "a batch "
              + Arrays.toString(sizes)
              + " of one example became "
              + Arrays.toString(output)
              + "; a layer must keep the first axis");
    }
    return Shape.of(Arrays.copyOfRange(output, 1, output.length));
  }
}
