package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void sizesWhoseProductOverflowsAreRefused() {
    refuses(
        () -> Shape.of(1 << 30, 1 << 30, 1 << 30),
        "shape([1073741824, 1073741824, 1073741824]): the number of elements does not fit 64 bits");
    refuses(() -> Shape.of(2, -1), "shape([2, -1]): sizes must be >= 0");
    refuses(
        () -> Tensor.of(new float[0], 1 << 16, 1 << 16),
        "tensor(0 values, [65536, 65536]): [65536, 65536] has 4294967296 elements");
  }

  /** Each would need 4,294,967,296 elements, which as an int are none. */
  @Test
  void resultsThatFitNoArrayAreRefused() {
    var message =
        "tensor([65536, 65536]): 4294967296 elements do not fit a Java array of 2,147,483,639";
    var large = Shape.of(1 << 16, 1 << 16);
    refuses(() -> Tensor.filled(0, large, ElementType.FLOAT), message);
    refuses(() -> Tensor.scalar(1).expanded(large), message);
    refuses(
        () -> zeros(1, 1).repeat(1 << 16, 1 << 16),
        message.replace("65536, 65536", "65536, 1, 65536, 1"));
    refuses(() -> zeros(1 << 16, 1).plus(zeros(1 << 16)), message);
    refuses(() -> zeros(1 << 16, 0).matmul(zeros(0, 1 << 16)), message);
    refuses(() -> Tensor.of(new int[1 << 16], 1 << 16).oneHot(1 << 16), message);
    refuses(() -> zeros(1 << 16, 1).pad(1, 0, (1 << 16) - 1, 0), message);
    refuses(() -> Parameter.create(large, Initializer.zeros(), Rng.of(0)).value(), message);
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
    assertThatThrownBy(() -> inside.reshape(3, 2).times(2))
        .isInstanceOf(StepException.class)
        .hasMessage(
            "a tensor [3, 2] of a training step was used after the step had ended; kept() inside"
                + " the step copies it out");
    assertThat(kept.toFloats()).containsOnly(1);
  }

  @Test
  void gradientsLiveAsLongAsTheirStep() {
    var w = Parameter.of(zeros(2));
    Gradients gradients;
    try (var _ = Step.training(Rng.of(0))) {
      gradients = w.value().squared().sum().backward();
    }
    assertThatThrownBy(() -> gradients.of(w).toFloats())
        .isInstanceOf(StepException.class)
        .hasMessageStartingWith("a tensor [2] of a training step was used after the step");
  }

  @Test
  void aStepThatWasLeftOpenIsNamedByTheNext() {
    try (var _ = Step.inference()) {
      assertThatThrownBy(() -> Step.training(Rng.of(0)))
          .isInstanceOf(StepException.class)
          .hasMessageStartingWith("an inference step is still open on this thread");
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

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(message);
  }

  private static Tensor zeros(int... sizes) {
    return Tensor.of(new float[(int) Shape.of(sizes).count()], sizes);
  }
}
