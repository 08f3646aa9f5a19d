package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/**
 * Random changes of an image's light. Each mixes it with something duller, {@code dull + f (image -
 * dull)}, by a factor {@code f} from {@code 1 - share} to {@code 1 + share}; the result is held
 * within 0 to 1, so they come before {@link Normalize}.
 */
public sealed interface Colour extends Transform {
  /** By how much the factor may differ from 1. */
  double share();

  /** What is mixed in: black, a mean grey, or the image in grey. */
  Tensor dull(Tensor image);

  @Override
  default Tensor apply(Tensor image, Rng rng) {
    double factor = 1 + share() * (2 * rng.nextDouble() - 1);
    return image.times(factor).plus(dull(image).times(1 - factor)).clamp(0, 1);
  }

  @Override
  default Optional<Transform> evaluation() {
    return Optional.empty();
  }

  /** How bright each pixel is: [C, H, W] -> [1, H, W], with the weights of ITU-R BT.601. */
  private static Tensor grey(Tensor image) {
    var weights = Tensor.of(new float[] {0.299f, 0.587f, 0.114f}, 3, 1, 1);
    return image.shape().size(0) == 3 ? image.times(weights).sum(0).unsqueeze(0) : image;
  }

  private static void requireShare(String name, double share) {
    Settings.require(share > 0 && share <= 1, name + " needs a share above 0, at most 1", share);
  }

  /** Lighter or darker: {@code brightness0.2}. */
  record Brightness(double share) implements Colour {
    public Brightness {
      requireShare("brightness", share);
    }

    @Override
    public Tensor dull(Tensor image) {
      return Tensor.scalar(0);
    }

    @Override
    public String toString() {
      return "brightness" + Settings.text(share);
    }
  }

  /** Farther from or nearer to the image's mean brightness: {@code contrast0.2}. */
  record Contrast(double share) implements Colour {
    public Contrast {
      requireShare("contrast", share);
    }

    @Override
    public Tensor dull(Tensor image) {
      return grey(image).mean();
    }

    @Override
    public String toString() {
      return "contrast" + Settings.text(share);
    }
  }

  /** Brighter or paler colours: {@code saturation0.2}. */
  record Saturation(double share) implements Colour {
    public Saturation {
      requireShare("saturation", share);
    }

    @Override
    public Tensor dull(Tensor image) {
      return grey(image);
    }

    @Override
    public Shape output(Shape image) {
      if (image.size(0) != 3) {
        throw new ShapeException(
            this + " of an image " + image, "needs three channels: red, green, blue");
      }
      return image;
    }

    @Override
    public String toString() {
      return "saturation" + Settings.text(share);
    }
  }
}
