package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/** Makes light dark and dark light, {@code 1 - x}: {@code invert}. Not random. */
public record Invert() implements Transform {
  @Override
  public Tensor apply(Tensor image, Rng rng) {
    return image.negated().plus(1);
  }

  @Override
  public Optional<Transform> evaluation() {
    return Optional.of(this);
  }

  @Override
  public String toString() {
    return "invert";
  }
}
