package io.atelier.formats;

import io.atelier.tensor.AtelierException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The content of a file is not what its format allows: truncated, oversized, corrupt or of another
 * kind.
 *
 * <p>The message is the name of the file, a colon and one sentence with the numbers, or a line for
 * each of several problems. Control characters, which a name inside a file may hold, are shown as
 * escapes. Trouble with reading the file at all is an {@link java.io.UncheckedIOException} instead,
 * see {@link FileTrouble}.
 */
public final class FormatException extends AtelierException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final transient List<String> problems;
  private final int others;

  /** Says that {@code file} has a {@code problem}, which is a sentence without its full stop. */
  public FormatException(String file, String problem) {
    this(file, List.of(problem), 0);
  }

  /** Says that {@code file} has these {@code problems}, at least one, and so many others. */
  FormatException(String file, List<String> problems, int others) {
    super(message(file, problems, others));
    this.file = file;
    this.problems = List.copyOf(problems);
    this.others = others;
  }

  /** The file as it is named in the message. */
  public String file() {
    return file;
  }

  /** What is wrong with it, without the file's name; of more than 100 problems the first 100. */
  public List<String> problems() {
    return problems;
  }

  /** How many problems it has beyond those that are told. */
  int others() {
    return others;
  }

  private static String message(String file, List<String> problems, int others) {
    if (problems.size() + others == 1) {
      return file + ": " + printable(problems.getFirst());
    }
    var lines =
        problems.stream().map(problem -> "\n  " + printable(problem)).collect(Collectors.joining());
    var rest = others > 0 ? "\n  and " + others + " more" : "";
    return file + ": " + (problems.size() + others) + " problems" + lines + rest;
  }

  /** A text from a file must not move a terminal's cursor or turn its writing round. */
  private static String printable(String text) {
    return text.codePoints()
        .mapToObj(point ->
            Character.isISOControl(point) || Character.getType(point) == Character.FORMAT
                ? "\\u%04x".formatted(point)
                : Character.toString(point))
        .collect(Collectors.joining());
  }
}
