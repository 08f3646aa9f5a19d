package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CriterionTest {
  private static final Tensor LOGITS = Op.Sample.uniform(-3, 3, 5, 17);
  private static final Tensor LABELS = Tensor.of(new int[] {0, 16, 3, 3, 8}, 5);

  @Test
  void theDerivativeInOnePassHasTheBitsOfTheOneInTensorOperations() {
    var logits = LOGITS.to(ElementType.FLOAT).tracked();
    var losses = Criterion.crossEntropy(logits, LABELS);
    var upstream = Op.Sample.uniform(-1, 1, 5).to(ElementType.FLOAT);
    var inOnePass = losses.backward(upstream).of(logits);
    var composed = losses.recordedBackward(upstream).of(logits);
    assertThat(inOnePass.isTracked()).isFalse();
    assertThat(composed.isTracked()).isTrue();
    assertThat(inOnePass.toFloats()).isEqualTo(composed.toFloats());
  }

  @Test
  void theSecondDerivativeIsThatOfLogSumExp() {
    var x = Op.Sample.uniform(-2, 2, 4);
    var label = Tensor.of(new int[] {2});
    double[] p = x.softmax().toDoubles();
    for (var type : new ElementType[] {ElementType.DOUBLE, ElementType.FLOAT}) {
      var hessian = Derivatives.hessian(y -> Criterion.crossEntropy(y, label), x.to(type));
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          double expected = (i == j ? p[i] : 0) - p[i] * p[j];
          assertThat(hessian.number(4 * i + j)).isCloseTo(expected, within(1e-6));
        }
      }
    }
  }

  @Test
  void logitsOfAThousandNeitherOverflowNorVanish() {
    var logits = Tensor.of(new float[] {1000, -1000, -1000, 1000, 1000, 1000}, 3, 2).tracked();
    var losses = Criterion.crossEntropy(logits, Tensor.of(new int[] {0, 0, 1}, 3));
    assertThat(losses.toFloats()).containsExactly(0f, 2000f, (float) StrictMath.log(2));
    assertThat(losses.sum().backward().of(logits).toFloats())
        .containsExactly(0, 0, -1, 1, 0.5f, -0.5f);
  }

  @Test
  void labelsOfAnotherShapeAreRefused() {
    assertThatThrownBy(() -> Criterion.crossEntropy(LOGITS, LABELS.reshape(5, 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "crossEntropy(DOUBLE [5, 17], INT [5, 1]): needs one INT or LONG label for each row\n"
                + "  rule: [..., K], INT [...] -> [...]");
  }
}
