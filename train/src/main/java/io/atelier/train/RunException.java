package io.atelier.train;

import io.atelier.tensor.AtelierException;

/** A run that cannot be started, opened or resumed; the message says why and what to do. */
public final class RunException extends AtelierException {
  private static final long serialVersionUID = 1;

  RunException(String message) {
    super(message);
  }
}
