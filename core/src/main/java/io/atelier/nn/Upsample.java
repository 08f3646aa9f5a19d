package io.atelier.nn;

import io.atelier.tensor.Interpolation;
import io.atelier.tensor.Tensor;

/**
 * Images or signals so many times as large; {@link Tensor#upsample}. To a size that is given there
 * is {@code x -> x.resize(...)}.
 *
 * <p>Shapes: [N, C, H, W] -> [N, C, factor H, factor W]; [N, C, L] -> [N, C, factor L].
 *
 * @param factor at least 1
 * @param how new values are found
 */
public record Upsample(int factor, Interpolation how) implements Layer {
  /** Checks the factor. */
  public Upsample {
    if (factor < 1) {
      throw new IllegalArgumentException(
          "the factor of upsampling must be at least 1, got " + factor);
    }
  }

  /** So many times as large, each value repeated. */
  public static Upsample by(int factor) {
    return new Upsample(factor, Interpolation.NEAREST);
  }

  /** The same with another way to find new values. */
  public Upsample how(Interpolation interpolation) {
    return new Upsample(factor, interpolation);
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, C, factor H, factor W]
    return x.upsample(factor, how);
  }
}
