package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Initializer;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SequentialTest {
  @Test
  void plansBecomeTheLayersThatOneWouldHaveWrittenOut() {
    var planned =
        Sequential.create(
            Shape.of(20), Rng.of(4), Dense.of(30), Tensor::relu, new Dropout(0.5), Dense.of(2));
    var rng = Rng.of(4);
    var written =
        Sequential.of(
            Linear.create(20, 30, rng), Tensor::relu, new Dropout(0.5), Linear.create(30, 2, rng));
    assertThat(Modules.count(planned)).isEqualTo(20 * 30 + 30 + 30 * 2 + 2);
    var made = Modules.parameters(planned).values().iterator();
    for (var expected : Modules.parameters(written).values()) {
      assertThat(made.next().value().toFloats()).isEqualTo(expected.value().toFloats());
    }
    assertThat(planned.output(Shape.of(20))).isEqualTo(Shape.of(2));
  }

  @Test
  void aFunctionBetweenPlansMayChangeTheShape() {
    var net =
        Sequential.create(
            Shape.of(28, 28), Rng.of(0), x -> x.reshape(-1, 784), Dense.of(16), Tensor::tanh);
    assertThat(net.forward(Tensor.of(new float[3 * 784], 3, 28, 28)).shape())
        .isEqualTo(Shape.of(3, 16));
    assertThat(net.output(Shape.of(28, 28))).isEqualTo(Shape.of(16));
  }

  @Test
  void aPlanWrittenAsAFunctionChoosesItsInitializer() {
    Plan he = (input, rng) -> Linear.create(input.size(-1), 8, Initializer.heNormal(), rng);
    var net = Sequential.create(Shape.of(4), Rng.of(0), he, Tensor::relu);
    var linear = (Linear) net.layers().getFirst();
    assertThat(linear.bias().value().toFloats()).containsOnly(0);
    assertThat(linear.weight().shape()).isEqualTo(Shape.of(8, 4));
  }

  /** Two layers of a billion weights each, 8 GB if anybody made them. */
  @Test
  void aBillionWeightsArePlannedAndCountedWithoutMakingThem() {
    var net =
        Sequential.create(
            Shape.of(1_000_000), Rng.of(0), Dense.of(1000), Activation.RELU, Dense.of(1_000_000));
    assertThat(Modules.count(net)).isEqualTo(1_000_001_000L + 1_001_000_000L);
  }

  @Test
  void aLayerThatDoesNotFitIsNamedByItsPlace() {
    refused(
        "layer 2 of the sequence: linear([4], [3, 5]): the last size of x must equal the inputs of"
            + " the layer (5)",
        Dense.of(4),
        Tensor::relu,
        Linear.create(5, 3, Rng.of(0)));
    refused(
        "layer 0 of the sequence: output([6]): a batch [1, 6] of one example became [6]; a layer"
            + " must keep the first axis",
        x -> x.reshape(6));
    refused(
        "layer 1 of the sequence: dense([]): needs an input with at least one axis, [..., in]",
        x -> x.sum(1),
        Dense.of(4));
  }

  private static void refused(String message, Layer... plans) {
    assertThatThrownBy(() -> Sequential.create(Shape.of(6), Rng.of(0), plans))
        .isInstanceOf(ShapeException.class)
        .hasMessage(message);
  }

  @Test
  void aPlanHasNoWeightsToComputeWith() {
    assertThatThrownBy(() -> Sequential.of(Dense.of(4)).forward(Tensor.scalar(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Dense[units=4] is a plan without weights; Sequential.create(input, rng, ...) makes a"
                + " layer of it");
    assertThatThrownBy(() -> Dense.of(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a dense layer needs at least one unit, got 0");
  }
}
