package io.atelier.datasets;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.datasets.DigitImage.Ink;
import io.atelier.formats.FormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitImageTest {
  private static final int BLACK = 0xFF000000;
  private static final int WHITE = 0xFFFFFFFF;
  private static final int CLEAR = 0x00FFFFFF;
  private static final int DIGITS = 30;

  @TempDir private Path folder = Path.of("");

  // Figures whose size and centre of mass are worked out by hand

  @Test
  void aBarBecomesTwentyPixelsHighAndKeepsItsAspect() throws IOException {
    var bar = paint(300, 400, (x, y) -> inside(x, y, 50, 60, 40, 200) ? BLACK : WHITE);

    // 4 x 20; the centre of mass, 1.5 to the right of and 9.5 below the first pixel, goes to pixel
    // 14
    assertThat(pixels(bar)).isEqualTo(result((x, y) -> inside(x, y, 12, 4, 4, 20) ? 255 : 0));
  }

  @Test
  void anAngleIsCentredByItsMassNotByItsBox() throws IOException {
    var angle =
        paint(
            400,
            400,
            (x, y) ->
                inside(x, y, 200, 100, 40, 160) || inside(x, y, 200, 260, 120, 40) ? BLACK : WHITE);

    // 64 pixels around (1.5, 7.5) and 48 around (5.5, 17.5): the centre of mass is (3.2, 11.8)
    assertThat(pixels(angle))
        .isEqualTo(
            result((x, y) -> inside(x, y, 11, 2, 4, 16) || inside(x, y, 11, 18, 12, 4) ? 255 : 0));
  }

  @Test
  void aPixelIsTheMeanOfTheAreaThatItCovers() throws IOException {
    var comb =
        paint(
            60,
            60,
            (x, y) ->
                inside(x, y, 20, 10, 7, 40) || (inside(x, y, 27, 10, 1, 40) && y % 2 == 0)
                    ? BLACK
                    : WHITE);

    // 8 x 40 become 4 x 20; of the 2 x 2 pixels that become one of the last column, 3 are ink
    assertThat(pixels(comb))
        .isEqualTo(result((x, y) -> !inside(x, y, 13, 4, 4, 20) ? 0 : x < 16 ? 255 : 191));
  }

  @Test
  void aThinLineIsWidenedToATenthOfItsLength() throws IOException {
    var line = paint(300, 400, (x, y) -> inside(x, y, 150, 100, 2, 200) ? BLACK : WHITE);

    assertThat(pixels(line)).isEqualTo(result((x, y) -> inside(x, y, 13, 4, 2, 20) ? 255 : 0));
  }

  // What MNIST made comes back

  @Test
  void aDigitOfMnistComesBackByteForByte() throws IOException {
    for (var digit : mnist()) {
      var image = read(png(grey(digit, 1)));

      assertThat(image.ink()).isEqualTo(Ink.LIGHT_ON_DARK);
      assertThat(image.pixels()).isEqualTo(digit);
    }
  }

  @Test
  void darkInkOnLightGroundComesBackInverted() throws IOException {
    for (var digit : mnist()) {
      var image = read(png(inverted(grey(digit, 1))));

      assertThat(image.ink()).isEqualTo(Ink.DARK_ON_LIGHT);
      assertThat(image.pixels()).isEqualTo(digit);
    }
  }

  @Test
  void aDigitTenTimesAsLargeComesBackNearlyTheSame() throws IOException {
    double sum = 0;
    for (var digit : mnist()) {
      sum += difference(digit, pixels(grey(digit, 10)));
    }
    assertThat(sum / DIGITS).isLessThan(8); // of 255
  }

  // Light, dirt and frames: a picture of a digit nearly always stays nearer to it than to the
  // others

  @Test
  void aJpegOfMiddlingQualityIsRecognised() throws IOException {
    assertRecognised(digit -> grey(digit, 4), image -> write("digit.jpg", jpeg(image, 0.5f)));
  }

  @Test
  void slantingLightAndNoiseDoLittleHarm() throws IOException {
    var random = new Random(1);
    assertRecognised(
        digit ->
            paint(
                150,
                150,
                (x, y) -> {
                  double light = 0.6 + 0.4 * (x + y) / 300;
                  double shade = light * (210 - 150 * inkAt(digit, x - 5, y - 5, 5));
                  return opaque((int) (shade + 3 * random.nextGaussian()));
                }),
        this::png);
  }

  @Test
  void aShadowAcrossTheDigitDoesLittleHarm() throws IOException {
    assertRecognised(
        digit ->
            paint(
                150,
                150,
                (x, y) -> {
                  double light = 1 - 0.3 * Math.clamp((x + 0.2 * y - 80) / 10, 0, 1);
                  return opaque((int) (light * (210 - 150 * inkAt(digit, x - 5, y - 5, 5))));
                }),
        this::png);
  }

  @Test
  void specksAndAFrameAreLeftOut() throws IOException {
    var clean = paint(300, 300, (x, y) -> isSeven(x, y) ? BLACK : WHITE);
    var dirty =
        paint(
            300,
            300,
            (x, y) -> {
              boolean frame = x < 4 || y < 4 || x >= 296 || y >= 296;
              boolean speck = inside(x, y, 40, 250, 8, 8) || inside(x, y, 250, 30, 3, 9);
              return isSeven(x, y) || frame || speck ? BLACK : WHITE;
            });

    assertThat(pixels(dirty)).isEqualTo(pixels(clean));
  }

  // Transparency and kinds of pixels

  @Test
  void blackStrokesOnATransparentGroundAreInk() throws IOException {
    var image = read(png(paint(300, 300, (x, y) -> isSeven(x, y) ? BLACK : CLEAR)));

    assertThat(image.ink()).isEqualTo(Ink.DARK_ON_LIGHT);
    assertThat(image.pixels()).isEqualTo(pixels(seven()));
  }

  @Test
  void whiteStrokesOnATransparentGroundAreInk() throws IOException {
    var image = read(png(paint(300, 300, (x, y) -> isSeven(x, y) ? WHITE : CLEAR)));

    assertThat(image.ink()).isEqualTo(Ink.LIGHT_ON_DARK);
    assertThat(image.pixels()).isEqualTo(pixels(seven()));
  }

  @Test
  void paperWithTransparentSurroundingsGoesOnAsPaper() throws IOException {
    var card =
        paint(
            300,
            300,
            (x, y) -> !inside(x, y, 20, 20, 260, 260) ? CLEAR : isSeven(x, y) ? BLACK : WHITE);

    assertThat(read(png(card)).ink()).isEqualTo(Ink.DARK_ON_LIGHT);
    assertThat(pixels(card)).isEqualTo(pixels(seven()));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_4BYTE_ABGR
      })
  void everyKindOfPixelGivesTheSameBytes(int kind) throws IOException {
    assertThat(pixels(converted(seven(), kind))).isEqualTo(pixels(seven()));
  }

  @Test
  void greyIsTakenAsItStandsWithEightBitsAndWithSixteen() throws IOException {
    var digit = mnist()[0];
    var deep = new BufferedImage(56, 56, BufferedImage.TYPE_USHORT_GRAY);
    var colour = new BufferedImage(56, 56, BufferedImage.TYPE_INT_RGB);
    var flat = grey(digit, 2);
    for (int y = 0; y < 56; y++) {
      for (int x = 0; x < 56; x++) {
        int shade = flat.getRaster().getSample(x, y, 0);
        deep.getRaster().setSample(x, y, 0, shade * 257);
        colour.setRGB(x, y, opaque(shade));
      }
    }

    assertThat(pixels(deep)).isEqualTo(pixels(flat));
    assertThat(pixels(colour)).isEqualTo(pixels(flat));
  }

  @Test
  void colouredInkCountsByItsBrightness() throws IOException {
    var blue = paint(300, 300, (x, y) -> isSeven(x, y) ? 0xFF1030C0 : 0xFFF0F0D8);

    assertThat(pixels(blue)).isEqualTo(pixels(seven()));
  }

  // Orientation

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void theEightOrientationsOfAJpegGiveTheSameBytes(int orientation) throws IOException {
    var upright = blocks(1);
    var stored = jpeg(blocks(orientation), 0.9f);
    var order = orientation % 2 == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;

    assertThat(read(write("turned.jpg", withExif(stored, orientation, order))).pixels())
        .isEqualTo(pixels(upright));
  }

  @Test
  void damagedExifDataCountAsUpright() throws IOException {
    var file = withExif(jpeg(blocks(1), 0.9f), 6, ByteOrder.BIG_ENDIAN);
    Arrays.fill(file, 12, 20, (byte) 0xEE); // byte order mark and offset of the first directory

    assertThat(read(write("odd.jpg", file)).pixels()).isEqualTo(pixels(blocks(1)));
  }

  // Bad input

  @Test
  void aBlankPictureIsRefused() throws IOException {
    assertRefused(png(paint(50, 40, (_, _) -> WHITE)), "no digit to be seen");
    assertRefused(png(paint(50, 40, (_, _) -> CLEAR)), "no digit to be seen");
    assertRefused(png(paint(1, 1, (_, _) -> BLACK)), "no digit to be seen");
    assertRefused(png(paint(50, 40, (x, y) -> x == 20 && y == 20 ? BLACK : WHITE)), "no digit");
  }

  @Test
  void noiseOnPaperIsNotADigit() throws IOException {
    var random = new Random(2);
    var paper =
        paint(400, 300, (x, _) -> opaque((int) (150 + x * 0.1 + 5 * random.nextGaussian())));

    assertRefused(png(paper), "no digit to be seen");
  }

  @Test
  void whatIsNoPictureIsRefused() throws IOException {
    assertRefused(write("a.png", "seven".getBytes(StandardCharsets.UTF_8)), "neither a PNG nor");
    assertRefused(write("b.jpg", "GIF89a......".getBytes(StandardCharsets.UTF_8)), "neither a PNG");
    assertRefused(write("c.png", new byte[0]), "the file is empty");
  }

  @Test
  void aTruncatedPngIsRefusedWhereverItEnds() throws IOException {
    var whole = Files.readAllBytes(png(grey(mnist()[0], 10)));
    for (int length = 8; length < whole.length - 40; length += 37) {
      assertRefused(write("cut.png", Arrays.copyOf(whole, length)), "damaged, cut off");
    }
  }

  @Test
  void aTruncatedJpegIsRefusedWhereverItEnds() throws IOException {
    var whole = jpeg(grey(mnist()[0], 10), 0.8f);
    for (int length = 3; length < whole.length; length += 97) {
      assertRefused(write("cut.jpg", Arrays.copyOf(whole, length)), "damaged, cut off");
    }
  }

  @Test
  void aDamagedPictureIsRefusedOrReadButNeverAnythingElse() throws IOException {
    var random = new Random(3);
    var whole = new byte[][] {Files.readAllBytes(png(seven())), jpeg(seven(), 0.8f)};
    for (int i = 0; i < 100; i++) {
      var damaged = whole[i % 2].clone();
      for (int k = 0; k < 5; k++) {
        damaged[3 + random.nextInt(damaged.length - 3)] = (byte) random.nextInt();
      }
      var file = write("damaged", damaged);
      try {
        assertThat(DigitImage.read(file).pixels()).hasSize(784);
      } catch (FormatException refused) {
        assertThat(refused).hasMessageStartingWith(file + ": ");
      }
    }
  }

  @Test
  void aPictureOfTenThousandMegapixelsIsRefusedByItsHeader() throws IOException {
    assertRefused(
        write("huge.png", pngHeader(100_000, 100_000)),
        "100,000 x 100,000 pixels are more than the 64,000,000 that are read");
  }

  @Test
  void aPictureOfOneRowIsReadHoweverLong() throws IOException {
    var row = new BufferedImage(3_000_000, 1, BufferedImage.TYPE_BYTE_GRAY);

    assertRefused(png(row), "no digit to be seen");
  }

  @Test
  void aHugeJpegIsRefusedByItsHeader() throws IOException {
    var file = jpeg(seven(), 0.8f);
    int frame = 0;
    while (file[frame] != (byte) 0xFF || file[frame + 1] != (byte) 0xC0) {
      frame++;
    }
    ByteBuffer.wrap(file).putShort(frame + 5, (short) 65_500).putShort(frame + 7, (short) 65_400);

    assertRefused(write("huge.jpg", file), "65,400 x 65,500 pixels are more than the 64,000,000");
  }

  @Test
  void aMissingFileAndAFolderAreTroubleWithTheFile() {
    var missing = folder.resolve("none.png");

    assertThatThrownBy(() -> DigitImage.read(missing))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(missing + ": cannot be read: there is no such file");
    assertThatThrownBy(() -> DigitImage.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(folder + ": cannot be read: it is a folder, not a picture");
  }

  @Test
  void thePixelsAreACopy() throws IOException {
    var image = read(png(seven()));
    Arrays.fill(image.pixels(), (byte) 1);

    assertThat(image.pixels()).contains(255, 0).isEqualTo(pixels(seven()));
  }

  // Pictures

  private static boolean inside(int x, int y, int left, int top, int width, int height) {
    return x >= left && x < left + width && y >= top && y < top + height;
  }

  private static boolean isSeven(int x, int y) {
    boolean bar = inside(x, y, 80, 60, 140, 24);
    boolean leg = inside(x, y, 0, 84, 300, 156) && Math.abs(x - 208 + (y - 84) / 2) < 14;
    return bar || leg;
  }

  private static BufferedImage seven() {
    return paint(300, 300, (x, y) -> isSeven(x, y) ? BLACK : WHITE);
  }

  private static BufferedImage paint(int width, int height, IntBinaryOperator colour) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, colour.applyAsInt(x, y));
      }
    }
    return image;
  }

  private static int opaque(int shade) {
    return BLACK | Math.clamp(shade, 0, 255) * 0x010101;
  }

  private static BufferedImage converted(BufferedImage image, int kind) {
    var result = new BufferedImage(image.getWidth(), image.getHeight(), kind);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        result.setRGB(x, y, image.getRGB(x, y));
      }
    }
    return result;
  }

  private static BufferedImage grey(byte[] digit, int enlarged) {
    var image = new BufferedImage(28 * enlarged, 28 * enlarged, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 28 * enlarged; y++) {
      for (int x = 0; x < 28 * enlarged; x++) {
        image.getRaster().setSample(x, y, 0, digit[y / enlarged * 28 + x / enlarged] & 0xFF);
      }
    }
    return image;
  }

  private static BufferedImage inverted(BufferedImage image) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.getRaster().setSample(x, y, 0, 255 - image.getRaster().getSample(x, y, 0));
      }
    }
    return image;
  }

  /** How much ink there is, 0 to 1, in an enlarged digit. */
  private static double inkAt(byte[] digit, int x, int y, int enlarged) {
    return inside(x, y, 0, 0, 28 * enlarged, 28 * enlarged)
        ? (digit[y / enlarged * 28 + x / enlarged] & 0xFF) / 255.0
        : 0;
  }

  /**
   * A figure like an F of squares of 8 x 8 pixels, of which JPEG loses nothing but shade, stored in
   * an orientation. EXIF says which side of the scene the first row shows, and which the first
   * column.
   */
  private static BufferedImage blocks(int orientation) {
    var firstRow =
        new String[] {"top", "top", "bottom", "bottom", "left", "right", "right", "left"};
    var firstColumn =
        new String[] {"left", "right", "right", "left", "top", "top", "bottom", "bottom"};
    var row = firstRow[orientation - 1];
    var column = firstColumn[orientation - 1];
    boolean turned = orientation > 4;
    int width = turned ? 160 : 120;
    int height = turned ? 120 : 160;
    return converted(
        paint(
            width,
            height,
            (x, y) -> {
              int down = turned ? x : y;
              int along = turned ? y : x;
              boolean fromBottom = (turned ? column : row).equals("bottom");
              boolean fromRight = (turned ? row : column).equals("right");
              int sceneX = (fromRight ? 119 - along : along) / 8;
              int sceneY = (fromBottom ? 159 - down : down) / 8;
              boolean stem = inside(sceneX, sceneY, 3, 3, 2, 14);
              boolean arms =
                  inside(sceneX, sceneY, 3, 3, 8, 2) || inside(sceneX, sceneY, 3, 8, 5, 2);
              return stem || arms ? BLACK : WHITE;
            }),
        BufferedImage.TYPE_BYTE_GRAY);
  }

  private static byte[][] mnist() throws IOException {
    var name = "mnist/t10k-images-idx3-ubyte.gz";
    try (var file = requireNonNull(DigitImageTest.class.getResourceAsStream(name));
        var images = new GZIPInputStream(file)) {
      images.readNBytes(16);
      var digits = new byte[DIGITS][];
      for (int i = 0; i < DIGITS; i++) {
        digits[i] = images.readNBytes(784);
      }
      return digits;
    }
  }

  private static byte[] result(IntBinaryOperator shade) {
    var pixels = new byte[784];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) shade.applyAsInt(i % 28, i / 28);
    }
    return pixels;
  }

  /** The root of the mean squared difference of two results. */
  private static double difference(byte[] left, byte[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = (left[i] & 0xFF) - (right[i] & 0xFF);
      sum += difference * difference;
    }
    return Math.sqrt(sum / left.length);
  }

  // Files

  private static DigitImage read(Path file) {
    return DigitImage.read(file);
  }

  private byte[] pixels(BufferedImage image) throws IOException {
    return read(png(image)).pixels();
  }

  private void assertRefused(Path file, String problem) {
    ThrowingCallable reading = () -> DigitImage.read(file);
    assertThatThrownBy(reading)
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(problem)
        .message()
        .doesNotContain("\n");
  }

  private interface Saver {
    Path save(BufferedImage image) throws IOException;
  }

  private static void assertRecognised(Function<byte[], BufferedImage> painter, Saver saver)
      throws IOException {
    var digits = mnist();
    int recognised = 0;
    for (int i = 0; i < DIGITS; i++) {
      var seen = read(saver.save(painter.apply(digits[i]))).pixels();
      int nearest = 0;
      for (int other = 1; other < DIGITS; other++) {
        if (difference(seen, digits[other]) < difference(seen, digits[nearest])) {
          nearest = other;
        }
      }
      recognised += nearest == i ? 1 : 0;
    }
    assertThat(recognised).isGreaterThanOrEqualTo(DIGITS * 9 / 10);
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private Path png(BufferedImage image) throws IOException {
    var out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", out)).isTrue();
    return write("picture.png", out.toByteArray());
  }

  private static byte[] jpeg(BufferedImage image, float quality) throws IOException {
    var opaque =
        image.getColorModel().hasAlpha() ? converted(image, BufferedImage.TYPE_INT_RGB) : image;
    var out = new ByteArrayOutputStream();
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      var settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(quality);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(opaque, null, null), settings);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  /** Puts an APP1 segment with one EXIF entry behind the start of a JPEG file. */
  static byte[] withExif(byte[] jpeg, int orientation, ByteOrder order) {
    var file = ByteBuffer.allocate(jpeg.length + 36);
    file.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) 34);
    file.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    file.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII));
    file.order(order).putShort((short) 42).putInt(8); // the first directory follows
    file.putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
    file.putShort((short) orientation).putShort((short) 0).putInt(0); // no more directories
    return file.put(jpeg, 2, jpeg.length - 2).array();
  }

  /** A PNG file that ends where its pixels would begin. */
  private static byte[] pngHeader(int width, int height) {
    var header = ByteBuffer.allocate(33).putLong(0x89504E470D0A1A0AL).putInt(13);
    header.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height);
    header.put(new byte[] {8, 0, 0, 0, 0}); // 8 bits, grey, not interlaced
    var checksum = new CRC32();
    checksum.update(header.array(), 12, 17);
    return header.putInt((int) checksum.getValue()).array();
  }
}
