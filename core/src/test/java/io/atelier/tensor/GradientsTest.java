package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class GradientsTest {
  private final Parameter a = Parameter.of(Tensor.of(new float[] {1, 2}, 2));
  private final Parameter b = Parameter.of(Tensor.of(new double[] {3}, 1));

  /** Gradient {3, 0} for a and {-4} for b. */
  private Gradients gradients() {
    return a.value()
        .times(Tensor.of(new float[] {3, 0}, 2))
        .sum()
        .backward()
        .plus(b.value().times(-4).sum().backward());
  }

  @Test
  void theNormIsThatOfAllParametersAsOneVector() {
    assertThat(gradients().norm()).isEqualTo(5);
    assertThat(gradients().only(List.of(a)).norm()).isEqualTo(3);
    assertThat(gradients().only(List.of(a)).find(b)).isNull();
  }

  @Test
  void theNormIsWithinDoublePrecisionOfAPlainSum() {
    var rng = Rng.of(7);
    float[] values = new float[1003];
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = rng.nextFloat() * 1e25f; // squares that FLOAT does not hold
      sum += (double) values[i] * values[i];
    }
    var many = Parameter.of(Tensor.zeros(1003));
    var gradients = many.value().times(Tensor.of(values, 1003)).sum().backward();
    assertThat(gradients.norm()).isCloseTo(Math.sqrt(sum), within(1e-12 * Math.sqrt(sum)));
  }

  @Test
  void clippingByNormKeepsTheDirection() {
    var clipped = gradients().clippedByNorm(1);
    assertThat(clipped.of(a).toFloats()).containsExactly(new float[] {0.6f, 0}, within(1e-7f));
    assertThat(clipped.of(b).item()).isCloseTo(-0.8, within(1e-15));
    var same = gradients();
    assertThat(same.clippedByNorm(5)).isSameAs(same);
  }

  @Test
  void clippingByValueBoundsEachDerivative() {
    var clipped = gradients().clippedByValue(3.5);
    assertThat(clipped.of(a).toFloats()).containsExactly(3, 0);
    assertThat(clipped.of(b).item()).isEqualTo(-3.5);
  }

  @Test
  void sumsAndMultiplesAreThoseOfTheLosses() {
    var x = Tensor.of(new float[] {5}, 1).tracked();
    var first = a.value().sum().plus(x.times(2).sum()).backward();
    var sum = first.plus(a.value().squared().sum().backward()).times(0.5);
    assertThat(sum.of(a).toFloats()).containsExactly(1.5f, 2.5f);
    assertThat(sum.of(x).item()).isEqualTo(1);
    assertThat(first.of(a).toFloats()).containsExactly(1, 1);
  }

  @Test
  void markedTensorsAreToldApartAndCountForNoNorm() {
    var x = Tensor.of(new float[] {5}, 1).tracked();
    var y = Tensor.of(new float[] {5}, 1).tracked();
    var gradients = x.times(2).plus(y.times(3)).plus(a.value().sum()).sum().backward();
    assertThat(gradients.of(x).item()).isEqualTo(2);
    assertThat(gradients.of(y).item()).isEqualTo(3);
    assertThat(gradients.norm()).isCloseTo(Math.sqrt(2), within(1e-15));
  }

  @Test
  void keptGradientsOutliveTheirStep() {
    Gradients kept;
    try (var _ = Step.training(Rng.of(1))) {
      kept = a.value().squared().sum().backward().kept();
    }
    assertThat(kept.of(a).toFloats()).containsExactly(2, 4);
  }

  @Test
  void boundsArePositive() {
    assertThatThrownBy(() -> gradients().clippedByNorm(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("clippedByNorm(0.0): the bound must be greater than 0");
    assertThatThrownBy(() -> gradients().clippedByValue(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("clippedByValue(-1.0): the bound must be greater than 0");
  }
}
