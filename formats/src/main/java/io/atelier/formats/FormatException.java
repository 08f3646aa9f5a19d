package io.atelier.formats;

import io.atelier.tensor.AtelierException;

/**
 * The content of a file is not what its format allows: truncated, oversized, corrupt or of another
 * kind.
 *
 * <p>The message is the name of the file, a colon and one sentence with the numbers. Trouble with
 * reading the file at all is an {@link java.io.UncheckedIOException} instead, see {@link
 * FileTrouble}.
 */
public final class FormatException extends AtelierException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String problem;

  /** Says that {@code file} has a {@code problem}, which is a sentence without its full stop. */
  public FormatException(String file, String problem) {
    super(file + ": " + problem);
    this.file = file;
    this.problem = problem;
  }

  /** The file as it is named in the message. */
  public String file() {
    return file;
  }

  /** What is wrong with it, without the file's name. */
  public String problem() {
    return problem;
  }
}
