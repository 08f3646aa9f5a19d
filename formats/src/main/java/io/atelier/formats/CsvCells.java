package io.atelier.formats;

import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.RecordType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * Collects the cells of a {@link Csv} as the library finds them: all texts in one, so that a short
 * cell is no object of its own. What is wrong with a line is noted, and the next one is read.
 */
final class CsvCells extends CsvCallbackHandler<Boolean> {
  private static final char UNDECODED = '\uFFFD';

  /** A message shows so many characters of a cell. */
  private static final int LONGEST_QUOTE = 40;

  private final Problems problems;
  private final StringBuilder text = new StringBuilder();
  private int[] ends = new int[256];
  private int[] lines = new int[64];
  private int rows;

  /** Empty until the first line has been read. */
  private List<String> columns = List.of();

  private long line;
  private int fields;
  private RecordType type = RecordType.DATA;

  /** The first of the empty lines just passed, or 0. */
  private long emptyLine;

  CsvCells(Problems problems) {
    this.problems = problems;
  }

  @Override
  protected RecordType getRecordType() {
    return type;
  }

  @Override
  protected int getFieldCount() {
    return fields;
  }

  @Override
  protected void beginRecord(long startingLine) {
    line = startingLine;
    fields = 0;
    type = RecordType.DATA;
  }

  @Override
  protected void setEmpty() {
    type = RecordType.EMPTY;
  }

  @Override
  protected void setComment(char[] characters, int offset, int length) {
    throw new AssertionError("a comment, which no CSV file has");
  }

  @Override
  protected void addField(char[] characters, int offset, int length, boolean isQuoted) {
    boolean isDecoded = true;
    boolean isWhole = true;
    for (int i = offset; i < offset + length; i++) {
      isDecoded &= characters[i] != UNDECODED;
      isWhole &= isQuoted || characters[i] != '"';
    }
    if (!isDecoded) {
      problems.add(() -> place() + " holds bytes that are no text in UTF-8");
    }
    if (!isWhole) {
      problems.add(() -> place() + " holds a quote and does not begin with one");
    }
    text.append(characters, offset, length);
    int at = firstCell() + fields++;
    if (at == ends.length) {
      ends = Arrays.copyOf(ends, 2 * at);
    }
    ends[at] = text.length();
  }

  @Override
  protected Boolean buildRecord() {
    if (type == RecordType.EMPTY) {
      emptyLine = emptyLine == 0 ? line : emptyLine;
      return true;
    }
    if (emptyLine != 0) {
      long empty = emptyLine;
      problems.add(() -> "line %d is empty".formatted(empty));
      emptyLine = 0;
    }
    if (columns.isEmpty()) {
      endHeader();
    } else if (fields == columns.size()) {
      endRow();
    } else {
      problems.add(() ->
          "line %d has %d cell%s and the header has %d"
              .formatted(line, fields, fields == 1 ? "" : "s", columns.size()));
      text.setLength(begin());
    }
    return true;
  }

  private void endRow() {
    if (rows == lines.length) {
      lines = Arrays.copyOf(lines, 2 * rows);
    }
    lines[rows++] = Math.toIntExact(line);
  }

  private void endHeader() {
    var names = new ArrayList<String>();
    for (int i = 0, begin = 0; i < fields; begin = ends[i++]) {
      names.add(text.substring(begin, ends[i]));
    }
    columns = List.copyOf(names);
    text.setLength(0);
    var different = new HashSet<String>();
    for (int i = 0; i < fields; i++) {
      var name = names.get(i);
      int number = i + 1;
      if (name.isEmpty()) {
        problems.add(() -> "line %d: column %d has no name".formatted(line, number));
      } else if (!different.add(name)) {
        problems.add(() -> "line %d names two columns %s".formatted(line, quote(name)));
      }
    }
    if (names.stream().allMatch(Csv::isNumber)) {
      problems.add("line %d holds numbers only; it must name the columns".formatted(line));
    }
    if (fields == 1 && names.getFirst().chars().anyMatch(c -> c == ';' || c == '\t')) {
      problems.add(
          "line %d is a single column, %s; columns are separated by commas"
              .formatted(line, quote(names.getFirst())));
    }
  }

  /** Notes what made the library give up. */
  void end(CsvParseException e) {
    var reason =
        String.valueOf(e.getMessage()).replace(" (record starting at line " + line + ")", "");
    problems.add(place() + " cannot be read, nor what follows: " + reason);
  }

  /**
   * The table, when all lines have been read.
   *
   * @throws FormatException with all that is wrong
   */
  Csv table(String file) {
    if (columns.isEmpty() && problems.isEmpty()) {
      problems.add("it is empty; its first line must name the columns");
    }
    problems.throwIfAny();
    return new Csv(
        file,
        columns,
        text.toString(),
        Arrays.copyOf(ends, rows * columns.size()),
        Arrays.copyOf(lines, rows));
  }

  private int firstCell() {
    return rows * columns.size();
  }

  /** Where the text of the present line begins. */
  private int begin() {
    return firstCell() == 0 ? 0 : ends[firstCell() - 1];
  }

  /** The present cell, for a person. */
  private String place() {
    return fields < columns.size()
        ? place(line, columns.get(fields))
        : place(line, String.valueOf(fields + 1));
  }

  /** A cell, for a person. */
  static String place(long line, String column) {
    return "line %d, column %s".formatted(line, shortened(column));
  }

  /** A text in quotes, and not too long. */
  static String quote(String text) {
    return '"' + shortened(text) + '"';
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
  }
}
