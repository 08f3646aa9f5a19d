package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/**
 * Takes a part at random of an image around which a frame of zeros was laid: {@code randomcrop32:4}
 * with a frame of 4 pixels, {@code randomcrop32} with none. Where a network is judged the middle is
 * taken.
 */
public record RandomCrop(int height, int width, int padding) implements Transform {
  public RandomCrop {
    Settings.require(
        height >= 1 && width >= 1, "randomcrop needs at least 1 pixel", height + " x " + width);
    Settings.require(
        padding >= 0 && padding <= 10_000, "randomcrop needs a frame of 0 to 10,000", padding);
  }

  @Override
  public Tensor apply(Tensor image, Rng rng) {
    var padded = image.pad(1, padding, padding, 0).pad(2, padding, padding, 0);
    int top = rng.nextInt(padded.shape().size(1) - height + 1);
    int left = rng.nextInt(padded.shape().size(2) - width + 1);
    return padded.slice(1, top, top + height).slice(2, left, left + width);
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
    return Optional.of(new Crop(height, width));
  }

  @Override
  public String toString() {
    String frame = padding == 0 ? "" : ":" + padding;
    return "randomcrop" + Settings.text(height, width) + frame;
  }
}
