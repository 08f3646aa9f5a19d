package io.atelier.tensor;

import java.util.Arrays;

/** How the first values of a parameter are made. */
@FunctionalInterface
public interface Initializer {
  /** Fills all of {@code values}, which hold a parameter of this shape. */
  void fill(float[] values, Shape shape, Rng rng);

  /** All zero. */
  static Initializer zeros() {
    return (values, _, _) -> Arrays.fill(values, 0f);
  }

  /** Uniform in [-bound, bound). */
  static Initializer uniform(double bound) {
    float scale = (float) bound;
    return (values, _, rng) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (2 * rng.nextFloat() - 1) * scale;
      }
    };
  }
}
