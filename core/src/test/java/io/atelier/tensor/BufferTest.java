package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BufferTest {
  private final Buffer buffer = Buffer.of(Tensor.of(new float[] {1, 2}, 2));

  @Test
  void changesAreMadeInOrderWhenTheOptimiserSteps() {
    try (var _ = Step.training(Rng.of(0))) {
      buffer.afterStep(old -> old.plus(1));
      buffer.afterStep(old -> old.times(10));
      assertThat(buffer.value().toFloats()).containsExactly(1, 2);
      Step.changeBuffers();
      assertThat(buffer.value().toFloats()).containsExactly(20, 30);
      Step.changeBuffers();
    }
    assertThat(buffer.value().toFloats()).containsExactly(20, 30); // once, and outlives the step
  }

  @Test
  void aStepThatEndsWithoutTheOptimiserChangesNothing() {
    try (var _ = Step.training(Rng.of(0))) {
      buffer.afterStep(old -> old.plus(1));
    }
    try (var _ = Step.training(Rng.of(1))) {
      Step.changeBuffers();
    }
    assertThat(buffer.value().toFloats()).containsExactly(1, 2);
  }

  @Test
  void inferenceChangesNothing() {
    try (var _ = Step.inference()) {
      buffer.afterStep(old -> old.plus(1));
      Step.changeBuffers();
    }
    assertThat(buffer.value().toFloats()).containsExactly(1, 2);
  }

  @Test
  void outsideAStepNobodyHasSaidWhetherThisIsTraining() {
    assertThatThrownBy(() -> buffer.afterStep(old -> old))
        .isInstanceOf(StepException.class)
        .hasMessage(
            "a change of a buffer differs between training and inference: call it inside"
                + " Step.training(rng) or Step.inference()");
  }

  @Test
  void shapeAndKindOfNumberNeverChange() {
    assertThatThrownBy(() -> buffer.set(Tensor.of(new float[3], 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("set(FLOAT [3]): the buffer is FLOAT [2]");
    assertThatThrownBy(() -> buffer.set(Tensor.of(new long[2], 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("set(LONG [2]): the buffer is FLOAT [2]");
    buffer.set(Tensor.of(new double[] {3, 4}, 2)); // a model in DOUBLE, to check its derivatives
    assertThat(buffer.value().toDoubles()).containsExactly(3, 4);
  }

  @Test
  void aBufferIsAConstantToDerivatives() {
    assertThat(buffer.value().isTracked()).isFalse();
    var counter = Buffer.of(Tensor.of(new long[] {7}, 1));
    assertThat(counter.holds(ElementType.LONG)).isTrue();
    assertThat(counter.holds(ElementType.FLOAT)).isFalse();
  }
}
