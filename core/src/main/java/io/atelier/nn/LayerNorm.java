package io.atelier.nn;

import io.atelier.tensor.Parameter;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalisation of each example over its last axes: {@code y = (x - mean) / sqrt(variance +
 * epsilon) weight + bias}, with the biased variance. The same in training and inference.
 *
 * <p>Shapes: x [..., D...]; weight, bias [D...]; y as x.
 *
 * <p>Source: Ba, Kiros, Hinton 2016, "Layer Normalization".
 *
 * @param shape of the last axes, [D...]
 * @param weight [D...], or null for 1
 * @param bias [D...], or null for 0
 * @param epsilon added to the variance
 */
public record LayerNorm(
    Shape shape, @Nullable Parameter weight, @Nullable Parameter bias, double epsilon)
    implements Layer {
  /** Checks epsilon. */
  public LayerNorm {
    Affine.requireEpsilon(epsilon);
  }

  /**
   * A new layer: weight 1, bias 0, epsilon 1e-5, as PyTorch has it.
   *
   * @param sizes of the last axes, one or several
   */
  public static LayerNorm create(int... sizes) {
    return new LayerNorm(
        Shape.of(sizes),
        Parameter.of(Tensor.ones(sizes)),
        Parameter.of(Tensor.zeros(sizes)),
        Affine.EPSILON);
  }

  /** The same cells with another epsilon. */
  public LayerNorm epsilon(double newEpsilon) {
    return new LayerNorm(shape, weight, bias, newEpsilon);
  }

  /** The same without weight and bias. */
  public LayerNorm withoutAffine() {
    return new LayerNorm(shape, null, null, epsilon);
  }

  /**
   * The shape of the input.
   *
   * @throws ShapeException if its last axes are not those of the layer
   */
  @Override
  public Shape output(Shape input) { // [..., D...] -> [..., D...]
    boolean fits = input.rank() >= shape.rank();
    for (int axis = 1; fits && axis <= shape.rank(); axis++) {
      fits = input.size(-axis) == shape.size(-axis);
    }
    if (!fits) {
      throw new ShapeException(
          "layerNorm(" + input + ")", "the last sizes of an example must be " + shape);
    }
    return input;
  }

  @Override
  public Tensor forward(Tensor x) { // [..., D...] -> [..., D...]
    return x.layerNorm(Affine.value(weight, 1, shape, x), Affine.value(bias, 0, shape, x), epsilon);
  }
}
