package io.atelier.nn;

import io.atelier.tensor.Initializer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
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
    if (in < 1 || out < 1) {
      throw new IllegalArgumentException(
          "a fully connected layer needs at least one input and one output, got "
              + in
              + " and "
              + out);
    }
    var uniform = Initializer.uniform(1 / Math.sqrt(in));
    return new Linear(
        Parameter.create(Shape.of(out, in), uniform, rng),
        Parameter.create(Shape.of(out), uniform, rng));
  }

  @Override
  public Tensor forward(Tensor x) { // [..., in] -> [..., out]
    return x.linear(weight.value(), bias.value());
  }
}
