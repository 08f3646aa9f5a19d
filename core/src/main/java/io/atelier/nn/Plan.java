package io.atelier.nn;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;

/**
 * A layer that does not know its input yet, such as {@link Dense}: {@link Sequential#create} makes
 * layers of plans.
 *
 * <p>A plan may stand wherever a layer may, so that functions can stand between plans; only to
 * compute is too early for it.
 */
public interface Plan extends Layer {
  /**
   * The layer for inputs of this shape, with new random weights.
   *
   * @param input the shape of one example
   */
  Layer create(Shape input, Rng rng);

  /**
   * Refused: there are no weights yet.
   *
   * @throws IllegalStateException always
   */
  @Override
  default Tensor forward(Tensor x) {
    throw new IllegalStateException(
        this
            + " is a plan without weights; Sequential.create(input, rng, ...) makes a layer of it");
  }
}
