package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void matmulRejectsUnequalInnerSizesAndNamesTheCure() {
    assertThatThrownBy(() -> zeros(16, 784).matmul(zeros(1000, 784)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "matmul([16, 784], [1000, 784]): columns of the left (784) must equal rows of the right"
                + " (1000); is the right operand transposed?\n  rule: [M, K] . [K, N] -> [M, N]");
  }

  @Test
  void linearNamesTheSizesThatDisagree() {
    assertThatThrownBy(() -> zeros(4, 360).linear(zeros(128, 320), zeros(128)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "linear([4, 360], [128, 320], [128]): the last size of x (360) must equal the inputs of"
                + " the layer (320)\n  rule: x [..., in], weight [out, in], bias [out] ->"
                + " [..., out]");
  }

  @Test
  void broadcastingRejectsSizesThatDiffer() {
    assertThatThrownBy(() -> zeros(2, 3).plus(zeros(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("plus([2, 3], [2]): sizes at axis -1 must be equal or 1, got 3 and 2");
  }

  @Test
  void elementTypesAreNeverMixed() {
    assertThatThrownBy(() -> zeros(2).plus(Tensor.of(new double[2], 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "plus([2], DOUBLE [2]): operands must have one element type, got FLOAT and DOUBLE; to(...) converts");
  }

  @Test
  void labelsOutsideTheClassesAreRefused() {
    assertThatThrownBy(() -> Criterion.crossEntropy(zeros(1, 10), Tensor.of(new int[] {10}, 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy([1, 10], INT [1]): label 10 is none of the 10 classes 0..9");
  }

  @Test
  void sizesWhoseProductOverflowsAreRefused() {
    assertThatThrownBy(() -> Shape.of(1 << 30, 1 << 30, 1 << 30))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("does not fit 64 bits");
    assertThatThrownBy(() -> Tensor.filled(0, Shape.of(1 << 16, 1 << 16), ElementType.FLOAT))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("4294967296 elements do not fit a Java array");
  }

  @Test
  void derivativesAddUpWhereAValueIsUsedTwice() {
    var w = Parameter.of(Tensor.of(new float[] {3}, 1));
    var loss = w.value().squared().plus(w.value()).sum(); // w^2 + w
    assertThat(loss.backward().of(w).toFloats()).containsExactly(7);
  }

  @Test
  void aParameterThatChangedSinceIsRefused() {
    var w = Parameter.of(Tensor.of(new float[] {3}, 1));
    var loss = w.value().squared().sum();
    w.set(Tensor.of(new float[] {4}, 1));
    assertThatThrownBy(loss::backward)
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "backward() needs the values that squared saw of a parameter [1], which has been changed"
                + " since; compute the result again");
  }

  @Test
  void onlyAScalarHasAGradient() {
    assertThatThrownBy(() -> zeros(3).tracked().backward())
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("backward() of a tensor [3]: only a scalar has a gradient");
  }

  @Test
  void nothingIsRecordedInAnInferenceStep() {
    var w = Parameter.of(Tensor.of(new float[] {3}, 1));
    try (var _ = Step.inference()) {
      assertThat(w.value().squared().isTracked()).isFalse();
    }
  }

  @Test
  void aTensorOfAClosedStepIsRefusedByName() {
    Tensor inside;
    Tensor kept;
    try (var _ = Step.training(Rng.of(0))) {
      inside = zeros(2, 3).plus(1);
      kept = inside.kept();
    }
    assertThatThrownBy(inside::toFloats)
        .isInstanceOf(StepException.class)
        .hasMessage(
            "a tensor [2, 3] of a training step was used after the step had ended; kept() inside"
                + " the step copies it out");
    assertThat(kept.toFloats()).containsOnly(1);
  }

  @Test
  void aStepThatWasLeftOpenIsNamedByTheNext() {
    try (var _ = Step.inference()) {
      assertThatThrownBy(() -> Step.training(Rng.of(0)))
          .isInstanceOf(StepException.class)
          .hasMessageStartingWith("a inference step is still open on this thread");
    }
  }

  @Test
  void memoryOfAStepIsUsedAgain() {
    float[] first;
    try (var _ = Step.inference()) {
      first = zeros(5).plus(1).floats();
    }
    try (var _ = Step.inference()) {
      assertThat(zeros(5).plus(2).floats()).isSameAs(first);
    }
  }

  @Test
  void parametersMadeInAStepOutliveIt() {
    var weight = Parameter.create(Shape.of(4), Initializer.uniform(1), Rng.of(1));
    float[] before;
    try (var _ = Step.inference()) {
      before = weight.value().toFloats();
    }
    assertThat(weight.value().toFloats()).isEqualTo(before).doesNotContain(0);
  }

  private static Tensor zeros(int... sizes) {
    return Tensor.of(new float[(int) Shape.of(sizes).count()], sizes);
  }
}
