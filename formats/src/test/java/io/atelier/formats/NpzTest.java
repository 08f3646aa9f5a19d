package io.atelier.formats;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The seeds were written by NumPy 2.4.6 and, as to a pipe, by Python's zipfile. */
class NpzTest {
  private static final Tensor SIX = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3);

  @TempDir Path folder;

  @Test
  void readsStoredEntries() throws IOException {
    var npz = seed("stored");

    assertThat(npz.tensors().keySet()).containsExactly("w", "layer/bias");
    assertThat(tensor(npz, "w")).hasToString(SIX.toString());
    assertThat(tensor(npz, "layer/bias")).hasToString("tensor([ 7, -7], LONG [2])");
  }

  @Test
  void readsDeflatedEntries() throws IOException {
    var npz = seed("deflated");

    assertThat(npz.tensors().keySet()).containsExactly("w", "mask");
    assertThat(tensor(npz, "w").shape()).isEqualTo(Shape.of(20, 30));
    assertThat(tensor(npz, "w").toFloats()).containsOnly(0);
    assertThat(tensor(npz, "mask").toBooleans()).containsExactly(true, false);
  }

  @Test
  void readsWhatWasWrittenToAPipeAndWhatIsEmpty() throws IOException {
    assertThat(tensor(seed("streamed"), "w")).hasToString(SIX.toString());
    assertThat(seed("empty").tensors()).isEmpty();
  }

  @Test
  void writesTheSameBytesForTheSameContentInAnyTimeZone() throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("\u00e9/b", Tensor.of(new boolean[] {true}, 1));
    tensors.put("a", SIX);
    byte[] first = written(tensors);
    var zone = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));
      assertThat(written(tensors.reversed())).isEqualTo(first);
    } finally {
      TimeZone.setDefault(zone);
    }
    var read = Npz.read(folder.resolve("written"));
    assertThat(read.tensors().keySet()).containsExactly("a", "\u00e9/b");
    assertThat(tensor(read, "a")).hasToString(SIX.toString());
  }

  @Test
  void writesWhatAnotherReaderFinds() throws IOException {
    written(Map.of("a", SIX));

    try (var zip = new ZipFile(folder.resolve("written").toFile())) {
      var entry = requireNonNull(zip.getEntry("a.npy"));
      assertThat(zip.size()).isEqualTo(1);
      assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
      assertThat(zip.getInputStream(entry).readAllBytes())
          .isEqualTo(Seeds.bytes("npy/little-f4.npy"));
    }
  }

  @Test
  void refusesNamesThatLeadAway() throws IOException {
    for (var name : List.of("../a", "/a", "a//b", "c:a", "a\\b", "a/./b", "a\u0000")) {
      var shown = name.replace("\u0000", "\\u0000");
      refuses(
          zip(name + ".npy"), "entry " + shown + ".npy has a name that could lead out of a folder");
      assertThatThrownBy(() -> new Npz(Map.of(name, SIX)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("an array in a zip file cannot be called '" + name + "'");
    }
  }

  @Test
  void namesAllBadEntriesAtOnce() throws IOException {
    refuses(
        zip("readme.txt", "b.npy", "a/.npy"),
        """
        3 problems
          entry readme.txt: it is not called NAME.npy
          entry b.npy: not an npy file: it begins with the bytes 62 2e 6e 70 79 and not with 93 4e 55 \
        4d 50 59 and a version
          entry a/.npy: it is not called NAME.npy\
        """);
  }

  @Test
  void refusesWhatIsNoZipFile() {
    var sentence =
        "not a zip file, or truncated: its last 22 bytes are no end of a table of entries";
    refuses(new byte[0], sentence);
    refuses(new byte[30], sentence);
  }

  @Test
  void refusesWhatStandsBeforeAndBehind() throws IOException {
    byte[] zip = Seeds.bytes("npz/stored.npz");
    int table = table(zip);
    refuses(
        join(new byte[3], zip),
        "its table of 2 entries, 111 bytes from byte %d on, does not end where the end of the file"
                .formatted(table)
            + " begins, at byte "
            + (table + 111 + 3));
    refuses(
        join(zip, new byte[1]),
        "not a zip file, or truncated: its last 22 bytes are no end of a table of entries");
  }

  @Test
  void refusesDamage() throws IOException {
    byte[] zip = Seeds.bytes("npz/stored.npz");
    refuses(
        changed(zip, 55 + 128 + 4, 9), "entry w.npy: its checksum is wrong: its data have changed");
    refuses(changed(zip, 1, 9), "the header of entry w.npy does not agree with the table");
    refuses(changed(zip, 30, 'v'), "the header of entry w.npy does not agree with the table");
    refuses(changed(zip, table(zip), 9), "its table of entries is corrupt");
    refuses(
        changed(zip, 28, 21), // the length of the extra field, so that the data seem to be shifted
        "entry layer/bias.npy begins at byte 207 and should at byte 208, where the one before it ends");
  }

  @Test
  void refusesWhatItsTableClaims() throws IOException {
    byte[] zip = Seeds.bytes("npz/stored.npz");
    int table = table(zip);
    refuses(both(zip, 6, 8, 1), "entry w.npy is encrypted");
    refuses(both(zip, 6, 8, 0x40), "entry w.npy has the unknown flags 0x40");
    refuses(
        both(zip, 8, 10, 14),
        "entry w.npy has compression 14; stored (0) and deflated (8) are read");
    refuses(
        changed(zip, table + 24, 8),
        "entry w.npy is stored, yet claims 152 bytes in the file and 8 outside");
    refuses(
        changed(both(zip, 8, 10, 8), table + 26, 100),
        "entry w.npy claims 6553752 bytes, and its 152 deflated ones cannot hold as many");
    refuses(changed(zip, table + 20, 255, 255, 255, 255), "entry w.npy is larger than 4 GiB");
  }

  @Test
  void refusesNamesThatComeTwice() throws IOException {
    byte[] zip = zip("a.npy", "b.npy");
    int table = table(zip);
    int local = new String(zip, StandardCharsets.ISO_8859_1).indexOf("b.npy");
    zip = changed(zip, local, 'a');
    zip = changed(zip, table + 46 + 5 + 46, 'a');
    refuses(zip, "it has the entry a.npy twice");
  }

  @Test
  void refusesDeflatedDataThatPromiseMoreOrLess() throws IOException {
    byte[] zip = Seeds.bytes("npz/streamed.npz");
    int table = table(zip);
    refuses(
        changed(zip, table + 24, 153),
        "entry w.npy: oversized: [2, 3] of <f4 takes 24 bytes and 25 follow the header");
    refuses(
        changed(zip, 35, 7), // a kind of block that deflate does not have
        "entry w.npy: its deflated data are corrupt: invalid block type");
  }

  private static void refuses(byte[] bytes, String sentence) {
    assertThatThrownBy(() -> Npz.read(Source.of(bytes, "x.npz")))
        .isInstanceOf(FormatException.class)
        .hasMessage("x.npz: " + sentence);
  }

  private static Npz seed(String name) throws IOException {
    return Npz.read(Source.of(Seeds.bytes("npz/" + name + ".npz"), name));
  }

  private static Tensor tensor(Npz npz, String name) {
    return requireNonNull(npz.tensors().get(name));
  }

  private byte[] written(Map<String, Tensor> tensors) throws IOException {
    var path = folder.resolve("written");
    new Npz(tensors).write(path);
    return Files.readAllBytes(path);
  }

  /** A file with these entries, which hold their own names. */
  private static byte[] zip(String... names) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  /** Where the table of entries begins. */
  private static int table(byte[] zip) {
    return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(zip.length - 6);
  }

  private static byte[] changed(byte[] bytes, int at, int... values) {
    byte[] changed = bytes.clone();
    for (int i = 0; i < values.length; i++) {
      changed[at + i] = (byte) values[i];
    }
    return changed;
  }

  /** Changes the first entry in its own header and in the table. */
  private static byte[] both(byte[] zip, int local, int central, int value) {
    return changed(changed(zip, local, value), table(zip) + central, value);
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }
}
