package io.atelier.nn;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;

/**
 * The plan of a fully connected layer: {@link Linear} with as many inputs as there turn out to be.
 *
 * @param units the number of outputs, at least 1
 */
public record Dense(int units) implements Plan, Architecture.Item {
  /** Checks the number. */
  public Dense {
    if (units < 1) {
      throw new IllegalArgumentException("a dense layer needs at least one unit, got " + units);
    }
  }

  /** A fully connected layer with this many outputs. */
  public static Dense of(int units) {
    return new Dense(units);
  }

  /**
   * The layer for inputs [..., in].
   *
   * @throws ShapeException if the input has no axis
   */
  @Override
  public Linear create(Shape input, Rng rng) {
    if (input.rank() == 0) {
      throw new ShapeException(
          "dense(" + input + ")", "needs an input with at least one axis, [..., in]");
    }
    return Linear.create(input.size(-1), units, rng);
  }
}
