package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * Blackens a square of so many pixels a side around a pixel at random; near the edge only a part of
 * it lies in the image: {@code cutout8}.
 *
 * <p>Source: DeVries and Taylor 2017, "Improved regularization of convolutional neural networks
 * with cutout".
 */
public record CutOut(int side) implements Transform {
  public CutOut {
    Settings.require(side >= 1 && side <= 10_000, "cutout needs 1 to 10,000 pixels", side);
  }

  @Override
  public Tensor apply(Tensor image, Rng rng) {
    int height = image.shape().size(1);
    int width = image.shape().size(2);
    int top = rng.nextInt(height) - side / 2;
    int left = rng.nextInt(width) - side / 2;
    int fromColumn = Math.max(0, left);
    int toColumn = Math.min(width, left + side);
    float[] values = image.toFloats();
    for (int channel = 0; channel < values.length; channel += height * width) {
      for (int row = Math.max(0, top); row < Math.min(height, top + side); row++) {
        int start = channel + row * width;
        Arrays.fill(values, start + fromColumn, start + toColumn, 0);
      }
    }
    return Tensor.of(values, image.shape().toArray());
  }

  @Override
  public Optional<Transform> evaluation() {
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "cutout" + side;
  }
}
