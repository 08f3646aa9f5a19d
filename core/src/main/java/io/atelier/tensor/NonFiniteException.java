package io.atelier.tensor;

/** The operation that first made a value that is infinite or not a number; see {@link Step}. */
public final class NonFiniteException extends AtelierException {
  private static final long serialVersionUID = 1;

  private NonFiniteException(String message) {
    super(message);
  }

  /** Blames {@code op} if its inputs were finite and its result is not. */
  static void check(Op op, Tensor result, Tensor... inputs) {
    int at = firstNonFinite(result);
    if (at < 0) {
      return;
    }
    for (var input : inputs) {
      if (firstNonFinite(input) >= 0) {
        return; // it was there before, made outside any operation
      }
    }
    throw new NonFiniteException(
        op.call(inputs)
            + " made "
            + result.number(at)
            + " at place "
            + at
            + " of finite operands; look at their sizes, or take a smaller learning rate");
  }

  private static int firstNonFinite(Tensor x) {
    if (x.elementType().isFloating()) {
      for (int i = 0; i < x.count(); i++) {
        if (!Double.isFinite(x.number(i))) {
          return i;
        }
      }
    }
    return -1;
  }
}
