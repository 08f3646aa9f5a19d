package io.atelier.models;

import io.atelier.nn.BatchNorm;
import io.atelier.nn.Convolution;
import io.atelier.nn.Layer;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Initializer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * A residual block of two convolutions: {@code relu(bn2(conv2(relu(bn1(conv1(x))))) +
 * shortcut(x))}.
 *
 * <p>Shapes: x [N, in, H, W]; y [N, C, H/stride, W/stride]. The shortcut is x itself where the
 * shapes agree, else a convolution of 1 x 1 and batch normalisation.
 *
 * <p>Source: He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition", figure 5
 * left; named as torchvision's {@code BasicBlock}.
 */
public record BasicBlock(
    Convolution conv1,
    BatchNorm bn1,
    Convolution conv2,
    BatchNorm bn2,
    @Nullable Sequential downsample)
    implements Layer {
  /** A new block. */
  static BasicBlock create(int in, int channels, int stride, Rng rng) {
    var window = Window.of(3).padding(1);
    return new BasicBlock(
        convolution(in, channels, window.stride(stride), rng),
        BatchNorm.create(channels),
        convolution(channels, channels, window, rng),
        BatchNorm.create(channels),
        stride == 1 && in == channels
            ? null
            : Sequential.of(
                convolution(in, channels, Window.of(1).stride(stride), rng),
                BatchNorm.create(channels)));
  }

  /** A convolution before batch normalisation and ReLU: without bias, weights by He. */
  static Convolution convolution(int in, int channels, Window window, Rng rng) {
    var shape = Shape.of(channels, in, window.sizeAlong(0), window.sizeAlong(0));
    return new Convolution(Parameter.create(shape, Initializer.heNormal(), rng), null, window, 1);
  }

  @Override
  public Shape output(Shape input) {
    return conv2.output(conv1.output(input));
  }

  @Override
  public Tensor forward(Tensor x) { // [N, in, H, W] -> [N, C, H/stride, W/stride]
    var inner = bn1.forward(conv1.forward(x)).relu();
    var residual = bn2.forward(conv2.forward(inner));
    return residual.plus(downsample == null ? x : downsample.forward(x)).relu();
  }
}
