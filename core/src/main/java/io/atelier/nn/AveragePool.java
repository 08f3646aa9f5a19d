package io.atelier.nn;

import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;

/**
 * The mean of the values under a window that moves over each channel; {@link Tensor#averagePool}.
 *
 * <p>Shapes: [N, C, H, W] -> [N, C, h, w]; [N, C, L] -> [N, C, l].
 *
 * @param window what is covered; {@code Window.of(3).stride(2).padding(1)}
 * @param countsPadding whether padding counts as zeros, PyTorch's {@code count_include_pad}
 */
public record AveragePool(Window window, boolean countsPadding) implements Architecture.Item {
  /** A window of this size that moves by its size, so that no two overlap. */
  public static AveragePool of(int... size) {
    return of(Window.of(size).stride(size));
  }

  /** A window that moves by its stride; padding counts as zeros. */
  public static AveragePool of(Window window) {
    return new AveragePool(window, true);
  }

  /** The same where the mean is that of the values inside. */
  public AveragePool inside() {
    return new AveragePool(window, false);
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, C, h, w]
    return countsPadding ? x.averagePool(window) : x.averagePoolInside(window);
  }
}
