package io.atelier.nn;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;

/**
 * In training, zeroes each value with a probability and scales up the rest; in inference, nothing.
 *
 * <p>Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, in the inverted form:
 * the values that stay are divided by {@code 1 - probability}.
 *
 * @param probability of dropping a value, in [0, 1)
 */
public record Dropout(double probability) implements Architecture.Item {
  /** Checks the probability. */
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "the probability of dropout must lie in [0, 1), got " + probability);
    }
  }

  @Override
  public Shape output(Shape input) {
    return input;
  }

  @Override
  public Tensor forward(Tensor x) {
    var rng = Step.randomness("dropout");
    if (rng == null || probability == 0) {
      return x;
    }
    float scale = (float) (1 / (1 - probability));
    float[] mask = new float[x.count()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = rng.nextFloat() < probability ? 0 : scale;
    }
    return x.times(Tensor.of(mask, mask.length).to(x.elementType()).reshape(x.shape()));
  }
}
