package io.atelier.nn;

import io.atelier.tensor.Criterion;
import io.atelier.tensor.Tensor;

/**
 * Squared for small errors and straight for large ones, which outliers pull less: {@code d^2 / 2}
 * where {@code |d| <= delta}, else {@code delta (|d| - delta / 2)}, of the difference {@code d}.
 *
 * <p>Shapes: prediction and truth alike; result [], or that shape for {@link LossReduction#NONE}.
 *
 * <p>Source: Huber 1964, "Robust estimation of a location parameter".
 *
 * @param delta where the square ends, above 0
 * @param reduction how the losses become one
 */
public record Huber(double delta, LossReduction reduction) implements Loss {
  /** Checks delta. */
  public Huber {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("delta of the Huber loss must be above 0, got " + delta);
    }
  }

  @Override
  public Tensor of(Tensor prediction, Tensor truth) {
    Criterion.requireAlike("huber", prediction, truth);
    var difference = prediction.minus(truth);
    var clamped = difference.clamp(-delta, delta);
    return reduction.of(clamped.times(difference.minus(clamped.times(0.5)))); // c (d - c / 2)
  }
}
