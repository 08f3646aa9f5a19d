package io.atelier.nn;

import io.atelier.tensor.Initializer;
import io.atelier.tensor.Padding;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of images or signals: what each filter sees through a window at all its places.
 *
 * <p>Shapes: x [N, C, H, W] or [N, C, L]; weight [F, C/groups, h, w] or [F, C/groups, l]; bias [F];
 * y [N, F, H', W'] or [N, F, L'], sizes by {@link Window#outputs}.
 *
 * @param weight one small image for each filter and each channel that it sees
 * @param bias [F], or null where a normalisation follows
 * @param window how the filters move
 * @param groups parts of the channels that are seen by a part of the filters each
 * @param edge what stands beyond the edge of the image, or null for zeros
 */
public record Convolution(
    Parameter weight, @Nullable Parameter bias, Window window, int groups, @Nullable Padding edge)
    implements Layer {
  /** With zeros beyond the edge. */
  public Convolution(Parameter weight, @Nullable Parameter bias, Window window, int groups) {
    this(weight, bias, window, groups, null);
  }

  /** The same weights with the image continued beyond its edge, as far as the window is padded. */
  public Convolution edge(Padding newEdge) {
    return new Convolution(weight, bias, window, groups, newEdge);
  }

  /**
   * A new layer on images, weight and bias uniform in {@code +-1/sqrt(C h w)} as PyTorch has it.
   *
   * @param channels of the images, at least 1
   * @param filters channels of the output, at least 1
   */
  public static Convolution create(int channels, int filters, Window window, Rng rng) {
    return Filters.of(filters, window).create(Shape.of(channels, 1, 1), rng);
  }

  /** The parameters of a new layer: a window over {@code axes} axes. */
  static Convolution create(int channels, int axes, Filters plan, Rng rng) {
    int groups = plan.groups();
    if (channels < 1 || channels % groups != 0) {
      throw new ShapeException(
          "convolution(" + plan + ")",
          "the channels of the input ("
              + channels
              + ") must be divisible by groups ("
              + groups
              + ")");
    }
    var window = plan.window().over(axes);
    int[] sizes = new int[2 + axes];
    sizes[0] = plan.filters();
    sizes[1] = channels / groups;
    for (int axis = 0; axis < axes; axis++) {
      sizes[2 + axis] = window.sizeAlong(axis);
    }
    var shape = Shape.of(sizes);
    var uniform = Initializer.uniform(1 / Math.sqrt((double) shape.count() / plan.filters()));
    return new Convolution(
        Parameter.create(shape, uniform, rng),
        plan.biased() ? Parameter.create(Shape.of(plan.filters()), uniform, rng) : null,
        plan.window(),
        groups);
  }

  /**
   * The shape [F, H', W'] or [F, L'].
   *
   * @throws ShapeException if the input has other channels than the weight, or is smaller than the
   *     window
   */
  @Override
  public Shape output(Shape input) { // [C, H, W] -> [F, H', W']
    int axes = weight.shape().rank() - 2;
    int channels = weight.shape().size(1) * groups;
    if (input.rank() != axes + 1 || input.size(0) != channels) {
      throw new ShapeException(
          "convolution(" + input + ", " + weight.shape() + ")",
          "needs an input of "
              + channels
              + (channels == 1 ? " channel" : " channels")
              + (axes == 1 ? ", [C, L]" : ", [C, H, W]"));
    }
    int[] sizes = input.toArray();
    sizes[0] = weight.shape().size(0);
    var over = window.over(axes);
    for (int axis = 0; axis < axes; axis++) {
      sizes[1 + axis] = over.outputs(axis, input.size(1 + axis));
    }
    if (Arrays.stream(sizes).anyMatch(size -> size < 1)) {
      throw new ShapeException(
          "convolution(" + input + ", " + weight.shape() + ")",
          "the window " + window + " does not fit into the image");
    }
    return Shape.of(sizes);
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, F, H', W']
    return padded(x).convolution(weight.value(), shift(), moved(), groups);
  }

  /** The output after ReLU in one pass. */
  Tensor forwardRelu(Tensor x) { // [N, C, H, W] -> [N, F, H', W']
    return padded(x).convolutionRelu(weight.value(), shift(), moved(), groups);
  }

  private @Nullable Tensor shift() {
    return bias == null ? null : bias.value();
  }

  private Tensor padded(Tensor x) {
    return edge == null ? x : x.pad(window, edge);
  }

  private Window moved() {
    return edge == null ? window : window.unpadded();
  }
}
