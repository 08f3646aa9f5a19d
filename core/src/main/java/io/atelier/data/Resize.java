package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/**
 * Brings an image to another size: {@code resize32}, {@code resize32x48}. Not random.
 *
 * <p>A new pixel is a weighted mean of the old ones around its place; the weights fall linearly to
 * 0 at a distance of one pixel, old or new, whichever is larger. So enlarging is bilinear
 * interpolation, and nothing is skipped in making smaller; PyTorch calls it {@code bilinear} with
 * {@code antialias}. As the weights of rows and columns are independent, the result is {@code rows
 * . image . columns^T}.
 */
public record Resize(int height, int width) implements Transform {
  public Resize {
    Settings.require(
        height >= 1 && width >= 1 && height <= 10_000 && width <= 10_000,
        "resize needs 1 to 10,000 pixels",
        height + " x " + width);
  }

  @Override
  public Tensor apply(Tensor image, Rng rng) {
    if (image.shape().equals(output(image.shape()))) {
      return image;
    }
    var rows = weights(image.shape().size(1), height); // [h, H]
    var columns = weights(image.shape().size(2), width); // [w, W]
    return rows.matmul(image).matmul(columns.transpose()); // [C, h, w]
  }

  /** How much each old pixel counts for each new one: [new, old]. */
  private static Tensor weights(int oldSize, int newSize) {
    double scale = (double) oldSize / newSize;
    double reach = Math.max(scale, 1);
    float[] weights = new float[newSize * oldSize];
    for (int i = 0; i < newSize; i++) {
      double centre = (i + 0.5) * scale - 0.5;
      double sum = 0;
      for (int k = 0; k < oldSize; k++) {
        sum += Math.max(0, 1 - Math.abs(k - centre) / reach);
      }
      for (int k = 0; k < oldSize; k++) {
        weights[i * oldSize + k] = (float) (Math.max(0, 1 - Math.abs(k - centre) / reach) / sum);
      }
    }
    return Tensor.of(weights, newSize, oldSize);
  }

  @Override
  public Shape output(Shape image) {
    return Shape.of(image.size(0), height, width);
  }

  @Override
  public Optional<Transform> evaluation() {
    return Optional.of(this);
  }

  @Override
  public String toString() {
    return "resize" + Settings.text(height, width);
  }
}
