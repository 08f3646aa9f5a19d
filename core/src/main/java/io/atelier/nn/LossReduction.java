package io.atelier.nn;

import io.atelier.tensor.Tensor;

/** How the losses of the examples become one number, or do not. */
public enum LossReduction {
  /** Their mean; of weighted losses, their sum divided by the sum of the weights. */
  MEAN,
  /** Their sum. */
  SUM,
  /** Each loss by itself. */
  NONE;

  /** Of losses that count alike. [...] -> [], or [...] for NONE */
  Tensor of(Tensor losses) {
    return switch (this) {
      case MEAN -> losses.mean();
      case SUM -> losses.sum();
      case NONE -> losses;
    };
  }

  /** Of losses that were multiplied by these weights. [...], [...] -> [], or [...] for NONE */
  Tensor of(Tensor weightedLosses, Tensor weights) {
    return this == MEAN ? weightedLosses.sum().dividedBy(weights.sum()) : of(weightedLosses);
  }
}
