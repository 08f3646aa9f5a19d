package io.atelier.data;

import io.atelier.tensor.Tensor;

/**
 * Some examples at once.
 *
 * @param inputs [N, ...]
 * @param labels INT [N] of classes, or FLOAT [N, K], the probability of each
 */
public record Batch(Tensor inputs, Tensor labels) {
  /** The number of examples. */
  public int size() {
    return inputs.shape().size(0);
  }
}
