package io.atelier.nn;

import io.atelier.tensor.Initializer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * The transpose of a convolution, which makes images larger; {@link Tensor#transposedConvolution}.
 *
 * <p>Shapes: x [N, C, H, W]; weight [C, F/groups, h, w]; bias [F]; y [N, F, H', W'] with {@code H'
 * = (H - 1) stride + reach - padding}.
 *
 * @param weight one small image for each channel and each filter that it reaches
 * @param bias [F], or null where a normalisation follows
 * @param window how each element spreads
 * @param groups parts of the channels that reach a part of the filters each
 */
public record TransposedConvolution(
    Parameter weight, @Nullable Parameter bias, Window window, int groups) implements Layer {
  /**
   * A new layer in one group, weight and bias uniform in {@code +-1/sqrt(F h w)} as PyTorch has it.
   *
   * @param channels of the images, at least 1
   * @param filters channels of the output, at least 1
   */
  public static TransposedConvolution create(int channels, int filters, Window window, Rng rng) {
    if (channels < 1 || filters < 1) {
      throw new IllegalArgumentException(
          "a transposed convolution needs at least one channel and one filter, got "
              + channels
              + " and "
              + filters);
    }
    var over = window.over(2);
    var shape = Shape.of(channels, filters, over.sizeAlong(0), over.sizeAlong(1));
    var uniform = Initializer.uniform(1 / Math.sqrt((double) shape.count() / channels));
    return new TransposedConvolution(
        Parameter.create(shape, uniform, rng),
        Parameter.create(Shape.of(filters), uniform, rng),
        window,
        1);
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, F, H', W']
    return x.transposedConvolution(
        weight.value(), bias == null ? null : bias.value(), window, groups);
  }
}
