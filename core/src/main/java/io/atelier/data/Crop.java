package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/** Takes the middle of an image: {@code crop28}, {@code crop28x20}. Not random. */
public record Crop(int height, int width) implements Transform {
  public Crop {
    Settings.require(
        height >= 1 && width >= 1, "crop needs at least 1 pixel", height + " x " + width);
  }

  @Override
  public Tensor apply(Tensor image, Rng rng) {
    int top = (image.shape().size(1) - height) / 2;
    int left = (image.shape().size(2) - width) / 2;
    return image.slice(1, top, top + height).slice(2, left, left + width);
  }

  @Override
  public Shape output(Shape image) {
    if (image.size(1) < height || image.size(2) < width) {
      throw new ShapeException(
          this + " of an image " + image, "the image is smaller than that; resize it first");
    }
    return Shape.of(image.size(0), height, width);
  }

  @Override
  public Optional<Transform> evaluation() {
    return Optional.of(this);
  }

  @Override
  public String toString() {
    return "crop" + Settings.text(height, width);
  }
}
