package io.atelier.data;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;

/**
 * From where the pixels of a changed image are taken: {@code (xx u + xy v + x, yx u + yy v + y)}
 * for the pixel (u, v), both counted from the middle of the image, to the right and downwards.
 * Immutable.
 */
public record Affine(double xx, double xy, double x, double yx, double yy, double y) {
  /** Every pixel from where it is. */
  public static final Affine IDENTITY = new Affine(1, 0, 0, 0, 1, 0);

  /** Mirrored, left and right exchanged. */
  public static final Affine FLIPPED_HORIZONTALLY = new Affine(-1, 0, 0, 0, 1, 0);

  /** Mirrored, top and bottom exchanged. */
  public static final Affine FLIPPED_VERTICALLY = new Affine(1, 0, 0, 0, -1, 0);

  /** Turned counter-clockwise; by quarters of a turn exactly. */
  public static Affine turned(double degrees) {
    double cosine = cosine(degrees);
    double sine = cosine(degrees - 90);
    return new Affine(cosine, -sine, 0, sine, cosine, 0);
  }

  /** Moved to the right and downwards by so many pixels. */
  public static Affine shifted(double right, double down) {
    return new Affine(1, 0, -right, 0, 1, -down);
  }

  /** Made so many times as large. */
  public static Affine scaled(double factor) {
    return new Affine(1 / factor, 0, 0, 0, 1 / factor, 0);
  }

  /** Upright lines leaned to the right by this angle. */
  public static Affine sheared(double degrees) {
    return new Affine(1, StrictMath.tan(Math.toRadians(degrees)), 0, 0, 1, 0);
  }

  /** The cosine, exact at the quarters of a turn, which are then not a hair off the pixels. */
  private static double cosine(double degrees) {
    double within = Math.abs(degrees) % 360;
    if (within % 90 == 0) {
      return within == 0 ? 1 : within == 180 ? -1 : 0;
    }
    return StrictMath.cos(Math.toRadians(within));
  }

  /** This change and then another, as one. */
  public Affine then(Affine next) {
    return new Affine(
        xx * next.xx + xy * next.yx,
        xx * next.xy + xy * next.yy,
        xx * next.x + xy * next.y + x,
        yx * next.xx + yy * next.yx,
        yx * next.xy + yy * next.yy,
        yx * next.x + yy * next.y + y);
  }

  /**
   * The image changed. A value is interpolated between the four pixels around its place; outside
   * the image all is 0.
   *
   * <p>Shapes: FLOAT [C, H, W] -> [C, H, W].
   */
  public Tensor apply(Tensor image) {
    if (equals(IDENTITY)) {
      return image;
    }
    var shape = image.shape();
    float[] from = image.toFloats();
    float[] to = new float[from.length];
    resample(from, to, shape);
    return Tensor.of(to, shape.toArray());
  }

  private void resample(float[] from, float[] to, Shape shape) {
    int height = shape.size(1);
    int width = shape.size(2);
    int plane = height * width;
    double middleX = (width - 1) / 2.0;
    double middleY = (height - 1) / 2.0;
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        double u = column - middleX;
        double v = row - middleY;
        double atX = xx * u + xy * v + x + middleX;
        double atY = yx * u + yy * v + y + middleY;
        int left = (int) Math.floor(atX);
        int top = (int) Math.floor(atY);
        if (left < -1 || left >= width || top < -1 || top >= height) {
          continue;
        }
        float right = (float) (atX - left); // the share of the pixels to the right
        float down = (float) (atY - top);
        boolean hasLeft = left >= 0;
        boolean hasRight = left + 1 < width;
        boolean hasTop = top >= 0;
        boolean hasBottom = top + 1 < height;
        int corner = top * width + left;
        int target = row * width + column;
        for (int channel = 0; channel < from.length; channel += plane) {
          int at = channel + corner;
          float a = hasTop && hasLeft ? from[at] : 0;
          float b = hasTop && hasRight ? from[at + 1] : 0;
          float c = hasBottom && hasLeft ? from[at + width] : 0;
          float d = hasBottom && hasRight ? from[at + width + 1] : 0;
          float upper = (1 - right) * a + right * b;
          float lower = (1 - right) * c + right * d;
          to[channel + target] = (1 - down) * upper + down * lower;
        }
      }
    }
  }
}
