package io.atelier.formats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.ElementType;
import io.atelier.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
  private static final String FLATS =
      """
      street,area,floor,price
      "Long Street 3, flat 4",48.5,2,612000
      "The ""Old"" Mill",+70.25,-1,1.2e6
      "two
      lines",.5,0,5.
      """;

  @TempDir Path folder;

  @Test
  void readsTextsAndNumbersByTheNamesOfTheirColumns() throws IOException {
    var flats = read(FLATS);

    assertThat(flats.columns()).containsExactly("street", "area", "floor", "price");
    assertThat(flats.rows()).isEqualTo(3);
    assertThat(flats.texts("street"))
        .containsExactly("Long Street 3, flat 4", "The \"Old\" Mill", "two\nlines");
    assertThat(flats.texts("floor")).containsExactly("2", "-1", "0");
    assertThat(flats.numbers("price").shape()).isEqualTo(Shape.of(3));
    assertThat(flats.numbers("price").toDoubles()).containsExactly(612000, 1.2e6, 5);
    var matrix = flats.matrix("floor", "area");
    assertThat(matrix.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(matrix.elementType()).isEqualTo(ElementType.DOUBLE);
    assertThat(matrix.toDoubles()).containsExactly(2, 48.5, -1, 70.25, 0, 0.5);
    assertThat(flats.matrix(flats.columns().subList(1, 3)).toDoubles())
        .containsExactly(48.5, 2, 70.25, -1, 0.5, 0);
  }

  @Test
  void numbersTheClassesOfAColumnInAlphabeticalOrder() throws IOException {
    var iris = read("petal,species\n4.7,versicolor\n1.4,setosa\n6,virginica\n4.5,versicolor\n");

    assertThat(iris.classes("species")).containsExactly("setosa", "versicolor", "virginica");
    assertThat(iris.labels("species").elementType()).isEqualTo(ElementType.INT);
    assertThat(iris.labels("species").toInts()).containsExactly(1, 0, 2, 1);
  }

  @Test
  void readsAnyLineEndsAndByteOrderMarks() throws IOException {
    for (var end : List.of("\n", "\r\n", "\r")) {
      var text = "\uFEFFname,x" + end + "\u0142,1" + end + ",2";
      for (byte[] bytes : List.of(text.getBytes(UTF_8), text.getBytes(UTF_16LE))) {
        for (var table : List.of(read(bytes), read(text.substring(1) + end + end))) {
          assertThat(table.columns()).containsExactly("name", "x");
          assertThat(table.texts("name")).containsExactly("\u0142", "");
          assertThat(table.numbers("x").toDoubles()).containsExactly(1, 2);
        }
      }
    }
  }

  @Test
  void aTableMayHaveNoRows() throws IOException {
    var table = read("a,b\n");
    assertThat(table.rows()).isZero();
    assertThat(table.texts("a")).isEmpty();
    assertThat(table.matrix("a", "b").shape()).isEqualTo(Shape.of(0, 2));
    assertThat(table.numbers("b").shape()).isEqualTo(Shape.of(0));
    assertThat(table.labels("b").shape()).isEqualTo(Shape.of(0));
  }

  /** The test writes the quotes itself, around every cell or only where they must be. */
  @Test
  void readsBackWhateverTextsAreWritten() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      int columns = 1 + random.nextInt(5);
      int rows = random.nextInt(300);
      var cells = new ArrayList<List<String>>();
      for (int column = 0; column < columns; column++) {
        cells.add(IntStream.range(0, rows).mapToObj(_ -> randomText(random)).toList());
      }
      var file = new StringBuilder();
      for (int row = -1; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          var text = row < 0 ? "column " + column : cells.get(column).get(row);
          boolean isPlain =
              !text.isEmpty() && text.chars().noneMatch(c -> ",\"\r\n".indexOf(c) >= 0);
          file.append(column == 0 ? "" : ",")
              .append(
                  isPlain && random.nextBoolean() ? text : '"' + text.replace("\"", "\"\"") + '"');
        }
        file.append(random.nextBoolean() ? "\n" : "\r\n");
      }

      var read = read(file.toString());

      for (int column = 0; column < columns; column++) {
        assertThat(read.texts("column " + column)).as("seed " + seed).isEqualTo(cells.get(column));
      }
    }
  }

  @Test
  void readsBackEveryNumberThatJavaWrites() throws IOException {
    var random = new Random(1);
    double[] numbers =
        random.longs(1000).mapToDouble(Double::longBitsToDouble).filter(Double::isFinite).toArray();
    var lines =
        IntStream.range(0, numbers.length)
            .mapToObj(i -> "\n" + numbers[i])
            .collect(Collectors.joining());

    assertThat(read("x" + lines).numbers("x").toDoubles()).containsExactly(numbers);
  }

  @Test
  void namesEveryCellThatIsNoNumber() throws IOException {
    var table =
        read(
            """
            area,floor
            48.5,1
            "4
            8",1
            ,two
            1e400, 3
            NaN,0x1
            1d,1
            Infinity,%s
            """
                .formatted("9".repeat(41) + "x"));

    assertThatThrownBy(() -> table.matrix("area", "floor"))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            """
            input.csv: 10 problems
              line 3, column area is not a number: "4\\u000a8"
              line 5, column area is empty
              line 5, column floor is not a number: "two"
              line 6, column area is too large a number: "1e400"
              line 6, column floor is not a number: " 3"
              line 7, column area is not a number: "NaN"
              line 7, column floor is not a number: "0x1"
              line 8, column area is not a number: "1d"
              line 9, column area is not a number: "Infinity"
              line 9, column floor is not a number: "%s..."\
            """
                .formatted("9".repeat(40)));
    assertThatThrownBy(() -> table.labels("area"))
        .isInstanceOf(FormatException.class)
        .hasMessage("input.csv: line 5, column area is empty");
  }

  @Test
  void namesTheColumnsThereAre() throws IOException {
    var table = read(FLATS);
    var sentence = "input.csv has no column aera; its columns are street, area, floor, price";
    assertThatThrownBy(() -> table.texts("aera"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
    assertThatThrownBy(() -> table.matrix("area", "aera"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }

  @Test
  void namesEveryBadLineAtOnce() {
    refuses(
        """
        a,b
        1
        1,2

        3,4,5
        6"7,8
        "
        ",9"
        """,
        """
        5 problems
          line 2 has 1 cell and the header has 2
          line 4 is empty
          line 5 has 3 cells and the header has 2
          line 6, column a holds a quote and does not begin with one
          line 7, column b holds a quote and does not begin with one\
        """);
  }

  @Test
  void refusesEmptyFilesAndMissingHeaders() {
    var empty = "it is empty; its first line must name the columns";
    refuses("", empty);
    refuses("\uFEFF", empty);
    refuses("\n\r\n", empty);
    refuses("\na\n1\n", "line 1 is empty");
    refuses("5.1,3.5\n4.9,3.0\n", "line 1 holds numbers only; it must name the columns");
  }

  @Test
  void refusesColumnsThatCannotBeToldApart() {
    refuses(
        ",area,area,\n1,2,3\n",
        """
        4 problems
          line 1: column 1 has no name
          line 1 names two columns "area"
          line 1: column 4 has no name
          line 2 has 3 cells and the header has 4\
        """);
  }

  @Test
  void saysThatCommasSeparateColumns() {
    refuses(
        "area;price\n48,5;612000\n",
        """
        2 problems
          line 1 is a single column, "area;price"; columns are separated by commas
          line 2 has 2 cells and the header has 1\
        """);
    refuses("a\tb\n", "line 1 is a single column, \"a\\u0009b\"; columns are separated by commas");
  }

  @Test
  void refusesQuotesThatDoNotEnd() {
    refuses(
        "a,b\n1\n1,\"2\n3,4\n",
        """
        2 problems
          line 2 has 1 cell and the header has 2
          line 3, column b cannot be read, nor what follows: Unclosed quoted field at end of input\
        """);
    refuses(
        "a,b\n1,\"2\"3\n4\n",
        "line 2, column b cannot be read, nor what follows: Unexpected character after closing"
            + " quote: '3' (0x33)");
  }

  @Test
  void namesCellsThatAreNotInUtf8() {
    assertThatThrownBy(() -> read("stra\u00DFe,b\n1,stra\u00DFe\n".getBytes(ISO_8859_1)))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            """
            input.csv: 2 problems
              line 1, column 1 holds bytes that are no text in UTF-8
              line 2, column b holds bytes that are no text in UTF-8\
            """);
  }

  @Test
  void tellsAHundredProblemsAndCountsTheOthers() {
    assertThatThrownBy(() -> read("a,b\n" + "1\n".repeat(250)))
        .isInstanceOfSatisfying(FormatException.class, e -> assertThat(e.problems()).hasSize(100))
        .hasMessageStartingWith("input.csv: 250 problems\n  line 2 has 1 cell and")
        .hasMessageEndingWith("\n  line 101 has 1 cell and the header has 2\n  and 150 more");
  }

  @Test
  void namesTheFileThatIsNotThere() {
    var path = folder.resolve("nothing.csv");
    assertThatThrownBy(() -> Csv.read(path))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(path + ": cannot be read: there is no such file");
  }

  private static String randomText(Random random) {
    return random
        .ints(random.nextInt(6), 0, 10)
        .mapToObj(i ->
            List.of("a", "7", ",", "\"", "\n", "\r\n", " ", "#", "\u0142", "\uD83D\uDE00").get(i))
        .collect(Collectors.joining());
  }

  private static Csv read(String text) throws IOException {
    return read(text.getBytes(UTF_8));
  }

  private static Csv read(byte[] bytes) throws IOException {
    return Csv.read(Source.of(bytes, "input.csv"));
  }

  private static void refuses(String text, String sentence) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(FormatException.class)
        .hasMessage("input.csv: " + sentence);
  }
}
