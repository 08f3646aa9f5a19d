package io.atelier.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.formats.Npy;
import io.atelier.formats.Npz;
import io.atelier.formats.Safetensors;
import io.atelier.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  private static final Tensor WEIGHT = Tensor.of(new float[] {-1, 0.5f, 1, 2}, 2, 2);

  @TempDir Path folder;

  @Test
  void showsTensorsMetadataAndNumbers() {
    var file = folder.resolve("any.name");
    var mask = Tensor.of(new boolean[] {true, false}, 2);
    new Safetensors(
            Map.of("0.weight", WEIGHT, "mask", mask, "none", Tensor.of(new long[0], 0, 3)),
            Map.of("format", "pt"))
        .write(file);

    assertThat(inspect(0, file))
        .isEqualTo(
            """
            %s: safetensors, 3 tensors, 6 elements, 18 B
              format = pt

            name      type  shape       bytes     minimum        mean     maximum
            none      I64   [0, 3]        0 B
            0.weight  F32   [2, 2]       16 B          -1     0.62500           2
            mask      BOOL  [2]           2 B           0     0.50000           1
            """
                .formatted(file));
  }

  @Test
  void findsTheKindByContent() throws IOException {
    var file = folder.resolve("x");
    new Npy(Tensor.of(new float[] {1, Float.NaN, 3}, 3)).write(file);
    assertThat(inspect(0, file))
        .startsWith(file + ": NumPy .npy, 1 tensor, 3 elements, 12 B\n")
        .endsWith(
            "      <f4   [3]         12 B           1           2           3  1 NaN or infinite\n");
    new Npz(Map.of("w", WEIGHT)).write(file);
    assertThat(inspect(0, file))
        .startsWith(file + ": NumPy .npz, 1 tensor, 4 elements, 16 B\n")
        .contains("\nw     <f4   [2, 2]       16 B          -1     0.62500           2\n");
    byte[] idx = {0, 0, 8, 1, 0, 0, 0, 2, 0, (byte) 255};
    Files.write(file, idx);
    assertThat(inspect(0, file)).startsWith(file + ": IDX, 1 tensor, 2 elements, 2 B\n");
    try (var compressed = new GZIPOutputStream(Files.newOutputStream(file))) {
      compressed.write(idx);
    }
    assertThat(inspect(0, file))
        .startsWith(file + ": IDX, compressed by gzip, 1 tensor, 2 elements, 2 B\n")
        .endsWith("      unsigned byte  [2]          2 B           0      127.50         255\n");
  }

  @Test
  void showsTheColumnsOfATable() throws IOException {
    var file =
        Files.writeString(
            folder.resolve("flats.CSV"),
            """
            street,area,price,note
            Long,48.5,612000,
            "Old, short",,n/a,
            Mill,70.5,812000,
            """);

    assertThat(inspect(0, file))
        .isEqualTo(
            """
            %s: CSV, 4 columns, 12 elements, 41 B

            name    type    shape      bytes     minimum        mean     maximum
            street  text    [3]         18 B
            area    number  [3]          8 B      48.500      59.500      70.500  1 missing
            price   text    [3]         15 B  2 of 3 are numbers; line 3 holds "n/a"
            note    empty   [3]          0 B  3 missing
            """
                .formatted(file));
    Files.writeString(file, "a,b\n1\n\n1,2\n");
    assertThat(inspect(1, file))
        .isEqualTo(
            """
            %s: 2 problems
              line 2 has 1 cell and the header has 2
              line 3 is empty
            """
                .formatted(file));
  }

  @Test
  void saysAllThatIsWrongAndEndsWithOne() throws IOException {
    var file = folder.resolve("broken");
    var header = "{\"a\":{\"dtype\":\"U64\"},\"b\\u001b\":{}}";
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {(byte) header.length(), 0, 0, 0, 0, 0, 0, 0});
    bytes.writeBytes(header.getBytes(UTF_8));
    Files.write(file, bytes.toByteArray());

    assertThat(inspect(1, file))
        .isEqualTo(
            """
            %s: 2 problems
              tensor a has dtype U64; only I64, F64, F32, I32, BF16, F16, U8, BOOL are read
              tensor b\\u001b needs dtype, shape and data_offsets, and one is missing
            """
                .formatted(file));
  }

  @Test
  void saysWhatItCanReadOfAnUnknownFile() throws IOException {
    var file = Files.writeString(folder.resolve("model.safetensors"), "hello");
    var kinds =
        "; safetensors, NumPy .npy and .npz, IDX, plain or compressed by gzip, and .csv are read\n";
    assertThat(inspect(1, file))
        .isEqualTo(
            file + ": unknown kind of file: it begins with the bytes 68 65 6c 6c 6f" + kinds);
    Files.write(file, new byte[0]);
    assertThat(inspect(1, file)).isEqualTo(file + ": unknown kind of file: it is empty" + kinds);
  }

  /** What a person sees who typed the command, on either stream. */
  private static String inspect(int exit, Path file) {
    var printed = new ByteArrayOutputStream();
    var out = System.out;
    var error = System.err;
    try (var stream = new PrintStream(printed, true, UTF_8)) {
      System.setOut(stream);
      System.setErr(stream);
      assertThat(Main.run("inspect", file.toString())).isEqualTo(exit);
    } finally {
      System.setOut(out);
      System.setErr(error);
    }
    return printed.toString(UTF_8);
  }
}
