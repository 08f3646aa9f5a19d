package io.atelier.nn;

import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The means of so many parts along each axis, whatever the size of the input; {@link
 * Tensor#adaptiveAveragePool}.
 *
 * <p>Shapes: [N, C, H, W] -> [N, C, h, w]; [N, C, L] -> [N, C, l].
 *
 * @param sizes of the output, one for each axis but the first two, or one for all
 */
public record AdaptiveAveragePool(List<Integer> sizes) implements Layer {
  /** Copies the list. */
  public AdaptiveAveragePool {
    sizes = List.copyOf(sizes);
  }

  /** An output of these sizes. */
  public static AdaptiveAveragePool of(int... sizes) {
    return new AdaptiveAveragePool(Arrays.stream(sizes).boxed().toList());
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, C, h, w]
    return x.adaptiveAveragePool(sizes.stream().mapToInt(size -> size).toArray());
  }
}
