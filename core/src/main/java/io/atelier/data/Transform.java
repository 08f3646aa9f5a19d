package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.Optional;

/**
 * A change of an image, as a value: {@code new Geometry.Rotate(10)}. {@link Transforms} are several
 * in order, and their text. Immutable.
 *
 * <p>An image is FLOAT [C, H, W], its values within 0 to 1 until {@link Normalize} changes that;
 * what comes into view from outside it is 0.
 */
public sealed interface Transform
    permits Colour, Crop, CutOut, Geometry, Invert, Noise, Normalize, RandomCrop, Resize {
  /**
   * The image changed; what is random is drawn from {@code rng}.
   *
   * <p>Shapes: [C, H, W] -> {@link #output}.
   */
  Tensor apply(Tensor image, Rng rng);

  /**
   * The shape of the result for an image of this shape.
   *
   * @throws ShapeException if it cannot be applied to such an image
   */
  default Shape output(Shape image) {
    return image;
  }

  /** What is left of it where a network is judged: itself, or nothing if it is random. */
  Optional<Transform> evaluation();

  /** As {@link Transforms#parse} reads it. */
  @Override
  String toString();
}
