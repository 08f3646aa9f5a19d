package io.atelier.cli;

import io.atelier.tensor.AtelierException;

/** A command that was called with something it cannot work with: exit code 2. */
final class UsageException extends AtelierException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
