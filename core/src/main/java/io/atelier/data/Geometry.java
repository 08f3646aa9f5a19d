package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/**
 * Random changes of where things are in an image. Those that follow each other are one {@link
 * Affine} and one interpolation, however many they are.
 */
public sealed interface Geometry extends Transform {
  /** A change at random. */
  Affine draw(Rng rng);

  @Override
  default Tensor apply(Tensor image, Rng rng) {
    return draw(rng).apply(image);
  }

  @Override
  default Optional<Transform> evaluation() {
    return Optional.empty();
  }

  /** A number between {@code -limit} and {@code limit}. */
  private static double within(double limit, Rng rng) {
    return limit * (2 * rng.nextDouble() - 1);
  }

  /** Mirrors every other image: {@code fliph}, {@code flipv}. */
  enum Flip implements Geometry {
    /** Left and right are exchanged. */
    HORIZONTALLY("fliph"),
    /** Top and bottom are exchanged. */
    VERTICALLY("flipv");

    private final String text;

    Flip(String text) {
      this.text = text;
    }

    @Override
    public Affine draw(Rng rng) {
      if (rng.nextInt(2) == 0) {
        return Affine.IDENTITY;
      }
      return switch (this) {
        case HORIZONTALLY -> Affine.FLIPPED_HORIZONTALLY;
        case VERTICALLY -> Affine.FLIPPED_VERTICALLY;
      };
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Turns by up to so many degrees, at most 180, to either side: {@code rotate10}. */
  record Rotate(double degrees) implements Geometry {
    public Rotate {
      Settings.require(
          degrees > 0 && degrees <= 180, "rotate needs more than 0 and at most 180", degrees);
    }

    @Override
    public Affine draw(Rng rng) {
      return Affine.turned(within(degrees, rng));
    }

    @Override
    public String toString() {
      return "rotate" + Settings.text(degrees);
    }
  }

  /** Moves by up to so many whole pixels in both directions: {@code shift2}. */
  record Shift(int pixels) implements Geometry {
    public Shift {
      Settings.require(pixels >= 1 && pixels <= 10_000, "shift needs 1 to 10,000 pixels", pixels);
    }

    @Override
    public Affine draw(Rng rng) {
      int right = rng.nextInt(2 * pixels + 1) - pixels;
      return Affine.shifted(right, rng.nextInt(2 * pixels + 1) - pixels);
    }

    @Override
    public String toString() {
      return "shift" + pixels;
    }
  }

  /** Makes things larger or smaller by up to this share, below 1: {@code scale0.1}. */
  record Scale(double share) implements Geometry {
    public Scale {
      Settings.require(share > 0 && share < 1, "scale needs a share between 0 and 1", share);
    }

    @Override
    public Affine draw(Rng rng) {
      return Affine.scaled(1 + within(share, rng));
    }

    @Override
    public String toString() {
      return "scale" + Settings.text(share);
    }
  }

  /** Leans upright lines by up to so many degrees, at most 60, to either side: {@code shear8}. */
  record Shear(double degrees) implements Geometry {
    public Shear {
      Settings.require(
          degrees > 0 && degrees <= 60, "shear needs more than 0 and at most 60", degrees);
    }

    @Override
    public Affine draw(Rng rng) {
      return Affine.sheared(within(degrees, rng));
    }

    @Override
    public String toString() {
      return "shear" + Settings.text(degrees);
    }
  }
}
