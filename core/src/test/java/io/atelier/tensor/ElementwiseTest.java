package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
  /** Values to six digits, as tables print them. */
  @Test
  void activationsHaveTheTabulatedValues() {
    both(Tensor::sigmoid, 1, 0.731059);
    both(Tensor::gelu, 1, 0.841345);
    both(Tensor::softplus, 1, 1.313262);
    both(x -> x.elu(1), -1, -0.632121);
    both(Tensor::selu, -1, -1.111331);
    both(Tensor::tanh, 0.5, 0.462117);
    both(Tensor::relu, -3, 0);
  }

  @Test
  void nothingOverflowsAtPlusOrMinusAThousand() {
    both(Tensor::sigmoid, 1000, 1);
    both(Tensor::sigmoid, -1000, 0);
    both(Tensor::gelu, 1000, 1000);
    both(Tensor::gelu, -1000, 0);
    both(Tensor::softplus, 1000, 1000);
    both(Tensor::softplus, -1000, 0);
    both(x -> x.elu(1), -1000, -1);
    both(Tensor::selu, -1000, -1.758099);
    both(Tensor::tanh, 1000, 1);
    both(Tensor::tanh, -1000, -1);
  }

  @Test
  void derivativesAreFiniteAtPlusOrMinusAThousand() {
    slope(Tensor::sigmoid, 1000, 0);
    slope(Tensor::sigmoid, -1000, 0);
    slope(Tensor::gelu, 1000, 1);
    slope(Tensor::gelu, -1000, 0);
    slope(Tensor::softplus, 1000, 1);
    slope(Tensor::softplus, -1000, 0);
    slope(x -> x.elu(1), 1000, 1);
    slope(x -> x.elu(1), -1000, 0);
    slope(Tensor::tanh, 1000, 0);
    slope(Tensor::relu, 0, 0);
  }

  @Test
  void specialValuesPassThrough() {
    var x = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}, 3);
    assertThat(x.exp().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0);
    assertThat(x.log().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, Float.NaN);
    assertThat(x.relu().toFloats()).containsExactly(Float.NaN, Float.POSITIVE_INFINITY, 0);
    assertThat(x.tanh().toFloats()).containsExactly(Float.NaN, 1, -1);
    var edges = Tensor.of(new float[] {0, -1, Float.MIN_VALUE}, 3).log().toFloats();
    assertThat(edges[0]).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(edges[1]).isNaN();
    assertThat(edges[2]).isEqualTo((float) StrictMath.log(Float.MIN_VALUE));
  }

  private static void both(UnaryOperator<Tensor> function, double x, double expected) {
    assertThat(function.apply(Tensor.of(new double[] {x}, 1)).item())
        .isCloseTo(expected, within(6e-7));
    assertThat(function.apply(Tensor.of(new float[] {(float) x}, 1)).item())
        .isCloseTo(expected, within(6e-7));
  }

  private static void slope(UnaryOperator<Tensor> function, double x, double expected) {
    for (var type : new ElementType[] {ElementType.FLOAT, ElementType.DOUBLE}) {
      var point = Tensor.of(new double[] {x}, 1).to(type).tracked();
      assertThat(function.apply(point).sum().backward().of(point).item()).isEqualTo(expected);
    }
  }
}
