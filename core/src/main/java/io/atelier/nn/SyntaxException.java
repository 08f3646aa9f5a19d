package io.atelier.nn;

import io.atelier.tensor.AtelierException;

/** A text that is not understood; the message shows it with a mark under the place. */
public final class SyntaxException extends AtelierException {
  private static final long serialVersionUID = 1;

  private final int place;

  /**
   * A text that is not understood.
   *
   * @param place the index of the first character that is not
   */
  public SyntaxException(String text, int place, String problem) {
    super(problem + "\n  " + text + "\n  " + " ".repeat(place) + "^");
    this.place = place;
  }

  /** The index of the first character that is not understood. */
  public int place() {
    return place;
  }
}
