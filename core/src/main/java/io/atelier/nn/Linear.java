package io.atelier.nn;

import io.atelier.tensor.Initializer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;

/**
 * A fully connected layer: {@code y = x W^T + b}.
 *
 * <p>Shapes: x [..., in]; weight [out, in]; bias [out]; y [..., out].
 *
 * @param weight [out, in]
 * @param bias [out]
 */
public record Linear(Parameter weight, Parameter bias) implements Layer {
  /**
   * A new layer, weight and bias uniform in {@code +-1/sqrt(in)} as PyTorch has it.
   *
   * @param in the number of inputs, at least 1
   * @param out the number of outputs, at least 1
   */
  public static Linear create(int in, int out, Rng rng) {
    var uniform = Initializer.uniform(1 / Math.sqrt(in));
    return create(in, out, uniform, uniform, rng);
  }

  /**
   * A new layer with other first weights; the bias is zero.
   *
   * @param in the number of inputs, at least 1
   * @param out the number of outputs, at least 1
   */
  public static Linear create(int in, int out, Initializer weight, Rng rng) {
    return create(in, out, weight, Initializer.zeros(), rng);
  }

  private static Linear create(int in, int out, Initializer weight, Initializer bias, Rng rng) {
    if (in < 1 || out < 1) {
      throw new IllegalArgumentException(
          "a fully connected layer needs at least one input and one output, got "
              + in
              + " and "
              + out);
    }
    return new Linear(
        Parameter.create(Shape.of(out, in), weight, rng),
        Parameter.create(Shape.of(out), bias, rng));
  }

  /**
   * The shape [..., out].
   *
   * @throws ShapeException if the last size of the input differs from the weight's
   */
  @Override
  public Shape output(Shape input) { // [..., in] -> [..., out]
    if (input.rank() == 0 || input.size(-1) != weight.shape().size(1)) {
      throw new ShapeException(
          "linear(" + input + ", " + weight.shape() + ")",
          "the last size of x must equal the inputs of the layer (" + weight.shape().size(1) + ")");
    }
    return input.with(-1, weight.shape().size(0));
  }

  @Override
  public Tensor forward(Tensor x) { // [..., in] -> [..., out]
    return x.linear(weight.value(), bias.value());
  }

  /** The output after ReLU, {@code max(x W^T + b, 0)}, in one pass. */
  Tensor forwardRelu(Tensor x) { // [..., in] -> [..., out]
    return x.linearRelu(weight.value(), bias.value());
  }
}
