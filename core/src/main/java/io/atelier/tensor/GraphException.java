package io.atelier.tensor;

/** A derivative that was asked for and cannot be computed. */
public final class GraphException extends AtelierException {
  private static final long serialVersionUID = 1;

  GraphException(String message) {
    super(message);
  }
}
