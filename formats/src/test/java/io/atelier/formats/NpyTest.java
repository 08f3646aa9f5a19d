package io.atelier.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.ElementType;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The seeds were written by NumPy 2.4.6. */
class NpyTest {
  @TempDir Path folder;

  @Test
  void readsEachTypeInEitherByteOrder() throws IOException {
    for (var type :
        List.of("little-f4", "big-f4", "little-f2", "big-f2", "version-2", "version-3")) {
      assertThat(seed(type).toFloats()).as(type).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(seed(type).shape()).as(type).isEqualTo(Shape.of(2, 3));
    }
    for (var type : List.of("little-f8", "big-f8")) {
      assertThat(seed(type).toDoubles()).as(type).containsExactly(0, 1, 2, 3, 4, 5);
    }
    for (var type : List.of("little-i4", "big-i4", "one-u1")) {
      assertThat(seed(type).toInts()).as(type).containsExactly(0, 1, 2, 3, 4, 5);
    }
    for (var type : List.of("little-i8", "big-i8")) {
      assertThat(seed(type).toLongs()).as(type).containsExactly(0, 1, 2, 3, 4, 5);
    }
    assertThat(seed("one-b1").toBooleans()).containsExactly(false, true, false, true, false, true);
  }

  @Test
  void readsScalarsVectorsAndNothing() throws IOException {
    assertThat(seed("scalar").shape()).isEqualTo(Shape.of());
    assertThat(seed("scalar").toDoubles()).containsExactly(-2.5);
    assertThat(seed("vector").shape()).isEqualTo(Shape.of(3));
    assertThat(seed("empty").shape()).isEqualTo(Shape.of(0, 7));
    assertThat(seed("empty").elementType()).isEqualTo(ElementType.LONG);
  }

  @Test
  void turnsColumnsToRows() throws IOException {
    int[] counting = new int[24];
    Arrays.setAll(counting, i -> i);
    assertThat(seed("fortran").shape()).isEqualTo(Shape.of(2, 3, 4));
    assertThat(seed("fortran").toInts()).containsExactly(counting);
  }

  @Test
  void writesTheBytesOfNumpy() throws IOException {
    for (var name :
        List.of(
            "little-f4",
            "little-f8",
            "little-i4",
            "little-i8",
            "one-b1",
            "scalar",
            "vector",
            "empty")) {
      var written = new ByteArrayOutputStream();
      Npy.write(seed(name), written);
      assertThat(written.toByteArray()).as(name).isEqualTo(Seeds.bytes("npy/" + name + ".npy"));
    }
  }

  @Test
  void writesAFileAndReadsItBack() {
    var path = folder.resolve("a.npy");
    new Npy(Tensor.of(new float[] {1, Float.NaN, -0f}, 3, 1)).write(path);

    var read = Npy.read(path).tensor();

    assertThat(read.shape()).isEqualTo(Shape.of(3, 1));
    assertThat(read.toFloats()).containsExactly(1, Float.NaN, -0f);
  }

  @Test
  void refusesWhatIsNoNumber() {
    refusesSeed(
        "object",
        "its elements are Python objects (|O), whose data are programs (pickles), and no program in a"
            + " file is run here; save numbers, as by array.astype('float32')");
    refusesSeed(
        "records", "its elements are records of several fields; only single numbers are read");
    refusesSeed("text", "its element type <U2 is not read; f2, f4, f8, i4, i8, u1 and b1 are");
    refusesSeed("complex", "its element type <c8 is not read; f2, f4, f8, i4, i8, u1 and b1 are");
  }

  @Test
  void refusesWhatIsNoNpyFile() {
    refuses(
        new byte[] {(byte) 0x93, 'N', 'U'},
        "not an npy file: it begins with the bytes 93 4e 55 and not with 93 4e 55 4d 50 59 and a"
            + " version");
    refuses(bytes(4, 0, "", 0), "its version is 4.0; 1.0, 2.0 and 3.0 are read");
    refuses(bytes(1, 1, "", 0), "its version is 1.1; 1.0, 2.0 and 3.0 are read");
    refuses(bytes(1, 0, "ab", 0, 3), "truncated: its header claims 3 bytes and 2 follow");
    refuses(bytes(1, 0, "", 0, 10001), "its header claims 10001 bytes and the limit is 10000");
    refuses(
        Arrays.copyOf(bytes(1, 0, "", 0), 9), "truncated: its header claims 0 bytes and 0 follow");
  }

  @Test
  void refusesEverythingButTheOneDictionary() {
    var no = "its header is no dictionary of descr, fortran_order and shape: expected ";
    refusesHeader("", no + "{ at character 0, got its end");
    refusesHeader("__import__('os')", no + "{ at character 0, got '_'");
    refusesHeader("{'descr': '<' + 'f4'}", no + "} at character 14, got '+'");
    refusesHeader("{'descr': eval('1')}", no + "a string at character 10, got 'e'");
    refusesHeader("{'descr': '\\x3cf4'}", no + "a string without escapes at character 10, got '''");
    refusesHeader("{'fortran_order': 0}", no + "False at character 18, got '0'");
    refusesHeader("{'shape': (3)}", no + ", at character 12, got ')'");
    refusesHeader("{'shape': (-3,)}", no + "a whole number from 0 on at character 11, got '-'");
    refusesHeader("{'shape': (3L,)}", no + ", at character 12, got 'L'");
    refusesHeader("{} {}", no + "the end at character 3, got '{'");
    refusesHeader("{}", "its header lacks descr and fortran_order and shape");
    refusesHeader("{'shape': (), 'shape': ()}", "its header has the key shape twice");
    refusesHeader("{'x': 1}", "its header has the unknown key x");
    refusesHeader(
        "{'shape': (9223372036854775808,)}",
        "its shape has the size 9223372036854775808, beyond 64 bits");
  }

  @Test
  void refusesSizesThatDoNotFitTheFile() {
    refuses(
        bytes(1, 0, header("<f4", "(2, 3)"), 23),
        "truncated: [2, 3] of <f4 takes 24 bytes and 23 follow the header");
    refuses(
        bytes(1, 0, header("<f4", "(2, 3)"), 25),
        "oversized: [2, 3] of <f4 takes 24 bytes and 25 follow the header");
    refusesHeader(
        header("<f8", "(2147483647, 2147483647, 2147483647)"),
        "[2147483647, 2147483647, 2147483647] of <f8 is more than can be counted");
    refusesHeader(
        header("<f8", "(0, 2147483648)"), "[0, 2147483648] of <f8 is more than can be counted");
    refusesHeader(
        header("|u1", "(65536, 65536)"),
        "[65536, 65536] of |u1 has 4294967296 elements; the limit is 2147483639");
    refuses(
        bytes(1, 0, header("|b1", "(2,)"), 0, -1, 1, 3),
        "element 1 is the byte 3; true is 1 and false is 0");
  }

  private static Tensor seed(String name) throws IOException {
    return Npy.read(Source.of(Seeds.bytes("npy/" + name + ".npy"), name)).tensor();
  }

  private static void refusesSeed(String name, String sentence) {
    assertThatThrownBy(() -> seed(name))
        .isInstanceOf(FormatException.class)
        .hasMessage(name + ": " + sentence);
  }

  private static String header(String type, String shape) {
    return "{'shape': %s, 'fortran_order': True, \"descr\": '%s'}\n".formatted(shape, type);
  }

  private void refusesHeader(String header, String sentence) {
    refuses(bytes(1, 0, header, 0), sentence);
  }

  private void refuses(byte[] bytes, String sentence) {
    var path = folder.resolve("a.npy");
    try {
      Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThatThrownBy(() -> Npy.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessage(path + ": " + sentence);
  }

  private static byte[] bytes(int major, int minor, String header, int zeros) {
    return bytes(major, minor, header, zeros, header.length());
  }

  private static byte[] bytes(
      int major, int minor, String header, int zeros, int claimed, int... data) {
    int length = claimed < 0 ? header.length() : claimed;
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
    bytes.write(major);
    bytes.write(minor);
    bytes.write(length);
    bytes.write(length >> 8);
    bytes.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(new byte[zeros]);
    for (int value : data) {
      bytes.write(value);
    }
    return bytes.toByteArray();
  }
}
