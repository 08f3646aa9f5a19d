package io.atelier.tensor;

/** A {@link Step} that was left open, is missing, or has ended. */
public final class StepException extends AtelierException {
  private static final long serialVersionUID = 1;

  StepException(String message) {
    super(message);
  }
}
