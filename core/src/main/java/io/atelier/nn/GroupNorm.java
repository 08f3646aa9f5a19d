package io.atelier.nn;

import io.atelier.tensor.Parameter;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Group normalisation: mean and biased variance of each example over each group of neighbouring
 * channels, {@code y = (x - mean) / sqrt(variance + epsilon) weight + bias}. The same in training
 * and inference.
 *
 * <p>Shapes: x [N, C, ...]; weight, bias [C]; y as x.
 *
 * <p>Source: Wu and He 2018, "Group Normalization".
 *
 * @param groups which divide the channels
 * @param channels C
 * @param weight [C], or null for 1
 * @param bias [C], or null for 0
 * @param epsilon added to the variance
 */
public record GroupNorm(
    int groups, int channels, @Nullable Parameter weight, @Nullable Parameter bias, double epsilon)
    implements Layer {
  /** Checks the numbers. */
  public GroupNorm {
    if (groups < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          "the groups must divide the channels, got " + groups + " and " + channels);
    }
    Affine.requireEpsilon(epsilon);
  }

  /** A new layer: weight 1, bias 0, epsilon 1e-5, as PyTorch has it. */
  public static GroupNorm create(int groups, int channels) {
    return new GroupNorm(
        groups,
        channels,
        Parameter.of(Tensor.ones(channels)),
        Parameter.of(Tensor.zeros(channels)),
        Affine.EPSILON);
  }

  /** The same cells with another epsilon. */
  public GroupNorm epsilon(double newEpsilon) {
    return new GroupNorm(groups, channels, weight, bias, newEpsilon);
  }

  /** The same without weight and bias. */
  public GroupNorm withoutAffine() {
    return new GroupNorm(groups, channels, null, null, epsilon);
  }

  /**
   * The shape of the input.
   *
   * @throws ShapeException if it has another number of channels
   */
  @Override
  public Shape output(Shape input) { // [C, ...] -> [C, ...]
    Affine.requireChannels("groupNorm", input, channels);
    return input;
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, ...] -> [N, C, ...]
    var shape = Shape.of(channels);
    return x.groupNorm(
        groups, Affine.value(weight, 1, shape, x), Affine.value(bias, 0, shape, x), epsilon);
  }
}
