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

  /** A message names so many problems and counts the others. */
  private static final int SHOWN = 100;

  private final String file;
  private final transient List<String> problems;

  /** Says that {@code file} has a {@code problem}, which is a sentence without its full stop. */
  public FormatException(String file, String problem) {
    this(file, List.of(problem));
  }

  /** Says that {@code file} has these {@code problems}, at least one. */
  public FormatException(String file, List<String> problems) {
    super(message(file, problems));
    this.file = file;
    this.problems = List.copyOf(problems);
  }

  /** The file as it is named in the message. */
  public String file() {
    return file;
  }

  /** All that is wrong with it, without the file's name. */
  public List<String> problems() {
    return problems;
  }

  private static String message(String file, List<String> problems) {
    if (problems.size() == 1) {
      return file + ": " + printable(problems.getFirst());
    }
    var lines =
        problems.stream()
            .limit(SHOWN)
            .map(problem -> "\n  " + printable(problem))
            .collect(Collectors.joining());
    int others = problems.size() - SHOWN;
    var rest = others > 0 ? "\n  and " + others + " more" : "";
    return file + ": " + problems.size() + " problems" + lines + rest;
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
