package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ActivationsTest {
  private static final double SELU = 1.0507009873554805;
  private static final double SELU_ALPHA = SELU * 1.6732632423543772;

  /** An activation, its values and derivatives far out by their limits, the derivative at 0. */
  record Activation(
      String name,
      UnaryOperator<Tensor> function,
      double low,
      double lowSlope,
      double high,
      double highSlope,
      double slopeAtZero) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Activation> ACTIVATIONS =
      List.of(
          new Activation("relu", Tensor::relu, 0, 0, 1000, 1, 0),
          new Activation("leakyRelu", x -> x.leakyRelu(0.1), -100, 0.1, 1000, 1, 0.1),
          new Activation("positive", Tensor::positive, 0, 0, 1, 0, 0),
          new Activation("sigmoid", Tensor::sigmoid, 0, 0, 1, 0, 0.25),
          new Activation("logSigmoid", Tensor::logSigmoid, -1000, 1, 0, 0, 0.5),
          new Activation("tanh", Tensor::tanh, -1, 0, 1, 0, 1),
          new Activation("softplus", Tensor::softplus, 0, 0, 1000, 1, 0.5),
          new Activation("elu", x -> x.elu(0.7), -0.7, 0, 1000, 1, 0.7),
          new Activation("selu", Tensor::selu, -SELU_ALPHA, 0, 1000 * SELU, SELU, SELU_ALPHA),
          new Activation("gelu", Tensor::gelu, 0, 0, 1000, 1, 0.5),
          new Activation("geluTanh", Tensor::geluTanh, 0, 0, 1000, 1, 0.5),
          new Activation("silu", Tensor::silu, 0, 0, 1000, 1, 0.5),
          new Activation("mish", Tensor::mish, 0, 0, 1000, 1, 0.6),
          new Activation("hardSigmoid", Tensor::hardSigmoid, 0, 0, 1, 0, 1.0 / 6),
          new Activation("hardSwish", Tensor::hardSwish, 0, 0, 1000, 1, 0.5),
          new Activation("normalCdf", Tensor::normalCdf, 0, 0, 1, 0, 0.3989422804014327),
          new Activation("normalDensity", Tensor::normalDensity, 0, 0, 0, 0, 0));

  @Test
  void everyActivationIsAmongThese() {
    var declared =
        Arrays.stream(Activations.class.getDeclaredMethods())
            .filter(method -> method.getReturnType() == Tensor.class && method.isDefault())
            .map(Method::getName);
    assertThat(ACTIVATIONS.stream().map(Activation::name))
        .containsExactlyInAnyOrderElementsOf(declared.toList());
  }

  @ParameterizedTest
  @FieldSource("ACTIVATIONS")
  void limitsAreReachedAtPlusOrMinusAThousand(Activation activation) {
    for (var type : List.of(ElementType.FLOAT, ElementType.DOUBLE)) {
      at(activation, type, -1000, activation.low, activation.lowSlope);
      at(activation, type, 1000, activation.high, activation.highSlope);
    }
  }

  @ParameterizedTest
  @FieldSource("ACTIVATIONS")
  void bothZerosHaveTheDerivativeOfPyTorch(Activation activation) {
    for (var type : List.of(ElementType.FLOAT, ElementType.DOUBLE)) {
      double value = activation.function.apply(scalar(0, type)).item();
      at(activation, type, 0.0, value, activation.slopeAtZero);
      at(activation, type, -0.0, value, activation.slopeAtZero);
    }
  }

  private static void at(
      Activation activation, ElementType type, double x, double value, double slope) {
    double precision = type == ElementType.FLOAT ? 2e-7 : 1e-15;
    assertThat(activation.function.apply(scalar(x, type)).item())
        .isCloseTo(value, within(precision * Math.max(1, Math.abs(value))));
    assertThat(slope(activation.function, x, type)).isCloseTo(slope, within(2 * precision));
  }

  /** The kinks where one of two derivatives must be chosen. */
  @Test
  void kinksOfTheHardFunctionsAreThoseOfPyTorch() {
    for (var type : List.of(ElementType.FLOAT, ElementType.DOUBLE)) {
      assertThat(slope(Tensor::hardSigmoid, -3, type)).isZero();
      assertThat(slope(Tensor::hardSigmoid, 3, type)).isZero();
      assertThat(slope(Tensor::hardSwish, -3, type)).isZero();
      assertThat(slope(Tensor::hardSwish, 3, type)).isEqualTo(1);
    }
  }

  /** Values to six digits, as tables print them. */
  @Test
  void activationsHaveTheTabulatedValues() {
    value(Tensor::sigmoid, 1, 0.731059);
    value(Tensor::gelu, 1, 0.841345);
    value(Tensor::softplus, 1, 1.313262);
    value(Tensor::logSigmoid, 1, -0.313262);
    value(x -> x.elu(1), -1, -0.632121);
    value(Tensor::selu, -1, -1.111331);
    value(Tensor::tanh, 0.5, 0.462117);
    value(Tensor::relu, -3, 0);
    value(Tensor::silu, 1, 0.731059);
    value(Tensor::hardSigmoid, 1, 0.666667);
    value(Tensor::hardSwish, 1, 0.666667);
    value(Tensor::normalDensity, 1, 0.241971);
  }

  @Test
  void whatIsNotANumberStaysSo() {
    var x = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}, 3);
    assertThat(x.relu().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0);
    assertThat(x.tanh().toFloats()).containsExactly(Float.NaN, 1, -1);
    assertThat(x.hardSigmoid().toFloats()).containsExactly(Float.NaN, 1, 0);
    assertThat(x.logSigmoid().toFloats())
        .usingComparatorWithPrecision(0f)
        .containsExactly(Float.NaN, 0, Float.NEGATIVE_INFINITY);
  }

  private static void value(UnaryOperator<Tensor> function, double x, double expected) {
    for (var type : List.of(ElementType.FLOAT, ElementType.DOUBLE)) {
      assertThat(function.apply(scalar(x, type)).item()).isCloseTo(expected, within(6e-7));
    }
  }

  private static double slope(UnaryOperator<Tensor> function, double x, ElementType type) {
    var point = scalar(x, type).tracked();
    return function.apply(point).sum().backward().of(point).item();
  }

  private static Tensor scalar(double x, ElementType type) {
    return Tensor.of(new double[] {x}).to(type);
  }
}
