package io.atelier.formats;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private static final byte[] SIX_FLOATS =
      ByteBuffer.allocate(24)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putFloat(0)
          .putFloat(1)
          .putFloat(2)
          .putFloat(3)
          .putFloat(4)
          .putFloat(5)
          .array();

  @TempDir Path folder;

  /** The headers here were recorded from the reference implementation. */
  @Test
  void writesTheBytesOfTheReferenceImplementation() throws IOException {
    float[] values = {0, 1, 2, 3, 4, 5};
    assertThat(written(Map.of("attn.0", Tensor.of(values, 1, 2, 3)), Map.of()))
        .isEqualTo(
            file(
                64,
                "{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}",
                SIX_FLOATS));
    assertThat(written(Map.of("attn0", Tensor.of(values, 1, 1, 2, 3)), Map.of()))
        .isEqualTo(
            file(
                72,
                "{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,1,2,3],\"data_offsets\":[0,24]}}       ",
                SIX_FLOATS));
    assertThat(written(Map.of(), Map.of())).isEqualTo(file(8, "{}      ", new byte[0]));
  }

  @Test
  void ordersTensorsByTypeThenByTheBytesOfTheirNames() throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("i", Tensor.of(new int[] {7}, 1));
    tensors.put("b", Tensor.of(new float[] {1}, 1));
    tensors.put(
        "\uD83D\uDE00",
        Tensor.of(new float[] {3}, 1)); // after the next in UTF-8, before it in UTF-16
    tensors.put("\uFFFD", Tensor.of(new float[] {2}, 1));
    tensors.put("B", Tensor.of(new float[] {0}, 1));
    tensors.put("d", Tensor.of(new double[] {9}, 1));

    var bytes = written(tensors, Map.of("z", "1", "a", "2"));

    assertThat(new String(bytes, 8, bytes.length - 8 - 28, StandardCharsets.UTF_8).strip())
        .isEqualTo(
            "{\"__metadata__\":{\"a\":\"2\",\"z\":\"1\"},"
                + "\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                + "\"B\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]},"
                + "\"\uFFFD\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]},"
                + "\"\uD83D\uDE00\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[20,24]},"
                + "\"i\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[24,28]}}");
    assertThat(Safetensors.read(folder.resolve("written")).tensors().keySet())
        .containsExactly("d", "B", "b", "\uFFFD", "\uD83D\uDE00", "i");
  }

  /** serde_json's escapes: the short ones of JSON, else four hexadecimal digits in lower case. */
  @Test
  void escapesNamesAsTheReferenceImplementation() throws IOException {
    var name = "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028\u00E9";
    var bytes = written(Map.of(name, Tensor.of(new float[0], 0)), Map.of());

    assertThat(new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8).strip())
        .isEqualTo(
            "{\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u2028\u00E9\":"
                + "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}");
  }

  @Test
  void readsAHeaderInAnyOrderWithBlanks() throws IOException {
    var header =
        """
        { "b": {"data_offsets": [4, 12], "shape": [], "dtype": "F64"},
          "__metadata__": {"made by": "hand"},
          "a": {"shape": [1, 1], "dtype": "I32", "data_offsets": [0, 4]} } \n\
        """;
    var data =
        ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(-3).putDouble(0.1).array();

    var read = Safetensors.read(save(file(header.length(), header, data)));

    assertThat(read.metadata()).containsExactly(Map.entry("made by", "hand"));
    assertThat(read.tensors().keySet()).containsExactly("a", "b");
    assertThat(tensor(read, "a").toInts()).containsExactly(-3);
    assertThat(tensor(read, "a").shape()).isEqualTo(Shape.of(1, 1));
    assertThat(tensor(read, "b").toDoubles()).containsExactly(0.1);
    assertThat(tensor(read, "b").shape()).isEqualTo(Shape.of());
  }

  @Test
  void readsBackWhatItWroteBitForBit() {
    for (long seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      var tensors = new LinkedHashMap<String, Tensor>();
      for (int i = random.nextInt(6); i > 0; i--) {
        int[] sizes = {random.nextInt(4), random.nextInt(20_000)};
        tensors.put("t\"\\\n\u00E9" + random.nextInt(), randomTensor(random, sizes));
      }
      var name = "seed " + seed;
      var path = folder.resolve(name);
      new Safetensors(tensors, Map.of("k", name)).write(path);
      var read = Safetensors.read(path);

      assertThat(read.metadata()).as(name).containsExactly(Map.entry("k", name));
      assertThat(read.tensors().keySet()).as(name).hasSameElementsAs(tensors.keySet());
      for (var written : tensors.entrySet()) {
        var same = tensor(read, written.getKey());
        assertThat(bits(same)).as(name).isEqualTo(bits(written.getValue()));
      }
    }
  }

  @Test
  void refusesWhatIsNoSafetensorsFile() {
    refuses(new byte[5], "truncated: the first 8 bytes are the header's length and the file has 5");
    refuses(
        "\u0089PNG\r\n\u001A\n and so on".getBytes(StandardCharsets.ISO_8859_1),
        "not a safetensors file: its header claims 727905341920923785 bytes and the limit is"
            + " 100000000");
    refuses(
        file(-1, "{}", new byte[0]),
        "not a safetensors file: its header claims 18446744073709551615 bytes and the limit is"
            + " 100000000");
    refuses(
        file(100_000_001, "{}", new byte[0]),
        "not a safetensors file: its header claims 100000001 bytes and the limit is 100000000");
    refuses(
        file(100_000_000, "{}", new byte[0]),
        "truncated: its header claims 100000000 bytes and 2 follow");
  }

  @Test
  void refusesAHeaderThatIsNoJsonObject() {
    refusesHeader("[1]", "its header must be an object");
    refusesHeader("", "its header must be an object");
    refusesHeader("{} {}", "its header goes on after the end of its JSON");
    refusesHeader("{\"__metadata__\":[]}", "__metadata__ must be an object");
    refusesHeader("{\"__metadata__\":{\"a\":1}}", "__metadata__ a must be a string");
    refusesHeader("{\"a\":1}", "tensor a must be an object");
    assertThatThrownBy(() -> Safetensors.read(save(file(1, "{", new byte[0]))))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("its header is not valid JSON: Unexpected end-of-input");
    byte[] latin = "{\"\u00E9\":1}".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> Safetensors.read(save(file(latin.length, latin, new byte[0]))))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("its header is not valid JSON: ");
  }

  @Test
  void refusesNamesThatComeTwice() {
    var a = "\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
    refusesHeader("{" + a + "," + a + "}", "its header names a twice");
    refusesHeader(
        "{\"__metadata__\":{},\"__metadata__\":{}}", "its header names __metadata__ twice");
    refusesHeader("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", "__metadata__ names k twice");
    refusesHeader(
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "tensor a has the field dtype twice");
  }

  @Test
  void refusesATensorThatIsNotDescribed() {
    refusesHeader(
        "{\"a\":{\"shape\":[0],\"data_offsets\":[0,0]}}",
        "tensor a needs dtype, shape and data_offsets, and one is missing");
    refusesHeader("{\"a\":{\"type\":\"F32\"}}", "tensor a has the unknown field type");
    refusesHeader(
        "{\"a\":{\"dtype\":\"U64\"}}",
        "tensor a has dtype U64; only I64, F64, F32, I32, BF16, F16, U8, BOOL are read");
    refusesHeader("{\"a\":{\"dtype\":4}}", "tensor a: its dtype must be a string");
    refusesHeader("{\"a\":{\"shape\":3}}", "tensor a: its shape must be an array of numbers");
    refusesHeader(
        "{\"a\":{\"shape\":[-1]}}", "tensor a: its shape must consist of whole numbers from 0 on");
    refusesHeader(
        "{\"a\":{\"shape\":[1.0]}}", "tensor a: its shape must consist of whole numbers from 0 on");
    refusesHeader(
        "{\"a\":{\"data_offsets\":[0,\"8\"]}}",
        "tensor a: its data_offsets must consist of whole numbers from 0 on");
  }

  @Test
  void refusesShapesThatDoNotFitTheirBytes() {
    refusesHeader(
        tensor("a", "[2,3]", "[0,20]"),
        "tensor a: [2, 3] of F32 takes 24 bytes and its data_offsets [0, 20] hold 20");
    refusesHeader(
        tensor("a", "[4294967296,4294967296]", "[0,0]"),
        "tensor a: [4294967296, 4294967296] of F32 is more than can be counted");
    refusesHeader(
        tensor("a", "[0,4294967296]", "[0,0]"),
        "tensor a: [0, 4294967296] of F32 is more than can be counted");
    refusesHeader(
        tensor("a", "[65536,65536]", "[0,17179869184]"),
        "tensor a: [65536, 65536] of F32 has 4294967296 elements; the limit is 2147483639");
    refusesHeader(
        tensor("a", "[1]", "[4,0]"),
        "tensor a: its data_offsets [4, 0] must be where its data begin and end");
    refusesHeader(
        tensor("a", "[1]", "[0]"),
        "tensor a: its data_offsets [0] must be where its data begin and end");
  }

  @Test
  void refusesHolesAndOverlaps() {
    var a = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    refusesHeader(
        "{" + a + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}",
        16,
        "tensor b begins at byte 12 of the data and should at byte 8, where the one before it ends");
    refusesHeader(
        "{" + a + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        8,
        "tensor b begins at byte 4 of the data and should at byte 8, where the one before it ends");
  }

  @Test
  void refusesDataThatAreTruncatedOrLeftOver() {
    var header = tensor("a", "[2,3]", "[0,24]");
    refuses(
        file(header.length(), header, new byte[23]),
        "truncated: its tensors take 24 bytes and 23 follow the header");
    refuses(
        file(header.length(), header, new byte[25]),
        "oversized: its tensors take 24 bytes and 25 follow the header");
  }

  @Test
  void takesNoMemoryForWhatAHeaderOnlyClaims() {
    var header = tensor("a", "[2147483639]", "[0,8589934556]");
    refuses(
        file(header.length(), header, new byte[1]),
        "truncated: its tensors take 8589934556 bytes and 1 follow the header");
  }

  /** The values of the bit patterns are those of IEEE 754 and of its upper halves. */
  @Test
  void readsShorterTypesIntoLongerOnes() throws IOException {
    var header =
        "{\"h\":{\"dtype\":\"F16\",\"shape\":[6],\"data_offsets\":[0,12]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[12,18]},"
            + "\"u\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[18,20]},"
            + "\"t\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[20,22]}}";
    var data =
        HexFormat.of()
            .parseHex(
                "003c"
                    + "00c0"
                    + "ff7b"
                    + "0100"
                    + "007c"
                    + "0080" // F16
                    + "803f"
                    + "49c0"
                    + "80ff"
                    + "80ff"
                    + "0100");

    var read = Safetensors.read(save(file(header.length(), header, data)));

    assertThat(tensor(read, "h").toFloats())
        .containsExactly(1, -2, 65504, 0x1p-24f, Float.POSITIVE_INFINITY, -0f);
    assertThat(tensor(read, "b").toFloats())
        .containsExactly(1, -3.140625f, Float.NEGATIVE_INFINITY);
    assertThat(tensor(read, "u").toInts()).containsExactly(128, 255);
    assertThat(tensor(read, "t").toBooleans()).containsExactly(true, false);
  }

  @Test
  void refusesBytesThatAreNeitherTrueNorFalse() {
    var header =
        "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]},"
            + "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[2,3]}}";
    refuses(
        file(header.length(), header, new byte[] {1, 2, (byte) 255}),
        """
        2 problems
          tensor a: element 1 is the byte 2; true is 1 and false is 0
          tensor b: element 0 is the byte 255; true is 1 and false is 0\
        """);
  }

  @Test
  void namesAllBadTensorsAtOnce() {
    refusesHeader(
        "{\"a\":{\"dtype\":\"C64\",\"shape\":[[1]]},\"b\":[{}],\"a\":{\"x\":[{}]},"
            + "\"c\":{\"shape\":[18446744073709551616]},\"__metadata__\":{\"k\":{}},"
            + "\"good\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}} 1",
        """
        6 problems
          tensor a has dtype C64; only I64, F64, F32, I32, BF16, F16, U8, BOOL are read
          tensor b must be an object
          its header names a twice
          tensor c: its shape has a number beyond 64 bits
          __metadata__ k must be a string
          its header goes on after the end of its JSON\
        """);
  }

  @Test
  void namesHolesAndMissingDataAtOnce() {
    refusesHeader(
        tensor("a", "[1]", "[4,8]"),
        """
        2 problems
          tensor a begins at byte 4 of the data and should at byte 0, where the one before it ends
          truncated: its tensors take 8 bytes and 0 follow the header\
        """);
  }

  @Test
  void showsControlCharactersOfNamesAsEscapes() {
    refusesHeader("{\"\\u001b[2J\\u202e\":1}", "tensor \\u001b[2J\\u202e must be an object");
  }

  @Test
  void refusesATensorCalledLikeTheMetadata() {
    var tensors = Map.of("__metadata__", Tensor.scalar(0));
    assertThatThrownBy(() -> new Safetensors(tensors, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a tensor cannot be called __metadata__");
  }

  @Test
  void namesTheFileThatIsNotThere() {
    var path = folder.resolve("nothing");
    assertThatThrownBy(() -> Safetensors.read(path))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(path + ": cannot be read: there is no such file");
  }

  private static String tensor(String name, String shape, String offsets) {
    return "{\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(name, shape, offsets);
  }

  private static Tensor tensor(Safetensors file, String name) {
    var tensor = file.tensors().get(name);
    assertThat(tensor).as(name).isNotNull();
    return requireNonNull(tensor);
  }

  private static Tensor randomTensor(Random random, int... sizes) {
    int count = sizes[0] * sizes[1];
    return switch (random.nextInt(5)) {
      case 0 -> Tensor.of(random.ints(count).toArray(), sizes);
      case 1 -> Tensor.of(random.doubles(count).toArray(), sizes);
      case 2 -> Tensor.of(random.longs(count).toArray(), sizes);
      case 3 -> {
        boolean[] values = new boolean[count];
        for (int i = 0; i < count; i++) {
          values[i] = random.nextBoolean();
        }
        yield Tensor.of(values, sizes);
      }
      default -> {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
          values[i] = Float.intBitsToFloat(random.nextInt()); // infinities and NaN among them
        }
        yield Tensor.of(values, sizes);
      }
    };
  }

  private static ByteBuffer bits(Tensor tensor) {
    var bytes = ByteBuffer.allocate(8 * tensor.count());
    switch (tensor.elementType()) {
      case INT -> bytes.asIntBuffer().put(tensor.toInts());
      case FLOAT -> bytes.asFloatBuffer().put(tensor.toFloats());
      case DOUBLE -> bytes.asDoubleBuffer().put(tensor.toDoubles());
      case LONG -> bytes.asLongBuffer().put(tensor.toLongs());
      case BOOL -> {
        for (boolean value : tensor.toBooleans()) {
          bytes.put((byte) (value ? 1 : 0));
        }
      }
    }
    return bytes;
  }

  private void refusesHeader(String header, String sentence) {
    refusesHeader(header, 0, sentence);
  }

  private void refusesHeader(String header, int data, String sentence) {
    refuses(file(header.length(), header, new byte[data]), sentence);
  }

  private void refuses(byte[] bytes, String sentence) {
    var path = save(bytes);
    assertThatThrownBy(() -> Safetensors.read(path))
        .isInstanceOf(FormatException.class)
        .hasMessage(path + ": " + sentence);
  }

  private byte[] written(Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    var path = folder.resolve("written");
    new Safetensors(tensors, metadata).write(path);
    return Files.readAllBytes(path);
  }

  private Path save(byte[] bytes) {
    try {
      return Files.write(folder.resolve("model"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] file(long length, String header, byte[] data) {
    return file(length, header.getBytes(StandardCharsets.UTF_8), data);
  }

  private static byte[] file(long length, byte[] header, byte[] data) {
    return ByteBuffer.allocate(8 + header.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(header)
        .put(data)
        .array();
  }
}
