package io.atelier.datasets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.formats.FormatException;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFolderTest {
  private static final int RED = 0xFFFF0000;
  private static final int GREEN = 0xFF00FF00;
  private static final int BLUE = 0xFF0000FF;
  private static final Shape SMALL = Shape.of(3, 2, 2);

  @TempDir private Path folder = Path.of("");

  @Test
  void classesAreTheSubFoldersByName() throws IOException {
    write("train/dog/1.png", png(2, 2, (_, _) -> RED));
    write("train/cat/2.PNG", png(2, 2, (_, _) -> BLUE));
    write("train/cat/1.png", png(2, 2, (_, _) -> GREEN));
    write("test/dog/1.png", png(2, 2, (_, _) -> BLUE));
    write("test/cat/1.png", png(2, 2, (_, _) -> RED));
    write("train/cat/notes.txt", new byte[1]);
    write("train/.cache/1.png", new byte[1]);
    write("train/dog/.hidden.png", new byte[1]);
    var set = ImageFolder.read(folder, SMALL);

    assertThat(set.name()).isEqualTo(folder.toString());
    assertThat(set.classNames()).containsExactly("cat", "dog");
    assertThat(set.train().classes()).isEqualTo(2);
    assertThat(set.train().shape()).isEqualTo(SMALL);
    var batch = set.train().batch(0, 1, 2);
    assertThat(batch.labels().toInts()).containsExactly(0, 0, 1);
    assertThat(batch.inputs().toFloats())
        .containsExactly(
            0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, // green
            0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, // blue
            1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0); // red
    assertThat(set.test().batch(1).labels().toInts()).containsExactly(1);
    assertThat(set.test().size()).isEqualTo(2);
  }

  @Test
  void withoutAPartForTestingEveryFifthPictureOfAClassIsSetAside() throws IOException {
    for (int i = 0; i < 10; i++) {
      int shade = 10 * i;
      write("a/" + i + ".png", png(1, 1, (_, _) -> grey(shade)));
      write("b/" + i + ".png", png(1, 1, (_, _) -> grey(shade + 100)));
    }
    write("c/1.png", png(1, 1, (_, _) -> grey(230)));
    write("c/2.png", png(1, 1, (_, _) -> grey(240)));
    var set = ImageFolder.read(folder, Shape.of(1, 1, 1));

    assertThat(set.train().batches(50).get(0).labels().toInts())
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2);
    assertThat(set.test().batches(50).get(0).labels().toInts()).containsExactly(0, 0, 1, 1, 2);
    var seen = new HashSet<Float>();
    for (var part : List.of(set.train(), set.test())) {
      for (float value : part.batches(50).get(0).inputs().toFloats()) {
        seen.add(value);
      }
    }
    assertThat(seen).hasSize(22);
    assertThat(ImageFolder.read(folder, Shape.of(1, 1, 1)).test().batches(50).get(0).inputs())
        .extracting(inputs -> inputs.toFloats())
        .isEqualTo(set.test().batches(50).get(0).inputs().toFloats());
  }

  @Test
  void theMiddleOfAPictureIsTakenAndAPixelIsTheMeanOfWhatItCovers() throws IOException {
    // green, four columns that grow darker by 2 a pixel, green
    IntBinaryOperator stripes = (x, y) -> x < 1 || x > 4 ? GREEN : grey(200 - 2 * (x - 1) - 8 * y);
    writeTwice(png(6, 4, stripes));
    assertThat(bytes(ImageFolder.read(folder, Shape.of(1, 2, 2))))
        .containsExactly(195, 191, 179, 175);
    assertThat(bytes(ImageFolder.read(folder, Shape.of(3, 4, 1)))) // the third column, 200 - 2
        .containsExactly(198, 190, 182, 174, 198, 190, 182, 174, 198, 190, 182, 174);
  }

  @Test
  void greyAndColourAreReadAsEachOther() throws IOException {
    var shades = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    shades.getRaster().setSample(0, 0, 0, 30);
    shades.getRaster().setSample(1, 0, 0, 77);
    writeTwice(file(shades, "png"));
    assertThat(bytes(ImageFolder.read(folder, Shape.of(3, 1, 2))))
        .containsExactly(30, 77, 30, 77, 30, 77);
    writeTwice(png(2, 1, (x, _) -> x == 0 ? RED : BLUE));
    assertThat(bytes(ImageFolder.read(folder, Shape.of(1, 1, 2))))
        .containsExactly(76, 29); // 0.299 and 0.114 of 255
  }

  @Test
  void aColouredPictureLiesOnWhite() throws IOException {
    writeTwice(png(2, 1, (x, _) -> x == 0 ? 0x00FF0000 : 0x800000FF));
    assertThat(bytes(ImageFolder.read(folder, Shape.of(3, 1, 2))))
        .containsExactly(255, 127, 255, 127, 255, 255);
  }

  @Test
  void aPictureIsSetUprightAsExifSays() throws IOException {
    // stored with its left side up: orientation 6 is turned clockwise by a quarter
    var stored = jpeg(32, 16, (x, _) -> grey(x < 16 ? 0 : 255));
    writeTwice(DigitImageTest.withExif(stored, 6, ByteOrder.BIG_ENDIAN));
    assertThat(bytes(ImageFolder.read(folder, Shape.of(1, 2, 1)))).containsExactly(0, 255);
    assertThat(bytes(ImageFolder.read(folder, Shape.of(3, 2, 1))))
        .containsExactly(0, 255, 0, 255, 0, 255);
  }

  @Test
  void whatIsTooLargeToKeepIsDecodedForEachBatchToTheSameBytes() throws IOException {
    for (int i = 0; i < 5; i++) {
      int seed = i;
      write("a/" + i + ".png", png(9, 7, (x, y) -> 0xFF000000 | 7919 * (x + 31 * y + seed)));
      write("b/" + i + ".jpg", jpeg(8, 8, (x, y) -> grey(20 * x + 10 * seed)));
    }
    var kept = ImageFolder.read(folder, SMALL).train();
    var decoded = ImageFolder.read(folder, SMALL, 12).train();
    assertThat(decoded).isInstanceOf(Pictures.class);
    assertThat(kept).isNotInstanceOf(Pictures.class);
    assertThat(decoded.size()).isEqualTo(kept.size()).isEqualTo(8);
    assertThat(decoded.batch(6, 0, 3).inputs().toFloats())
        .isEqualTo(kept.batch(6, 0, 3).inputs().toFloats());
    assertThat(decoded.batch(6, 0, 3).labels().toInts()).containsExactly(1, 0, 0);
  }

  @Test
  void theChecksumIsOfPathsAndFiles() throws IOException, NoSuchAlgorithmException {
    var red = png(2, 2, (_, _) -> RED);
    var blue = png(2, 2, (_, _) -> BLUE);
    write("train/a/1.png", red);
    write("train/b/1.png", blue);
    write("test/a/2.png", blue);
    write("test/b/1.png", red);
    var all = new ByteArrayOutputStream();
    var names = new String[] {"train/a/1.png", "train/b/1.png", "test/a/2.png", "test/b/1.png"};
    for (var name : names) {
      all.write((name + "\0").getBytes(UTF_8));
      all.write(sha256(Files.readAllBytes(folder.resolve(name))));
    }
    assertThat(ImageFolder.read(folder, SMALL).sha256())
        .isEqualTo(HexFormat.of().formatHex(sha256(all.toByteArray())));
  }

  private static byte[] sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  // what is refused

  @Test
  void aBrokenPictureIsNamed() throws IOException {
    var whole = png(40, 40, (x, y) -> 0xFF000000 | 7919 * (x + 31 * y));
    writeTwice(whole);
    var broken = folder.resolve("train/b/1.png");
    Files.write(broken, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> ImageFolder.read(folder, SMALL))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(broken + ": the picture is damaged, cut off or of a kind");
    var decoded = ImageFolder.read(folder, SMALL, 0).train();
    assertThat(decoded.batch(0).labels().toInts()).containsExactly(0);
    assertThatThrownBy(() -> decoded.batch(0, 1))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(broken.toString());
    Files.writeString(broken, "not a picture");
    refuses(broken, "this is neither a PNG nor a JPEG picture");
  }

  @Test
  void foldersThatAreNotAsDescribedAreRefused() throws IOException {
    var rule =
        " in it; pictures are read from one for each class, 2 to 256, as in cat/1.jpg, dog/1.jpg";
    refuses(folder, "has no folders" + rule);
    write("a/1.png", png(1, 1, (_, _) -> RED));
    refuses(folder, "has 1 folder" + rule);
    Files.createDirectory(folder.resolve("b"));
    refuses(folder.resolve("b"), "has no picture in it, .png, .jpg or .jpeg");
    write("b/1.png", png(1, 1, (_, _) -> RED));
    refuses(
        folder.resolve("a"),
        "has 1 picture; each class needs at least 2, as some are set aside for the test");
    Files.createDirectories(folder.resolve("train/a"));
    refuses(folder, "has only one of the folders train and test; it needs both or none");
    writeTwice(png(1, 1, (_, _) -> RED));
    write("test/z/1.png", png(1, 1, (_, _) -> RED));
    refuses(folder.resolve("test/z"), "is a class that there is nothing to learn of in train");
    var nothing = folder.resolve("nothing");
    assertThatThrownBy(() -> ImageFolder.read(nothing, SMALL))
        .hasMessage(nothing + ": there is no such folder");
  }

  @Test
  void aClassMayBeCalledTrainOrTest() throws IOException {
    for (var name : new String[] {"bus", "train"}) {
      write(name + "/1.png", png(1, 1, (_, _) -> RED));
      write(name + "/2.png", png(1, 1, (_, _) -> RED));
    }
    assertThat(ImageFolder.read(folder, SMALL).classNames()).containsExactly("bus", "train");
  }

  @Test
  void picturesThatNoArrayHoldsAreRefused() throws IOException {
    assertThatThrownBy(() -> ImageFolder.read(folder, Shape.of(3, 50_000, 50_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "pictures [3, 50000, 50000] have more values than the 2,147,483,639 of a Java array");
    for (var name : new String[] {"a", "b"}) {
      write(name + "/1.png", png(1, 1, (_, _) -> RED));
      write(name + "/2.png", png(1, 1, (_, _) -> RED));
    }
    var large = ImageFolder.read(folder, Shape.of(1, 1 << 10, 1 << 10), 0).train();
    assertThatThrownBy(() -> large.batch(new int[4096]))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "batch of 4096 pictures [1, 1024, 1024]: 4294967296 values do not fit a Java array of"
                + " 2,147,483,639");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2,4,4", "3,4", "3,0,4"})
  void aSizeThatNoPictureHasIsRefused(String sizes) {
    var size = Shape.of(Arrays.stream(sizes.split(",", -1)).mapToInt(Integer::parseInt).toArray());
    assertThatThrownBy(() -> ImageFolder.read(folder, size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "pictures are read as [1, H, W] in grey or [3, H, W] in colour, not as " + size);
  }

  private void refuses(Path named, String problem) {
    assertThatThrownBy(() -> ImageFolder.read(folder, SMALL))
        .isInstanceOf(FormatException.class)
        .hasMessage(named + ": " + problem);
  }

  // pictures

  /** The same picture in both classes of both parts. */
  private void writeTwice(byte[] picture) throws IOException {
    for (var part : new String[] {"train", "test"}) {
      write(part + "/a/1.png", picture);
      write(part + "/b/1.png", picture);
    }
  }

  /** The first training picture, as bytes. */
  private static int[] bytes(ImageFolder set) {
    float[] values = set.train().batch(0).inputs().toFloats();
    int[] bytes = new int[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Math.round(values[i] * 255);
    }
    return bytes;
  }

  private void write(String name, byte[] content) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static int grey(int shade) {
    return 0xFF000000 | shade << 16 | shade << 8 | shade;
  }

  private static byte[] png(int width, int height, IntBinaryOperator colour) throws IOException {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    paint(image, colour);
    return file(image, "png");
  }

  private static byte[] jpeg(int width, int height, IntBinaryOperator colour) throws IOException {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    paint(image, colour);
    return file(image, "jpeg");
  }

  private static void paint(BufferedImage image, IntBinaryOperator colour) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, colour.applyAsInt(x, y));
      }
    }
  }

  private static byte[] file(BufferedImage image, String format) throws IOException {
    var out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }
}
