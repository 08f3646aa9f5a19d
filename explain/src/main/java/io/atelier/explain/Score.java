package io.atelier.explain;

import io.atelier.nn.Layer;
import io.atelier.tensor.Tensor;

/**
 * What is to be explained: a number for each input, such as the logit of a class.
 *
 * <p>The number of one input must not depend on the others of the batch, as is so for every network
 * in inference.
 */
@FunctionalInterface
public interface Score {
  /** The numbers of a batch of inputs: [N, ...] -> [N]. */
  Tensor of(Tensor inputs);

  /** The output of a classifier for a class, before any softmax. */
  static Score logit(Layer model, int target) {
    return inputs -> model.forward(inputs).select(1, target); // [N, K] -> [N]
  }

  /** The probability of a class: the softmax of a classifier's outputs. */
  static Score probability(Layer model, int target) {
    return inputs -> model.forward(inputs).softmax().select(1, target); // [N, K] -> [N]
  }

  /** The number of a single input [...]. */
  default double at(Tensor input) {
    return Evaluation.values(this, 1, _ -> input)[0];
  }
}
