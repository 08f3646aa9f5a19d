package io.atelier.tensor;

import org.jspecify.annotations.Nullable;

/** The root of what Atelier says when something asked of it cannot be done. */
public abstract class AtelierException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With the sentence that a reader sees. */
  protected AtelierException(String message) {
    super(message);
  }

  /** With the sentence that a reader sees and what lies behind it. */
  protected AtelierException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
