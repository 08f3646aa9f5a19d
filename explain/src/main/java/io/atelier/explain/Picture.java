package io.atelier.explain;

import static io.atelier.explain.Evaluation.doubles;

import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A picture made of numbers. Immutable.
 *
 * <p>Signed numbers are blue below zero, near white at zero and orange above it, which people with
 * any kind of colour blindness tell apart; what is no number is grey.
 */
public final class Picture {
  private static final int GREY = 0x9a9a9a;

  /** From -1 to 1 in equal steps: red, green, blue. */
  private static final int[][] DIVERGING = {
    {0, 32, 91},
    {26, 101, 172},
    {132, 186, 221},
    {247, 247, 247},
    {250, 178, 102},
    {209, 92, 9},
    {104, 33, 0}
  };

  private final int height;
  private final int width;
  private final int[] pixels; // 0xRRGGBB, row by row

  private Picture(int height, int width, int[] pixels) {
    this.height = height;
    this.width = width;
    this.pixels = pixels;
  }

  /**
   * An image with values from 0, black, to 1.
   *
   * @param image [H, W], [1, H, W] or, red, green and blue, [3, H, W]
   */
  public static Picture image(Tensor image) {
    var plane = image.shape().rank() == 3 ? image.select(0, 0) : image;
    boolean coloured = image.shape().rank() == 3 && image.shape().size(0) == 3;
    if (plane.shape().rank() != 2
        || (image.shape().rank() == 3 && !coloured && image.shape().size(0) != 1)) {
      throw new ShapeException(
          "image(" + image.shape() + ")", "a picture is [H, W], [1, H, W] or [3, H, W]");
    }
    double[] values = doubles(image);
    int[] pixels = new int[plane.count()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] =
          coloured
              ? rgb(values[i], values[i + pixels.length], values[i + 2 * pixels.length])
              : rgb(values[i], values[i], values[i]);
    }
    return new Picture(plane.shape().size(0), plane.shape().size(1), pixels);
  }

  /** {@link #signed(Tensor, double)} with the largest magnitude as the limit. */
  public static Picture signed(Tensor map) {
    return signed(map, magnitude(map));
  }

  /**
   * Signed numbers: zero is near white, {@code limit} and beyond the darkest orange, {@code -limit}
   * the darkest blue.
   *
   * @param map [H, W]
   */
  public static Picture signed(Tensor map, double limit) {
    requireMap(map);
    double[] values = doubles(map);
    int[] pixels = new int[values.length];
    Arrays.setAll(pixels, i -> diverging(limit == 0 ? 0 * values[i] : values[i] / limit));
    return new Picture(map.shape().size(0), map.shape().size(1), pixels);
  }

  /** The largest magnitude in a map, 0 if there is no number in it. */
  public static double magnitude(Tensor map) {
    return Arrays.stream(doubles(map)).map(Math::abs).filter(Double::isFinite).max().orElse(0);
  }

  private static void requireMap(Tensor map) {
    if (map.shape().rank() != 2) {
      throw new ShapeException("signed(" + map.shape() + ")", "a map of numbers is [H, W]");
    }
  }

  /** This picture drawn over a faint negative of another of the same size. */
  public Picture over(Picture ground) {
    if (ground.height != height || ground.width != width) {
      throw new IllegalArgumentException(
          "a picture of "
              + height
              + " x "
              + width
              + " does not lie over one of "
              + ground.height
              + " x "
              + ground.width);
    }
    int[] mixed = new int[pixels.length];
    for (int i = 0; i < mixed.length; i++) {
      int below = ground.pixels[i];
      double light = (0.3 * red(below) + 0.59 * green(below) + 0.11 * blue(below)) / 255;
      double shade = (1 - 0.35 * light) / 255;
      mixed[i] = rgb(red(pixels[i]) * shade, green(pixels[i]) * shade, blue(pixels[i]) * shade);
    }
    return new Picture(height, width, mixed);
  }

  /** Each pixel as a square of {@code factor} x {@code factor}. */
  public Picture scaled(int factor) {
    return resized(Math.multiplyExact(height, factor), Math.multiplyExact(width, factor));
  }

  /** This picture with other numbers of rows and columns: each pixel is the nearest of before. */
  public Picture resized(int newHeight, int newWidth) {
    Evaluation.requireAtLeastOne("row and column", Math.min(newHeight, newWidth));
    int[] other = new int[Math.multiplyExact(newHeight, newWidth)];
    for (int row = 0; row < newHeight; row++) {
      int from = (int) ((long) row * height / newHeight) * width;
      for (int column = 0; column < newWidth; column++) {
        other[row * newWidth + column] = pixels[from + (int) ((long) column * width / newWidth)];
      }
    }
    return new Picture(newHeight, newWidth, other);
  }

  /**
   * Pictures side by side, row by row, with grey lines between them and around.
   *
   * @param line the width of a line in pixels
   */
  public static Picture grid(int columns, int line, List<Picture> pictures) {
    Evaluation.requireAtLeastOne("column", columns);
    Evaluation.requireAtLeastOne("picture", pictures.size());
    int tall = pictures.stream().mapToInt(Picture::height).max().orElseThrow() + line;
    int wide = pictures.stream().mapToInt(Picture::width).max().orElseThrow() + line;
    int across = Math.min(columns, pictures.size());
    int rows = (pictures.size() + across - 1) / across;
    int height = rows * tall + line;
    int width = across * wide + line;
    int[] all = new int[Math.multiplyExact(height, width)];
    Arrays.fill(all, GREY);
    for (int i = 0; i < pictures.size(); i++) {
      var picture = pictures.get(i);
      for (int row = 0; row < picture.height; row++) {
        int to = (i / across * tall + line + row) * width + i % across * wide + line;
        System.arraycopy(picture.pixels, row * picture.width, all, to, picture.width);
      }
    }
    return new Picture(height, width, all);
  }

  /** The number of rows. */
  public int height() {
    return height;
  }

  /** The number of columns. */
  public int width() {
    return width;
  }

  /** The colour of a pixel, {@code 0xRRGGBB}. */
  public int pixel(int row, int column) {
    return pixels[row * width + column];
  }

  /** The bytes of a PNG file. */
  public byte[] toPng() {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("a picture could not be made: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  /** The colour of a number; -1 and below, and 1 and above, are the darkest. */
  private static int diverging(double value) {
    if (Double.isNaN(value)) {
      return GREY;
    }
    double place = (Math.clamp(value, -1, 1) + 1) / 2 * (DIVERGING.length - 1);
    int below = Math.min((int) place, DIVERGING.length - 2);
    double rest = place - below;
    double[] mixed = new double[3];
    for (int k = 0; k < 3; k++) {
      mixed[k] = ((1 - rest) * DIVERGING[below][k] + rest * DIVERGING[below + 1][k]) / 255;
    }
    return rgb(mixed[0], mixed[1], mixed[2]);
  }

  private static int rgb(double red, double green, double blue) {
    return level(red) << 16 | level(green) << 8 | level(blue);
  }

  private static int level(double share) {
    return (int) Math.round(255 * Math.clamp(share, 0, 1));
  }

  private static int red(int rgb) {
    return rgb >> 16 & 255;
  }

  private static int green(int rgb) {
    return rgb >> 8 & 255;
  }

  private static int blue(int rgb) {
    return rgb & 255;
  }
}
