package io.atelier.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A table with named columns from a text file of comma-separated values. Immutable.
 *
 * <pre>{@code
 * var flats = Csv.read(Path.of("flats.csv"));             // street,area,floor,price
 * Tensor inputs = flats.matrix("area", "floor");          // [N, 2]
 * Tensor prices = flats.numbers("price");                 // [N]
 * List<String> streets = flats.texts("street");
 * }</pre>
 *
 * <p>The first line names the columns, each further one is a row; lines end with LF, CR LF or CR. A
 * cell in double quotes may hold commas, line ends, and quotes written twice. Text is UTF-8, or
 * what a byte order mark says. Empty lines may stand at the end only. Rows of another length than
 * the header, columns without a name or with another's, quotes at wrong places and characters that
 * cannot be decoded are refused, all of them at once. A cell is text until it is asked for as a
 * number.
 *
 * <p>In memory a table takes at most two bytes for a character and four for a cell and a row. A
 * file may have 1,000,000,000 bytes, and a cell 16,777,216 characters.
 *
 * <p>Source: RFC 4180.
 */
public final class Csv {
  private static final int LARGEST_FILE = 1_000_000_000;

  /** As people and programs write numbers, but no hexadecimals, no infinities and no blanks. */
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?+(?:\\d++(?:\\.\\d*+)?+|\\.\\d++)(?:[eE][+-]?+\\d++)?+");

  private final String file;
  private final List<String> columns;
  private final String text;
  private final int[] ends;
  private final int[] lines;

  /**
   * A table.
   *
   * @param text of all cells, row by row
   * @param ends where each cell ends in the text
   * @param lines on which the rows begin in the file
   */
  Csv(String file, List<String> columns, String text, int[] ends, int[] lines) {
    this.file = file;
    this.columns = List.copyOf(columns);
    this.text = text;
    this.ends = ends;
    this.lines = lines;
  }

  /**
   * Reads a file.
   *
   * @throws FormatException with all that is wrong with it, by line and column
   * @throws UncheckedIOException if it cannot be read; the message begins with the path
   */
  public static Csv read(Path path) {
    return Source.open(path, Csv::read);
  }

  static Csv read(Source source) throws IOException {
    if (source.size() > LARGEST_FILE) {
      throw new FormatException(
          source.name(), "it has %d bytes; the limit is %d".formatted(source.size(), LARGEST_FILE));
    }
    var problems = new Problems(source.name());
    var cells = new CsvCells(problems);
    var library =
        CsvReader.builder()
            .detectBomHeader(true)
            .skipEmptyLines(false)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // CsvCells looks at the lengths
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .allowUnclosedQuote(false);
    try (var rows = library.build(cells, source.stream(0, source.size()), UTF_8)) {
      rows.forEach(_ -> {});
    } catch (CsvParseException e) {
      cells.end(e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return cells.table(source.name());
  }

  /** The number of rows, without the header. */
  public int rows() {
    return lines.length;
  }

  /** The names of the columns, in the order of the file. */
  public List<String> columns() {
    return columns;
  }

  /**
   * The cells of a column as they stand in the file; an empty one is missing.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public List<String> texts(String column) {
    int at = index(column);
    return IntStream.range(0, rows()).mapToObj(row -> text(row, at)).toList();
  }

  /**
   * A column of numbers.
   *
   * <p>Shapes: [N] DOUBLE, N rows.
   *
   * @throws FormatException with line and column of every cell that is missing or no number
   * @throws IllegalArgumentException if there is no such column
   */
  public Tensor numbers(String column) {
    return matrix(column).reshape(rows());
  }

  /**
   * Columns of numbers side by side; DOUBLE, so that nothing is rounded but on request.
   *
   * <p>Shapes: [N, C] DOUBLE, N rows and C columns in the order in which they are asked for.
   *
   * @throws FormatException with line and column of every cell that is missing or no number
   * @throws IllegalArgumentException if there is no such column
   */
  public Tensor matrix(String... columns) {
    int[] wanted = Arrays.stream(columns).mapToInt(this::index).toArray();
    double[] values = new double[Math.multiplyExact(rows(), wanted.length)];
    var problems = new Problems(file);
    for (int row = 0, to = 0; row < rows(); row++) {
      for (int column : wanted) {
        values[to++] = number(row, column, problems);
      }
    }
    problems.throwIfAny();
    return Tensor.of(values, rows(), wanted.length);
  }

  /** As {@link #matrix(String...)}, for instance of all {@link #columns} but the last. */
  public Tensor matrix(List<String> columns) {
    return matrix(columns.toArray(String[]::new));
  }

  /**
   * The different texts of a column, in alphabetical order: the names of classes.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public List<String> classes(String column) {
    return texts(column).stream().distinct().sorted().toList();
  }

  /**
   * The class of each row, by its number in {@link #classes}.
   *
   * <p>Shapes: [N] INT, N rows.
   *
   * @throws FormatException with line and column of every cell that is missing
   * @throws IllegalArgumentException if there is no such column
   */
  public Tensor labels(String column) {
    int at = index(column);
    var classes = classes(column);
    int[] labels = new int[rows()];
    var problems = new Problems(file);
    for (int i = 0; i < labels.length; i++) {
      int row = i;
      if (isMissing(row, at)) {
        problems.add(() -> place(row, at) + " is empty");
      }
      labels[row] = Collections.binarySearch(classes, text(row, at));
    }
    problems.throwIfAny();
    return Tensor.of(labels, labels.length);
  }

  private int index(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException(
          "%s has no column %s; its columns are %s"
              .formatted(file, column, String.join(", ", columns)));
    }
    return index;
  }

  private int begin(int row, int column) {
    int cell = row * columns.size() + column;
    return cell == 0 ? 0 : ends[cell - 1];
  }

  private int end(int row, int column) {
    return ends[row * columns.size() + column];
  }

  String text(int row, int column) {
    return text.substring(begin(row, column), end(row, column));
  }

  boolean isMissing(int row, int column) {
    return begin(row, column) == end(row, column);
  }

  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  boolean isNumber(int row, int column) {
    return NUMBER.matcher(text).region(begin(row, column), end(row, column)).matches();
  }

  /** The line on which a row begins in the file. */
  int line(int row) {
    return lines[row];
  }

  /** The text of a cell in quotes, not too long, for a person. */
  String quote(int row, int column) {
    return CsvCells.quote(text(row, column));
  }

  private String place(int row, int column) {
    return CsvCells.place(lines[row], columns.get(column));
  }

  private double number(int row, int column, Problems problems) {
    if (!isNumber(row, column)) {
      problems.add(() ->
          place(row, column)
              + (isMissing(row, column) ? " is empty" : " is not a number: " + quote(row, column)));
      return 0;
    }
    double number = Double.parseDouble(text(row, column));
    if (Double.isInfinite(number)) {
      problems.add(() -> place(row, column) + " is too large a number: " + quote(row, column));
    }
    return number;
  }
}
