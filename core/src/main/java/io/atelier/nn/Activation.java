package io.atelier.nn;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.util.Locale;

/** The activation functions of the lecture, as layers. */
public enum Activation implements Architecture.Item {
  /** {@code 1 / (1 + e^-x)}. */
  SIGMOID,
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code x Phi(x)}. */
  GELU,
  /** {@code ln(1 + e^x)}. */
  SOFTPLUS,
  /** x above 0, {@code e^x - 1} below. */
  ELU,
  /** The ELU with the scales that keep mean 0 and variance 1. */
  SELU,
  /** The hyperbolic tangent. */
  TANH;

  @Override
  public Shape output(Shape input) {
    return input;
  }

  @Override
  public Tensor forward(Tensor x) {
    return switch (this) {
      case SIGMOID -> x.sigmoid();
      case RELU -> x.relu();
      case GELU -> x.gelu();
      case SOFTPLUS -> x.softplus();
      case ELU -> x.elu(1);
      case SELU -> x.selu();
      case TANH -> x.tanh();
    };
  }

  /** The name in small letters, as in {@code 1000relu}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
