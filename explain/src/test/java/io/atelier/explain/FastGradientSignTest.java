package io.atelier.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.data.ByteDataset;
import io.atelier.nn.Activation;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FastGradientSignTest {
  /** Two classes: the logit of class 1 less that of class 0 is {@code w . x}, w = (1, -2, 0, 4). */
  private static final Layer LINEAR =
      new Linear(
          Parameter.of(Tensor.of(new float[] {0, 0, 0, 0, 1, -2, 0, 4}, 2, 4)),
          Parameter.of(Tensor.of(new float[] {0, 0}, 2)));

  @Test
  void aLinearModelIsMovedAlongTheSignsOfItsWeights() {
    var x = Tensor.of(new float[] {0.5f, 0.5f, 0.5f, 0.5f, 0.05f, 0.95f, 0.5f, 0.5f}, 2, 4);
    var changed = FastGradientSign.of(0.125).attack(LINEAR, x, Tensor.of(new int[] {1, 0}, 2));
    assertThat(changed.toFloats()) // of the second every change helps class 1, and 0 and 1 are ends
        .containsExactly(0.375f, 0.625f, 0.5f, 0.375f, 0.175f, 0.825f, 0.5f, 0.625f);
    var clipped = FastGradientSign.of(0.125).attack(LINEAR, x, Tensor.of(new int[] {0, 1}, 2));
    assertThat(clipped.toFloats())
        .containsExactly(0.625f, 0.375f, 0.5f, 0.625f, 0, 1, 0.5f, 0.375f);
  }

  @Test
  void stepsOnALinearModelEndWhereOneStepDoes() {
    var x = Rng.of(1).uniform(0.3, 0.7, 5, 4);
    var labels = Tensor.of(new int[] {0, 1, 0, 1, 1}, 5);
    var one = FastGradientSign.of(0.25).attack(LINEAR, x, labels);
    var four = FastGradientSign.of(0.25).steps(4).attack(LINEAR, x, labels);
    assertThat(four.toFloats()).containsExactly(one.toFloats(), within(1e-6f));
  }

  @Test
  void noValueChangesByMoreThanEpsilonOrLeavesItsRange() {
    var model =
        Sequential.of(
            Linear.create(20, 30, Rng.of(1)), Activation.TANH, Linear.create(30, 3, Rng.of(2)));
    var x = Rng.of(3).uniform(-1, 1, 40, 20);
    var labels = Rng.of(4).integers(0, 3, 40);
    var attack = new FastGradientSign(0.3, 7, -1, 1);
    var changed = attack.attack(model, x, labels);
    assertThat(changed.minus(x).abs().max().item()).isCloseTo(0.3, within(1e-6));
    assertThat(changed.abs().max().item()).isLessThanOrEqualTo(1);
  }

  /** Of w . x = margin, epsilon |w|_1 = 7 epsilon decides. */
  @Test
  void aLinearModelErrsOnceEpsilonOutweighsTheMargin() {
    byte[] pixels = new byte[400];
    byte[] labels = new byte[100];
    for (int i = 0; i < 100; i++) {
      Arrays.fill(pixels, 4 * i, 4 * i + 4, (byte) 127); // w . x = 3 * 127 / 255
      pixels[4 * i] = (byte) (127 + i); // margin (381 + i) / 255
      labels[i] = 1;
    }
    var data = new ByteDataset(pixels, labels, Shape.of(4), 2);
    assertThat(FastGradientSign.of(0).accuracy(LINEAR, data)).isEqualTo(1);
    double epsilon = (381 + 49.5) / 255 / 7; // the first 50 are fooled
    assertThat(FastGradientSign.of(epsilon).accuracy(LINEAR, data)).isEqualTo(0.5);
    var examples = FastGradientSign.of(epsilon).examples(LINEAR, data.select(60, 5, 70, 7), 9);
    assertThat(examples).hasSize(2);
    var second = examples.get(1);
    assertThat(second.index()).isEqualTo(3);
    assertThat(second.truth()).isEqualTo(1);
    assertThat(second.taken()).isZero();
    double margin = (381 + 7) / 255.0;
    assertThat(second.confidence()).isCloseTo(logistic(margin), within(1e-6));
    assertThat(second.deception()).isCloseTo(logistic(7 * epsilon - margin), within(1e-6));
    assertThat(second.changed().minus(second.input()).abs().max().item())
        .isCloseTo(epsilon, within(1e-6));
    assertThat(FastGradientSign.of(epsilon).examples(LINEAR, data, 9)).hasSize(9);
  }

  private static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> FastGradientSign.of(-0.1))
        .hasMessage("epsilon must be at least 0, got -0.1");
    assertThatThrownBy(() -> FastGradientSign.of(0.1).steps(0))
        .hasMessage("needs at least one step, got 0");
    assertThatThrownBy(() -> new FastGradientSign(0.1, 1, 1, 1))
        .hasMessage("the smallest value must be below the largest, got 1.0 and 1.0");
  }
}
