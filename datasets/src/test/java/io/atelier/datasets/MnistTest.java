package io.atelier.datasets;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.formats.FormatException;
import io.atelier.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  @TempDir Path folder;

  @Test
  void theBundledSetIsTheOneThatWasPublished() {
    var mnist = Mnist.bundled();

    assertThat(mnist.name()).isEqualTo("MNIST");
    assertThat(mnist.train().size()).isEqualTo(60_000);
    assertThat(mnist.test().size()).isEqualTo(10_000);
    assertThat(mnist.train().shape()).isEqualTo(Shape.of(1, 28, 28));
    assertThat(mnist.train().classes()).isEqualTo(10);
    assertThat(labels(mnist.train(), 5)).containsExactly(5, 0, 4, 1, 9);
    assertThat(labels(mnist.test(), 5)).containsExactly(7, 2, 1, 0, 4);
  }

  @Test
  void whatIsKnownOfTheBundledSetIsSoInItsFiles() throws IOException {
    for (var file : MnistFile.values()) {
      var name = file.fileName() + ".gz";
      try (var stream = Mnist.class.getResourceAsStream("mnist/" + name)) {
        Files.copy(requireNonNull(stream), folder.resolve(name));
      }
    }
    var known = Mnist.bundled();
    var read = Mnist.read(folder);
    assertThat(known.sha256()).isEqualTo(read.sha256());
    assertThat(sizes(known.train())).isEqualTo(sizes(read.train()));
    assertThat(sizes(known.test())).isEqualTo(sizes(read.test()));
  }

  @Test
  void meanAndDeviationOfTheBundledSetAreTheKnownOnes() {
    double sum = 0;
    double squares = 0;
    var train = Mnist.bundled().train();
    for (var batch : train.batches(1000)) {
      for (float pixel : batch.inputs().toFloats()) {
        sum += pixel;
        squares += (double) pixel * pixel;
      }
    }
    double mean = sum / (60_000 * 784);
    assertThat(mean).isCloseTo(0.1307, within(5e-5));
    assertThat(Math.sqrt(squares / (60_000 * 784) - mean * mean)).isCloseTo(0.3081, within(5e-5));
  }

  @Test
  void readsAFolder() throws IOException {
    writeSmallSet();
    var set = Mnist.read(folder);

    assertThat(set.name()).isEqualTo(folder.toString());
    assertThat(set.train().size()).isEqualTo(3);
    assertThat(set.test().size()).isEqualTo(2);
    assertThat(set.train().shape()).isEqualTo(Shape.of(1, 1, 2));
    assertThat(labels(set.train(), 3)).containsExactly(0, 1, 0);
    assertThat(labels(set.test(), 2)).containsExactly(6, 0);
    assertThat(set.train().batch(1).inputs().toFloats()).containsExactly(2 / 255f, 1);
    // of the same bytes, by another program
    assertThat(set.sha256())
        .isEqualTo("7ad1a23dad55366589ca9a0ad6306dfd443e3f7445f7b066870075154e8a187c");
  }

  @Test
  void classesAreCountedInBothParts() throws IOException {
    writeSmallSet();
    assertThat(Mnist.read(folder).train().classes()).isEqualTo(7);
    write(TEST_LABELS, idx(new int[] {2}, 255, 0));
    assertThat(Mnist.read(folder).test().classes()).isEqualTo(256);
  }

  @Test
  void findsAllSpellings() throws IOException {
    writeSmallSet();
    var plain = Mnist.read(folder).sha256();
    Files.move(folder.resolve(TRAIN_LABELS), folder.resolve("train-labels.idx1-ubyte"));
    write(TEST_IMAGES + ".gz", gzip(Files.readAllBytes(folder.resolve(TEST_IMAGES))));
    Files.delete(folder.resolve(TEST_IMAGES));
    write("train-images.idx3-ubyte.gz", gzip(Files.readAllBytes(folder.resolve(TRAIN_IMAGES))));
    Files.delete(folder.resolve(TRAIN_IMAGES));

    assertThat(Mnist.read(folder).sha256()).isEqualTo(plain);
  }

  @Test
  void namesTheFilesThatAreMissing() throws IOException {
    refuses(
        folder,
        "4 of the 4 files of a data set are missing, plain or .gz: train-images-idx3-ubyte,"
            + " train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte");
    writeSmallSet();
    Files.delete(folder.resolve(TEST_LABELS));
    refuses(
        folder, "1 of the 4 files of a data set are missing, plain or .gz: t10k-labels-idx1-ubyte");
  }

  @Test
  void refusesWhatIsNoFolder() throws IOException {
    var nothing = folder.resolve("nothing");
    refuses(nothing, nothing, "there is no such folder");
    var file = Files.createFile(folder.resolve("file"));
    refuses(file, file, "is not a folder");
  }

  @Test
  void refusesLabelsAndImagesOfDifferentNumber() throws IOException {
    writeSmallSet();
    write(TRAIN_LABELS, idx(new int[] {2}, 0, 1));
    refuses(
        folder.resolve(TRAIN_LABELS),
        "2 labels do not fit the 3 images of " + folder.resolve(TRAIN_IMAGES));
    writeSmallSet();
    write(TEST_LABELS, idx(new int[] {1}, 0));
    refuses(
        folder.resolve(TEST_LABELS),
        "1 labels do not fit the 2 images of " + folder.resolve(TEST_IMAGES));
  }

  @Test
  void refusesTruncatedAndOversizedFiles() throws IOException {
    writeSmallSet();
    write(TEST_IMAGES, idx(new int[] {2, 1, 2}, 1, 2, 3));
    refuses(
        folder.resolve(TEST_IMAGES),
        "truncated: its sizes [2, 1, 2] promise 4 values and 3 follow");
    write(TEST_IMAGES, gzip(idx(new int[] {2, 1, 2}, 1, 2, 3, 4, 5)));
    refuses(
        folder.resolve(TEST_IMAGES),
        "oversized: its sizes [2, 1, 2] promise 4 values and more follow");
  }

  @Test
  void refusesImagesOfOtherSizesInTheTestPart() throws IOException {
    writeSmallSet();
    write(TEST_IMAGES, idx(new int[] {2, 2, 1}, 1, 2, 3, 4));
    refuses(
        folder.resolve(TEST_IMAGES),
        "its sizes are [2, 2, 1] and those of "
            + folder.resolve(TRAIN_IMAGES)
            + " are [3, 1, 2]; rows and columns must be equal");
  }

  @Test
  void refusesFilesThatAreMixedUp() throws IOException {
    writeSmallSet();
    write(TRAIN_LABELS, idx(new int[] {1, 1, 1}, 1));
    refuses(folder.resolve(TRAIN_LABELS), "its sizes are [1, 1, 1]; labels have one, their number");
    writeSmallSet();
    write(TRAIN_IMAGES, idx(new int[] {3}, 1, 2, 3));
    refuses(
        folder.resolve(TRAIN_IMAGES),
        "its sizes are [3]; images have three: number, rows, columns");
  }

  @Test
  void refusesAnEmptySet() throws IOException {
    writeSmallSet();
    write(TRAIN_IMAGES, idx(new int[] {0, 28, 28}));
    write(TRAIN_LABELS, idx(new int[] {0}));
    refuses(
        folder.resolve(TRAIN_IMAGES), "its sizes are [0, 28, 28]: there is nothing to learn from");
  }

  private void writeSmallSet() throws IOException {
    write(TRAIN_IMAGES, idx(new int[] {3, 1, 2}, 0, 1, 2, 255, 4, 5));
    write(TRAIN_LABELS, idx(new int[] {3}, 0, 1, 0));
    write(TEST_IMAGES, idx(new int[] {2, 1, 2}, 6, 7, 8, 9));
    write(TEST_LABELS, idx(new int[] {2}, 6, 0));
  }

  private static List<Object> sizes(ByteDataset part) {
    return List.of(part.size(), part.shape(), part.classes());
  }

  private static int[] labels(Dataset dataset, int count) {
    return IntStream.range(0, count).map(i -> dataset.batch(i).labels().toInts()[0]).toArray();
  }

  private void refuses(Path named, String sentence) {
    refuses(folder, named, sentence);
  }

  private static void refuses(Path read, Path named, String sentence) {
    assertThatThrownBy(() -> Mnist.read(read))
        .isInstanceOf(FormatException.class)
        .hasMessage(named + ": " + sentence);
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  private static byte[] idx(int[] sizes, int... values) {
    var buffer = ByteBuffer.allocate(4 + 4 * sizes.length + values.length);
    buffer.put((byte) 0).put((byte) 0).put((byte) 8).put((byte) sizes.length);
    for (int size : sizes) {
      buffer.putInt(size);
    }
    for (int value : values) {
      buffer.put((byte) value);
    }
    return buffer.array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var compressed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    }
    return compressed.toByteArray();
  }
}
