package io.atelier.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  /** Two rows of three, byte by byte as the format's description has it. */
  private static final byte[] TWO_BY_THREE = {
    0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 1, 127, (byte) 128, (byte) 254, (byte) 255
  };

  @TempDir Path folder;

  @Test
  void readsBytesWrittenByHand() throws IOException {
    var idx = Idx.read(file(TWO_BY_THREE));

    assertThat(idx.rank()).isEqualTo(2);
    assertThat(idx.size(0)).isEqualTo(2);
    assertThat(idx.size(1)).isEqualTo(3);
    assertThat(unsigned(idx)).containsExactly(0, 1, 127, 128, 254, 255);
    assertThat(idx).hasToString("[2, 3]");
  }

  @Test
  void readsGzipWhateverTheNameSays() throws IOException {
    assertThat(unsigned(Idx.read(file(gzip(TWO_BY_THREE)))))
        .containsExactly(0, 1, 127, 128, 254, 255);
  }

  @Test
  void readsStreamsPlainOrCompressed() throws IOException {
    for (byte[] bytes : new byte[][] {TWO_BY_THREE, gzip(TWO_BY_THREE)}) {
      var idx = Idx.read(new ByteArrayInputStream(bytes), "a stream");
      assertThat(unsigned(idx)).containsExactly(0, 1, 127, 128, 254, 255);
    }
  }

  @Test
  void readsAnArrayWithoutValues() throws IOException {
    var idx = Idx.read(file(header(0, Integer.MAX_VALUE, Integer.MAX_VALUE)));

    assertThat(idx.size(1)).isEqualTo(Integer.MAX_VALUE);
    assertThat(idx.values()).isEmpty();
  }

  @Test
  void givesBackItsHeader() throws IOException {
    assertThat(Idx.read(file(TWO_BY_THREE)).header()).isEqualTo(Arrays.copyOf(TWO_BY_THREE, 12));
  }

  @Test
  void readsBackRandomArrays() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      int[] sizes = random.ints(1 + random.nextInt(4), 0, 9).toArray();
      byte[] values = new byte[Arrays.stream(sizes).reduce(1, Math::multiplyExact)];
      random.nextBytes(values);
      byte[] bytes = join(header(sizes), values);
      var idx = Idx.read(file(random.nextBoolean() ? gzip(bytes) : bytes));

      assertThat(idx).as("seed %d", seed).hasToString(Arrays.toString(sizes));
      assertThat(idx.values()).as("seed %d", seed).isEqualTo(values);
    }
  }

  @Test
  void growsBeyondTheFirstPieceOfAStream() throws IOException {
    byte[] values = new byte[(64 << 20) + 3];
    values[values.length - 1] = 42;
    var idx = Idx.read(new ByteArrayInputStream(join(header(values.length), values)), "a stream");

    assertThat(idx.values()).isEqualTo(values);
  }

  @Test
  void refusesWhatIsNoIdxFile() {
    refuses(
        new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10},
        "not an IDX file: it begins with the bytes 89 50 4e 47 and not with two zeros, an element type"
            + " and a number of axes");
    refuses(
        new byte[0],
        "not an IDX file: it begins with the bytes  and not with two zeros, an element type and a"
            + " number of axes");
    refuses(
        new byte[] {0, 0, 8, 0},
        "not an IDX file: it begins with the bytes 00 00 08 00 and not with two zeros, an element type"
            + " and a number of axes");
  }

  @Test
  void refusesOtherElementTypes() {
    refuses(
        new byte[] {0, 0, 13, 1, 0, 0, 0, 0},
        "its element type is 13; only unsigned bytes (8) are read");
  }

  @Test
  void refusesATruncatedHeader() {
    refuses(
        Arrays.copyOf(TWO_BY_THREE, 11),
        "truncated: the sizes of 2 axes take 8 bytes and 7 follow");
  }

  @Test
  void refusesTruncatedValues() throws IOException {
    byte[] bytes = Arrays.copyOf(TWO_BY_THREE, 17);
    var sentence = "truncated: its sizes [2, 3] promise 6 values and 5 follow";
    refuses(bytes, sentence);
    refuses(gzip(bytes), sentence);
    refusesStream(bytes, sentence);
  }

  @Test
  void refusesBytesLeftOver() throws IOException {
    byte[] bytes = Arrays.copyOf(TWO_BY_THREE, 20);
    refuses(bytes, "oversized: its sizes [2, 3] promise 6 values and 8 follow");
    refuses(gzip(bytes), "oversized: its sizes [2, 3] promise 6 values and more follow");
    refusesStream(bytes, "oversized: its sizes [2, 3] promise 6 values and more follow");
  }

  @Test
  void refusesSizesBeyondAnArray() {
    refuses(header(-1), "one of its sizes is 4294967295; the limit is 2147483639");
    refuses(
        header(65536, 65536, 65536, 65536),
        "its sizes [65536, 65536, 65536, 65536] make more values than the limit of 2147483639");
  }

  @Test
  void takesNoMemoryForWhatAHeaderOnlyClaims() throws IOException {
    byte[] bytes = join(header(2147483639), new byte[10]);
    var sentence = "truncated: its sizes [2147483639] promise 2147483639 values and 10 follow";
    refuses(bytes, sentence);
    refuses(gzip(bytes), sentence);
  }

  @Test
  void refusesACorruptGzipStream() throws IOException {
    byte[] bytes = gzip(TWO_BY_THREE);
    bytes[bytes.length - 7] ^= 1; // in the check sum
    refuses(bytes, "its gzip stream is corrupt: Corrupt GZIP trailer");
    refuses(Arrays.copyOf(bytes, bytes.length - 9), "truncated: the gzip stream has no end");
  }

  @Test
  void namesTheFileThatIsNotThere() {
    var file = folder.resolve("nothing");
    assertThatThrownBy(() -> Idx.read(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(file + ": cannot be read: there is no such file");
  }

  @Test
  void namesTheFolderThatIsNoFile() {
    assertThatThrownBy(() -> Idx.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(folder + ": cannot be read: Is a directory");
  }

  private void refuses(byte[] bytes, String sentence) {
    var path = file(bytes);
    assertThatThrownBy(() -> Idx.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessage(path + ": " + sentence);
  }

  private static void refusesStream(byte[] bytes, String sentence) {
    assertThatThrownBy(() -> Idx.read(new ByteArrayInputStream(bytes), "a stream"))
        .isInstanceOf(FormatException.class)
        .hasMessage("a stream: " + sentence);
  }

  private Path file(byte[] bytes) {
    try {
      return Files.write(folder.resolve("digits"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] unsigned(Idx idx) {
    return IntStream.range(0, idx.values().length).map(i -> idx.values()[i] & 0xff).toArray();
  }

  private static byte[] header(int... sizes) {
    var buffer = ByteBuffer.allocate(4 + 4 * sizes.length);
    buffer.put((byte) 0).put((byte) 0).put((byte) 8).put((byte) sizes.length);
    buffer.asIntBuffer().put(sizes);
    return buffer.array();
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var compressed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    }
    return compressed.toByteArray();
  }
}
