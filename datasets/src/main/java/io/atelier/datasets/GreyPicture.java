package io.atelier.datasets;

import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.jpeg.JpegProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import io.atelier.formats.FileTrouble;
import io.atelier.formats.FormatException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A picture in shades of grey, one unsigned byte a pixel, row by row; and how a file becomes one:
 * decoded, made opaque, set upright.
 *
 * <p>Immutable. Inside this package the array is shared, not copied.
 */
final class GreyPicture {
  /** Larger pictures are refused before they are decoded. */
  static final long MOST_PIXELS = 64_000_000;

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

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
   * Reads a PNG or JPEG file.
   *
   * @throws FormatException if the content is not one whole picture of at most {@link #MOST_PIXELS}
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  static GreyPicture read(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new IOException("it is a folder, not a picture");
      }
      boolean jpeg = isJpeg(file);
      var image = decode(file, jpeg ? "jpeg" : "png");
      var shades = new byte[image.getWidth() * image.getHeight()];
      var opacities = new byte[image.getColorModel().hasAlpha() ? shades.length : 0];
      toGrey(image, shades, opacities);
      makeOpaque(shades, opacities);
      return upright(
          new GreyPicture(image.getWidth(), image.getHeight(), shades),
          jpeg ? exifOrientation(file) : 1);
    } catch (IOException trouble) {
      throw FileTrouble.reading(file, trouble);
    }
  }

  private static boolean isJpeg(Path file) throws IOException {
    byte[] start;
    try (var in = Files.newInputStream(file)) {
      start = in.readNBytes(PNG.length);
    }
    boolean jpeg = Arrays.equals(Arrays.copyOf(start, JPEG.length), JPEG);
    if (!jpeg && !Arrays.equals(start, PNG)) {
      throw new FormatException(
          file.toString(),
          start.length == 0 ? "the file is empty" : "this is neither a PNG nor a JPEG picture");
    }
    return jpeg;
  }

  /** Takes memory for the pixels only after a look at width and height. */
  private static BufferedImage decode(Path file, String format) throws IOException {
    var reader = ImageIO.getImageReadersByFormatName(format).next();
    try (var in = new BufferedInputStream(Files.newInputStream(file));
        var data = new MemoryCacheImageInputStream(in)) {
      reader.setInput(data, true, true);
      long width = reader.getWidth(0);
      long height = reader.getHeight(0);
      if (width * height > MOST_PIXELS) {
        throw new FormatException(
            file.toString(),
            String.format(
                Locale.ROOT,
                "%,d x %,d pixels are more than the %,d that are read; make the picture smaller",
                width,
                height,
                MOST_PIXELS));
      }
      var warnings = new ArrayList<String>();
      reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
      var image = reader.read(0);
      if (image.getColorModel() instanceof IndexColorModel palette) {
        image = palette.convertToIntDiscrete(image.getRaster(), false);
      }
      for (var warning : warnings) { // the JPEG decoder paints what is missing grey and only warns
        if (warning.contains("Truncated") || warning.contains("remature end")) {
          throw new IIOException(warning);
        }
      }
      return image;
    } catch (IIOException | IllegalArgumentException | IndexOutOfBoundsException damage) {
      throw new FormatException(
          file.toString(),
          "the picture is damaged, cut off or of a kind that is not read (%s)"
              .formatted(damage.getMessage()));
    } finally {
      reader.dispose();
    }
  }

  /**
   * Fills in the shade and, where there is an array for it, the opacity of each pixel. Samples are
   * taken as they stand, for a colour profile's idea of grey is brighter than what was drawn.
   */
  private static void toGrey(BufferedImage image, byte[] shades, byte[] opacities) {
    var raster = image.getRaster();
    var samples = new int[raster.getNumBands()];
    var most = new int[samples.length];
    Arrays.setAll(most, band -> (1 << image.getColorModel().getComponentSize(band)) - 1);
    int colours = opacities.length > 0 ? samples.length - 1 : samples.length;
    for (int i = 0; i < shades.length; i++) {
      raster.getPixel(i % image.getWidth(), i / image.getWidth(), samples);
      for (int band = 0; band < samples.length; band++) {
        samples[band] = (samples[band] * 255 + most[band] / 2) / most[band];
      }
      shades[i] =
          (byte)
              (colours < 3
                  ? samples[0]
                  : (299 * samples[0] + 587 * samples[1] + 114 * samples[2] + 500) / 1000);
      if (opacities.length > 0) {
        opacities[i] = (byte) samples[colours];
      }
    }
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

  /** How the picture is stored, 1 to 8; 1, upright, if the file does not say or says it badly. */
  private static int exifOrientation(Path file) throws IOException {
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      var exif =
          JpegMetadataReader.readMetadata(in, List.of(new ExifReader()))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer orientation =
          exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return orientation == null ? 1 : orientation;
    } catch (JpegProcessingException unreadable) {
      return 1;
    }
  }

  /** Turns and mirrors a picture that is stored in one of the eight orientations of EXIF. */
  private static GreyPicture upright(GreyPicture stored, int orientation) {
    if (orientation < 2 || orientation > 8) {
      return stored;
    }
    int w = stored.width;
    int h = stored.height;
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
        upright[place] = stored.shades[y * w + x];
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
