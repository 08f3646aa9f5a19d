package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/**
 * Adds to each value a number of the normal distribution with this standard deviation: {@code
 * noise0.05}. The result is not held within 0 to 1.
 */
public record Noise(double deviation) implements Transform {
  public Noise {
    Settings.require(
        deviation > 0 && deviation <= 100, "noise needs more than 0 and at most 100", deviation);
  }

  @Override
  public Tensor apply(Tensor image, Rng rng) {
    return image.plus(rng.normal(0, deviation, image.shape().toArray()));
  }

  @Override
  public Optional<Transform> evaluation() {
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "noise" + Settings.text(deviation);
  }
}
