package io.atelier.nn;

import io.atelier.tensor.Tensor;

/**
 * A function from tensor to tensor; one with parameters is a record that holds them.
 *
 * <p>A method reference is a layer: {@code Tensor::tanh}.
 */
@FunctionalInterface
public interface Layer {
  /** The output for a batch of inputs. */
  Tensor forward(Tensor x);
}
