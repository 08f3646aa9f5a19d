package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.StepException;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayersTest {
  /** A model as a user writes one. */
  private record Mlp(Linear hidden, List<Linear> rest) implements Layer {
    @Override
    public Tensor forward(Tensor x) {
      return rest.getFirst().forward(hidden.forward(x).relu());
    }
  }

  @Test
  void linearEqualsTheTripleLoop() {
    var layer = Linear.create(5, 3, Rng.of(1));
    float[] x = {1, -2, 3, 0.5f, 4, 2, 2, -1, 0, 1};
    float[] w = layer.weight().value().toFloats();
    float[] b = layer.bias().value().toFloats();
    float[] y = layer.forward(Tensor.of(x, 2, 5)).toFloats();
    for (int n = 0; n < 2; n++) {
      for (int j = 0; j < 3; j++) {
        double sum = b[j];
        for (int i = 0; i < 5; i++) {
          sum += (double) w[j * 5 + i] * x[n * 5 + i];
        }
        assertThat((double) y[n * 3 + j]).isCloseTo(sum, within(1e-6));
      }
    }
  }

  @Test
  void initialWeightsAreUniformWithinOneOverTheRootOfTheInputs() {
    float[] w = Linear.create(100, 200, Rng.of(5)).weight().value().toFloats();
    double square = 0;
    for (float value : w) {
      assertThat(Math.abs(value)).isLessThanOrEqualTo(0.1f);
      square += value * value;
    }
    assertThat(square / w.length).isCloseTo(0.01 / 3, within(1e-4)); // variance of the uniform
  }

  @Test
  void pathsFollowTheRecord() {
    var rng = Rng.of(0);
    var model = new Mlp(Linear.create(2, 3, rng), List.of(Linear.create(3, 1, rng)));
    assertThat(Modules.parameters(model).keySet())
        .containsExactly("hidden.weight", "hidden.bias", "rest.0.weight", "rest.0.bias");
  }

  @Test
  void aSharedParameterIsCountedOnce() {
    var layer = Linear.create(3, 3, Rng.of(0));
    assertThat(Modules.count(Sequential.of(layer, Tensor::tanh, layer))).isEqualTo(12);
  }

  @Test
  void dropoutKeepsTheMeanInTrainingAndTheValuesInInference() {
    var ones = new float[100_000];
    Arrays.fill(ones, 1);
    var x = Tensor.of(ones, ones.length);
    var dropout = new Dropout(0.25);
    try (var _ = Step.training(Rng.of(3))) {
      var y = dropout.forward(x);
      assertThat(y.mean().item()).isCloseTo(1, within(0.01));
      assertThat(y.positive().mean().item()).isCloseTo(0.75, within(0.01));
      assertThat(dropout.forward(x).toFloats()).isNotEqualTo(y.toFloats());
    }
    try (var _ = Step.inference()) {
      assertThat(dropout.forward(x)).isSameAs(x);
    }
    assertThatThrownBy(() -> dropout.forward(x))
        .isInstanceOf(StepException.class)
        .hasMessage(
            "dropout differs between training and inference: call it inside Step.training(rng) or"
                + " Step.inference()");
  }

  @Test
  void anInferenceStepThatRecordsGivesTheDerivativesOfTheNetworkAsItIsUsed() {
    var plain = Sequential.of(Linear.create(70, 200, Rng.of(2)), Activation.TANH);
    var dropping = Sequential.of(new Dropout(0.5), plain, new Dropout(0.5));
    var x = Rng.of(3).uniform(-1, 1, 2, 70).tracked();
    float[] expected = plain.forward(x).sum().backward().of(x).toFloats();
    for (int use = 0; use < 3; use++) {
      try (var _ = Step.inference().recording()) {
        assertThat(dropping.forward(x).sum().backward().of(x).toFloats()).isEqualTo(expected);
      }
    }
  }

  @Test
  void lossesHaveTheirClosedForms() {
    var logits = Tensor.of(new float[30], 3, 10);
    var labels = Tensor.of(new int[] {1, 2, 3}, 3);
    assertThat(Loss.crossEntropy(logits, labels).item())
        .isCloseTo(StrictMath.log(10), within(1e-6));
    var prediction = Tensor.of(new float[] {1, 2}, 2);
    var truth = Tensor.of(new float[] {0, 4}, 2);
    assertThat(Loss.meanSquaredError(prediction, truth).item()).isEqualTo(2.5);
  }

  @Test
  void servingReadsCopiedWeightsWithTheSameBitsUntilTheyChange() {
    var layer = Linear.create(70, 200, Rng.of(2));
    var x = Rng.of(3).uniform(-1, 1, 2, 70);
    float[] expected = layer.forward(x).toFloats();
    try (var _ = Step.inference()) {
      for (int use = 0; use < 3; use++) {
        assertThat(layer.forward(x).toFloats()).isEqualTo(expected);
      }
    }
    layer.weight().set(layer.weight().value().times(2));
    float[] changed = layer.forward(x).toFloats();
    try (var _ = Step.inference()) {
      for (int use = 0; use < 3; use++) {
        assertThat(layer.forward(x).toFloats()).isEqualTo(changed);
      }
    }
  }
}
