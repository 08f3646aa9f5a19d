package io.atelier.nn;

import io.atelier.tensor.Parameter;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What normalisations share: a weight and a bias that may be left out, and checks. */
final class Affine {
  /** What PyTorch adds to a variance. */
  static final double EPSILON = 1e-5;

  private Affine() {}

  /** The values of a parameter, or one number everywhere, of the element type of x. */
  static Tensor value(@Nullable Parameter parameter, double number, Shape shape, Tensor x) {
    return parameter == null
        ? Tensor.full(x.elementType(), number, shape.toArray())
        : parameter.value();
  }

  static void requireEpsilon(double epsilon) {
    if (!(epsilon >= 0)) {
      throw new IllegalArgumentException(
          "the epsilon of a normalisation must be at least 0, got " + epsilon);
    }
  }

  /** Refuses an example [C, ...] with another number of channels. */
  static void requireChannels(String layer, Shape input, int channels) {
    if (input.rank() == 0 || input.size(0) != channels) {
      throw new ShapeException(
          layer + "(" + input + ")",
          "the first size of an example must equal the channels of the layer (" + channels + ")");
    }
  }
}
