package io.atelier.datasets;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * A picture in shades of grey, or one colour of a picture: one unsigned byte a pixel, row by row.
 *
 * <p>Immutable. Inside this package the array is shared, not copied.
 */
final class GreyPicture {
  /** Visible pixels that differ by less are strokes of one colour on a transparent ground. */
  private static final int ONE_COLOUR = 64;

  final int width;
  final int height;
  final byte[] shades;

  GreyPicture(int width, int height, byte[] shades) {
    this.width = width;
    this.height = height;
    this.shades = shades;
  }

  /**
   * Reads a PNG or JPEG file, makes it opaque and sets it upright.
   *
   * @throws io.atelier.formats.FormatException if the content is not one whole picture of at most
   *     {@link PictureFile#MOST_PIXELS}
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  static GreyPicture read(Path path) {
    var file = PictureFile.read(path);
    var shades = file.colours()[0];
    if (file.colours().length == 3) {
      for (int i = 0; i < shades.length; i++) {
        int red = file.colours()[0][i] & 0xFF;
        int green = file.colours()[1][i] & 0xFF;
        int blue = file.colours()[2][i] & 0xFF;
        shades[i] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
      }
    }
    makeOpaque(shades, file.opacities());
    return new GreyPicture(file.width(), file.height(), shades).upright(file.orientation());
  }

  /**
   * Lays the picture on a ground: if what is visible is of one colour, that is the ink and the
   * ground is black or white, whichever is farther from it; else a ground is part of the picture
   * and goes on in its commonest shade.
   */
  private static void makeOpaque(byte[] shades, byte[] opacities) {
    if (opacities.length == 0) {
      return;
    }
    var visible = new long[256];
    for (int i = 0; i < shades.length; i++) {
      visible[shades[i] & 0xFF] += opacities[i] & 0xFF;
    }
    int median = quantile(visible, 50);
    boolean oneColour = quantile(visible, 95) - quantile(visible, 5) < ONE_COLOUR;
    int ground = !oneColour ? median : median < 128 ? 255 : 0;
    for (int i = 0; i < shades.length; i++) {
      int opacity = opacities[i] & 0xFF;
      shades[i] = (byte) (((shades[i] & 0xFF) * opacity + ground * (255 - opacity) + 127) / 255);
    }
  }

  /** The least shade below or at which lie so many percent of the pixels counted. */
  static int quantile(long[] counts, int percent) {
    long before = (Arrays.stream(counts).sum() * percent + 99) / 100;
    int shade = 0;
    for (long seen = counts[0]; seen < before && shade < counts.length - 1; seen += counts[shade]) {
      shade++;
    }
    return shade;
  }

  /** Turns and mirrors a picture that is stored in one of the eight orientations of EXIF. */
  GreyPicture upright(int orientation) {
    if (orientation < 2 || orientation > 8) {
      return this;
    }
    int w = width;
    int h = height;
    var upright = new byte[w * h];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int place =
            switch (orientation) {
              case 2 -> y * w + (w - 1 - x);
              case 3 -> (h - 1 - y) * w + (w - 1 - x);
              case 4 -> (h - 1 - y) * w + x;
              case 5 -> x * h + y;
              case 6 -> x * h + (h - 1 - y);
              case 7 -> (w - 1 - x) * h + (h - 1 - y);
              default -> (w - 1 - x) * h + y;
            };
        upright[place] = shades[y * w + x];
      }
    }
    boolean onItsSide = orientation >= 5;
    return new GreyPicture(onItsSide ? h : w, onItsSide ? w : h, upright);
  }

  /** The shade of a pixel, 0..255. */
  int at(int index) {
    return shades[index] & 0xFF;
  }

  /** The shade of a pixel, 0..255. */
  int at(int x, int y) {
    return shades[y * width + x] & 0xFF;
  }

  int longerSide() {
    return Math.max(width, height);
  }

  int brightest() {
    int brightest = 0;
    for (int i = 0; i < shades.length; i++) {
      brightest = Math.max(brightest, at(i));
    }
    return brightest;
  }

  int darkest() {
    return 255 - inverted().brightest();
  }

  GreyPicture inverted() {
    var result = new byte[shades.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (byte) ~shades[i];
    }
    return new GreyPicture(width, height, result);
  }

  /** A part of the picture, or more than it: beyond its edge the pixels of the edge go on. */
  GreyPicture window(int left, int top, int newWidth, int newHeight) {
    var result = new byte[newWidth * newHeight];
    for (int y = 0; y < newHeight; y++) {
      int row = Math.clamp(top + y, 0, height - 1) * width;
      for (int x = 0; x < newWidth; x++) {
        result[y * newWidth + x] = shades[row + Math.clamp(left + x, 0, width - 1)];
      }
    }
    return new GreyPicture(newWidth, newHeight, result);
  }

  /** Without the black rows and columns around; a picture that is all black stays as it is. */
  GreyPicture trimmed() {
    int left = width;
    int top = height;
    int right = 0;
    int bottom = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (at(x, y) > 0) {
          left = Math.min(left, x);
          top = Math.min(top, y);
          right = Math.max(right, x + 1);
          bottom = Math.max(bottom, y + 1);
        }
      }
    }
    return right == 0 ? this : window(left, top, right - left, bottom - top);
  }

  /** Each pixel is the brightest of the square that reaches {@code reach} pixels to all sides. */
  GreyPicture dilated(int reach) {
    return brightestAlong(reach, width, height, 1, width)
        .brightestAlong(reach, height, width, width, 1);
  }

  /** The brightest within reach on each of so many lines; pixels and lines are so far apart. */
  private GreyPicture brightestAlong(
      int reach, int length, int lines, int pixelStep, int lineStep) {
    var result = new byte[shades.length];
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < length; i++) {
        int brightest = 0;
        for (int k = Math.max(0, i - reach); k <= Math.min(length - 1, i + reach); k++) {
          brightest = Math.max(brightest, at(line * lineStep + k * pixelStep));
        }
        result[line * lineStep + i * pixelStep] = (byte) brightest;
      }
    }
    return new GreyPicture(width, height, result);
  }

  /** Each pixel is the darkest of the square that reaches {@code reach} pixels to all sides. */
  GreyPicture eroded(int reach) {
    return inverted().dilated(reach).inverted();
  }

  /** Scaled so that its longer side has so many pixels, if it has more. */
  GreyPicture reducedTo(int longerSide) {
    return longerSide() <= longerSide ? this : fitted(longerSide);
  }

  /** Scaled so that its longer side has so many pixels; the aspect is kept. */
  GreyPicture fitted(int longerSide) {
    int longer = longerSide();
    return scaled(
        (int) Math.max(1, ((long) width * longerSide + longer / 2) / longer),
        (int) Math.max(1, ((long) height * longerSide + longer / 2) / longer));
  }

  /** At another size; where its aspect differs, what is too much is cut off on both sides. */
  GreyPicture filling(int newWidth, int newHeight) {
    int w = Math.clamp((long) height * newWidth / newHeight, 1, width);
    int h = Math.clamp((long) width * newHeight / newWidth, 1, height);
    return window((width - w) / 2, (height - h) / 2, w, h).scaled(newWidth, newHeight);
  }

  /** At another size. A pixel is the mean of the area that it covers, to the nearest integer. */
  GreyPicture scaled(int newWidth, int newHeight) {
    var result = new byte[newWidth * newHeight];
    long area = (long) width * height; // of a new pixel; an old one has newWidth * newHeight
    for (int y = 0; y < newHeight; y++) {
      long top = (long) y * height;
      for (int x = 0; x < newWidth; x++) {
        long left = (long) x * width;
        long sum = 0;
        for (int v = (int) (top / newHeight); (long) v * newHeight < top + height; v++) {
          long row = 0;
          for (int u = (int) (left / newWidth); (long) u * newWidth < left + width; u++) {
            row += overlap(left, width, u, newWidth) * at(u, v);
          }
          sum += overlap(top, height, v, newHeight) * row;
        }
        result[y * newWidth + x] = (byte) ((sum + area / 2) / area);
      }
    }
    return new GreyPicture(newWidth, newHeight, result);
  }

  /** What {@code [start, start + length)} has in common with an old pixel of so many units. */
  private static long overlap(long start, long length, long index, long size) {
    return Math.min(start + length, (index + 1) * size) - Math.max(start, index * size);
  }
}
