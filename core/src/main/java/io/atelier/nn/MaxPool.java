package io.atelier.nn;

import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;

/**
 * The largest value under a window that moves over each channel; {@link Tensor#maxPool}.
 *
 * <p>Shapes: [N, C, H, W] -> [N, C, h, w]; [N, C, L] -> [N, C, l].
 *
 * @param window what is covered; {@code Window.of(3).stride(2).padding(1)}
 */
public record MaxPool(Window window) implements Architecture.Item {
  /** A window of this size that moves by its size, so that no two overlap. */
  public static MaxPool of(int... size) {
    return new MaxPool(Window.of(size).stride(size));
  }

  /** A window that moves by its stride. */
  public static MaxPool of(Window window) {
    return new MaxPool(window);
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, C, h, w]
    return x.maxPool(window);
  }
}
