package io.atelier.nn;

import io.atelier.tensor.Criterion;
import io.atelier.tensor.Tensor;

/** How far a prediction is from the truth, as one number. */
@FunctionalInterface
public interface Loss {
  /** The loss of a batch, a scalar. */
  Tensor of(Tensor prediction, Tensor truth);

  /**
   * The mean cross-entropy {@code ln(sum_k e^x_k) - x_label} of logits.
   *
   * <p>Shapes: logits [N, K]; labels INT [N]; result [].
   */
  static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return Criterion.crossEntropy(logits, labels).mean();
  }

  /**
   * The mean squared error.
   *
   * <p>Shapes: prediction and truth alike; result [].
   */
  static Tensor meanSquaredError(Tensor prediction, Tensor truth) {
    return prediction.minus(truth).squared().mean();
  }
}
