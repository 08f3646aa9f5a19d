package io.atelier.nn;

import io.atelier.tensor.Parameter;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Instance normalisation: mean and biased variance of each channel of each example, {@code y = (x -
 * mean) / sqrt(variance + epsilon) weight + bias}. The same in training and inference.
 *
 * <p>Shapes: x [N, C, ...]; weight, bias [C]; y as x.
 *
 * <p>Source: Ulyanov, Vedaldi, Lempitsky 2016, "Instance Normalization".
 *
 * @param channels C
 * @param weight [C], or null for 1
 * @param bias [C], or null for 0
 * @param epsilon added to the variance
 */
public record InstanceNorm(
    int channels, @Nullable Parameter weight, @Nullable Parameter bias, double epsilon)
    implements Layer {
  /** Checks epsilon. */
  public InstanceNorm {
    Affine.requireEpsilon(epsilon);
  }

  /**
   * A new layer: weight 1, bias 0, epsilon 1e-5. PyTorch's default is {@link #withoutAffine}, its
   * {@code affine=True} this.
   */
  public static InstanceNorm create(int channels) {
    return new InstanceNorm(
        channels,
        Parameter.of(Tensor.ones(channels)),
        Parameter.of(Tensor.zeros(channels)),
        Affine.EPSILON);
  }

  /** The same cells with another epsilon. */
  public InstanceNorm epsilon(double newEpsilon) {
    return new InstanceNorm(channels, weight, bias, newEpsilon);
  }

  /** The same without weight and bias. */
  public InstanceNorm withoutAffine() {
    return new InstanceNorm(channels, null, null, epsilon);
  }

  /**
   * The shape of the input.
   *
   * @throws ShapeException if it has another number of channels
   */
  @Override
  public Shape output(Shape input) { // [C, ...] -> [C, ...]
    Affine.requireChannels("instanceNorm", input, channels);
    return input;
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, ...] -> [N, C, ...]
    var shape = Shape.of(channels);
    return x.groupNorm(
        channels, Affine.value(weight, 1, shape, x), Affine.value(bias, 0, shape, x), epsilon);
  }
}
