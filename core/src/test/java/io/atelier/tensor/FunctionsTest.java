package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class FunctionsTest {
  /** Values to nine digits: Abramowitz and Stegun, tables 4.2, 4.4 and 7.1. */
  @Test
  void functionsHaveTheTabulatedValues() {
    value(Tensor::erf, 0.5, 0.520499878);
    value(Tensor::erf, 1, 0.842700793);
    value(Tensor::erf, -2, -0.995322265);
    value(Tensor::log1p, 1, 0.693147181);
    value(Tensor::expm1, 1, 1.718281828);
    value(Tensor::exp, 1, 2.718281828);
    value(Tensor::log, 2, 0.693147181);
    value(x -> x.power(0.5), 2, 1.414213562);
  }

  /** {@code x - x^2/2} and {@code x + x^2/2}, whose next term is below the precision. */
  @Test
  void smallArgumentsKeepTheirDigits() {
    var x = Tensor.of(new double[] {1e-8});
    assertThat(x.log1p().item()).isCloseTo(1e-8 - 5e-17, within(4e-24));
    assertThat(x.expm1().item()).isCloseTo(1e-8 + 5e-17, within(4e-24));
    var single = Tensor.of(new float[] {1e-4f});
    double exact = 1e-4f;
    assertThat(single.log1p().item()).isCloseTo(exact - exact * exact / 2, within(1e-11));
    assertThat(single.expm1().item()).isCloseTo(exact + exact * exact / 2, within(1e-11));
  }

  @Test
  void endsOfTheRangesHaveTheirLimits() {
    for (var type : List.of(ElementType.FLOAT, ElementType.DOUBLE)) {
      both(Tensor::expm1, -1000, type, -1, 0);
      both(Tensor::erf, -1000, type, -1, 0);
      both(Tensor::erf, 1000, type, 1, 0);
      both(Tensor::log1p, 0, type, 0, 1);
      both(Tensor::expm1, 0, type, 0, 1);
      both(Tensor::log1p, -1, type, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
      assertThat(Tensor.of(new double[] {-2}).to(type).log1p().item()).isNaN();
    }
    double slope = slope(Tensor::erf, 0, ElementType.DOUBLE);
    assertThat(slope).isEqualTo(2 / Math.sqrt(Math.PI));
  }

  @Test
  void specialValuesPassThrough() {
    var x = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}, 3);
    assertThat(x.exp().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0);
    assertThat(x.expm1().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, -1);
    assertThat(x.log().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, Float.NaN);
    assertThat(x.log1p().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, Float.NaN);
    assertThat(x.erf().toFloats()).containsExactly(Float.NaN, 1, -1);
    var edges = Tensor.of(new float[] {0, -1, Float.MIN_VALUE}, 3).log().toFloats();
    assertThat(edges[0]).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(edges[1]).isNaN();
    assertThat(edges[2]).isEqualTo((float) StrictMath.log(Float.MIN_VALUE));
  }

  @Test
  void wholeNumbersAreRefused() {
    assertThatThrownBy(() -> Tensor.of(new int[] {1, 2}, 2).exp())
        .isInstanceOf(ShapeException.class)
        .hasMessage("exp(INT [2]): needs FLOAT or DOUBLE operands; to(FLOAT) converts");
  }

  private static void value(UnaryOperator<Tensor> function, double x, double expected) {
    var point = Tensor.of(new double[] {x});
    assertThat(function.apply(point).item()).isCloseTo(expected, within(6e-10));
    assertThat(function.apply(point.to(ElementType.FLOAT)).item())
        .isCloseTo(expected, within(3e-7));
  }

  private static void both(
      UnaryOperator<Tensor> function, double x, ElementType type, double value, double slope) {
    assertThat(function.apply(Tensor.of(new double[] {x}).to(type)).item()).isEqualTo(value);
    assertThat(slope(function, x, type)).isEqualTo(slope);
  }

  private static double slope(UnaryOperator<Tensor> function, double x, ElementType type) {
    var point = Tensor.of(new double[] {x}).to(type).tracked();
    return function.apply(point).sum().backward().of(point).item();
  }
}
