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
 * A PNG or JPEG file decoded: one byte for each colour of each pixel, row by row, as it is stored.
 *
 * @param colours one array of shades, or three: red, green, blue
 * @param opacities 0 where nothing is to be seen; empty if the picture is opaque
 * @param orientation how it is stored, by EXIF, 1 to 8; 1 is upright
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and seen in this package only
record PictureFile(int width, int height, byte[][] colours, byte[] opacities, int orientation) {
  /** Larger pictures are refused before they are decoded. */
  static final long MOST_PIXELS = 64_000_000;

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

  /**
   * Reads a PNG or JPEG file.
   *
   * @throws FormatException if the content is not one whole picture of at most {@link #MOST_PIXELS}
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  static PictureFile read(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new IOException("it is a folder, not a picture");
      }
      boolean jpeg = isJpeg(file);
      return of(decode(file, jpeg ? "jpeg" : "png"), jpeg ? exifOrientation(file) : 1);
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
   * Samples are taken as they stand, for a colour profile's idea of grey is brighter than what was
   * drawn; those of more or fewer bits are brought to eight.
   */
  private static PictureFile of(BufferedImage image, int orientation) {
    var raster = image.getRaster();
    int width = image.getWidth();
    int height = image.getHeight();
    int bands = raster.getNumBands();
    boolean transparent = image.getColorModel().hasAlpha();
    var colours = new byte[(transparent ? bands - 1 : bands) < 3 ? 1 : 3][width * height];
    var opacities = new byte[transparent ? width * height : 0];
    var samples = new int[width * bands];
    for (int row = 0; row < height; row++) {
      raster.getPixels(0, row, width, 1, samples);
      for (int band = 0; band < bands; band++) {
        boolean opacity = transparent && band == bands - 1;
        if (opacity || band < colours.length) {
          int most = (1 << image.getColorModel().getComponentSize(band)) - 1;
          var target = opacity ? opacities : colours[band];
          for (int column = 0; column < width; column++) {
            target[row * width + column] =
                (byte) ((samples[column * bands + band] * 255 + most / 2) / most);
          }
        }
      }
    }
    return new PictureFile(width, height, colours, opacities, orientation);
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
}
