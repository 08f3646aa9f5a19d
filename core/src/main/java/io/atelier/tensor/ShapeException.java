package io.atelier.tensor;

/** Operands whose shapes or element types do not fit an operation. */
public final class ShapeException extends AtelierException {
  private static final long serialVersionUID = 1;

  /**
   * A call that breaks a rule.
   *
   * @param call the operation with the shapes, {@code matmul([2, 3], [4, 5])}
   * @param why the rule with the numbers put in, and the likely cure
   */
  public ShapeException(String call, String why) {
    super(call + ": " + why);
  }

  /** A call that breaks a rule inside another. */
  public ShapeException(String call, String why, Throwable cause) {
    super(call + ": " + why, cause);
  }
}
