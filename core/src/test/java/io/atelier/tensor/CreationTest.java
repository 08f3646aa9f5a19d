package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CreationTest {
  @Test
  void oneValueEverywhere() {
    assertThat(Tensor.zeros(2, 3).toFloats()).containsExactly(0, 0, 0, 0, 0, 0);
    assertThat(Tensor.zeros(2, 3).shape()).isEqualTo(Shape.of(2, 3));
    assertThat(Tensor.ones(2).toFloats()).containsExactly(1, 1);
    assertThat(Tensor.ones().item()).isEqualTo(1);
    assertThat(Tensor.full(0.5, 1, 2).toFloats()).containsExactly(0.5f, 0.5f);
    assertThat(Tensor.full(ElementType.DOUBLE, 0.1, 2).toDoubles()).containsExactly(0.1, 0.1);
    assertThat(Tensor.full(ElementType.LONG, -7, 2).toLongs()).containsExactly(-7, -7);
    assertThat(Tensor.full(ElementType.BOOL, 1, 1).toBooleans()).containsExactly(true);
    refuses(() -> Tensor.full(ElementType.INT, 0.5, 2), "INT [2]: cannot hold 0.5");
    refuses(
        () -> Tensor.full(ElementType.LONG, 0x1p63, 2),
        "LONG [2]: cannot hold 9.223372036854776E18");
    assertThat(Tensor.full(ElementType.LONG, -0x1p63, 1).toLongs()).containsExactly(Long.MIN_VALUE);
    refuses(() -> Tensor.zeros(2, -1), "shape([2, -1]): sizes must be >= 0");
  }

  @Test
  void whatIsMadeInAStepOutlivesIt() {
    Tensor zeros;
    try (var _ = Step.inference()) {
      zeros = Tensor.zeros(2);
    }
    assertThat(zeros.toFloats()).containsExactly(0, 0);
  }

  @Test
  void wholeRangesAreExact() {
    assertThat(Tensor.arange(2, 5).toLongs()).containsExactly(2, 3, 4);
    assertThat(Tensor.arange(0, 10, 4).toLongs()).containsExactly(0, 4, 8);
    assertThat(Tensor.arange(5, 0, -2).toLongs()).containsExactly(5, 3, 1);
    assertThat(Tensor.arange(3, 3).shape()).isEqualTo(Shape.of(0));
    long large = 1L << 60;
    assertThat(Tensor.arange(large + 1, large + 3).toLongs()).containsExactly(large + 1, large + 2);
    assertThat(Tensor.arange(Long.MAX_VALUE - 2, Long.MAX_VALUE, 2).toLongs())
        .containsExactly(Long.MAX_VALUE - 2);
    refuses(
        () -> Tensor.arange(5, 0),
        "arange(5 to 0, step 1): the step leads away from the end; change its sign");
    refuses(
        () -> Tensor.arange(0, 5, 0),
        "arange(0 to 5, step 0): needs finite ends and a finite step that is not 0");
    refuses(
        () -> Tensor.arange(0, 1L << 40),
        "arange(0 to 1099511627776, step 1): more elements than fit a Java array of 2,147,483,639");
    refuses(
        () -> Tensor.arange(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE),
        "arange(-9223372036854775808 to 9223372036854775807, step 9223372036854775807): the"
            + " distance does not fit 64 bits");
  }

  @Test
  void brokenRangesAreCountedFromTheFirst() {
    assertThat(Tensor.arange(0, 1, 0.25).toFloats()).containsExactly(0, 0.25f, 0.5f, 0.75f);
    assertThat(Tensor.arange(1, 0, -0.4).toFloats()).containsExactly(1, 0.6f, 0.2f);
    assertThat(Tensor.arange(0.5, 0.5, 1.0).count()).isZero();
    refuses(
        () -> Tensor.arange(0, 1, -0.5),
        "arange(0.0 to 1.0, step -0.5): the step leads away from the end; change its sign");
    refuses(
        () -> Tensor.arange(0, Double.NaN, 0.5),
        "arange(0.0 to NaN, step 0.5): needs finite ends and a finite step that is not 0");
  }

  @Test
  void equalDistancesMeetBothEnds() {
    assertThat(Tensor.linspace(-1, 1, 5).toFloats()).containsExactly(-1, -0.5f, 0, 0.5f, 1);
    assertThat(Tensor.linspace(3, 7, 1).toFloats()).containsExactly(3);
    assertThat(Tensor.linspace(3, 7, 0).count()).isZero();
    float[] values = Tensor.linspace(-0.7, 0.7, 1001).toFloats();
    assertThat(values[1000]).isEqualTo(0.7f);
    for (int i = 0; i <= 1000; i++) {
      assertThat(values[i]).isEqualTo(-values[1000 - i]);
    }
    refuses(
        () -> Tensor.linspace(0, 1, -1),
        "linspace(0.0 to 1.0, count -1): the count must not be negative");
    refuses(
        () -> Tensor.linspace(0, Double.POSITIVE_INFINITY, 2),
        "linspace(0.0 to Infinity, count 2): needs finite ends");
  }

  @Test
  void theIdentityLeavesAMatrixAlone() {
    assertThat(Tensor.eye(3).toFloats()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1);
    assertThat(Tensor.eye(0).shape()).isEqualTo(Shape.of(0, 0));
    var x = Tensor.arange(0, 6).reshape(2, 3).to(ElementType.FLOAT);
    assertThat(x.matmul(Tensor.eye(3)).toFloats()).isEqualTo(x.toFloats());
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(text);
  }
}
