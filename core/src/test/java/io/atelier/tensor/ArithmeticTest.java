package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Arithmetic and bounds: whole numbers exactly, floating ones at their kinks. */
class ArithmeticTest {
  private static final Tensor INTS = Tensor.of(new int[] {7, -3, 0}, 3);
  private static final Tensor LONGS = Tensor.of(new long[] {1L << 60, -3, 0}, 3);

  /** {@code n (n + 1) (2 n + 1) / 6}. */
  @Test
  void theSquaresToTenThousandAddUpExactly() {
    assertThat(Tensor.arange(1, 10001).squared().sum().toLongs()).containsExactly(333_383_335_000L);
    assertThat(Tensor.arange(1, 10001).to(ElementType.INT).squared().sum().toLongs())
        .containsExactly(333_383_335_000L);
  }

  @ParameterizedTest
  @EnumSource(names = {"INT", "LONG"})
  void wholeNumbersAreComputedAsSuch(ElementType type) {
    var a = INTS.to(type);
    var b = Tensor.of(new int[] {2, 5, -1}, 3).to(type);
    is(type, a.plus(b), 9, 2, -1);
    is(type, a.minus(b), 5, -8, 1);
    is(type, a.times(b), 14, -15, 0);
    is(type, a.maximum(b), 7, 5, 0);
    is(type, a.minimum(b), 2, -3, -1);
    is(type, a.plus(3), 10, 0, 3);
    is(type, a.times(-2), -14, 6, 0);
    is(type, a.negated(), -7, 3, 0);
    is(type, a.squared(), 49, 9, 0);
    is(type, a.abs(), 7, 3, 0);
    is(type, a.sign(), 1, -1, 0);
    is(type, a.clamp(-1, 4), 4, -1, 0);
    is(type, a.slice(0, 1, 3).plus(Tensor.full(type, 10, 2, 1)), 7, 10, 7, 10);
    assertThat(a.greater(b).toBooleans()).containsExactly(true, false, true);
  }

  @Test
  void longsBeyondThePrecisionOfADoubleStayExact() {
    assertThat(LONGS.plus(1).toLongs()).containsExactly((1L << 60) + 1, -2, 1);
    assertThat(LONGS.greater(LONGS.minus(Tensor.of(new long[] {1}))).toBooleans())
        .containsOnly(true);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    overflows(
        () -> Tensor.of(new int[] {1, 46341}, 2).squared(),
        "squared(INT [2]): the result at place 1 does not fit INT; to(LONG) has room");
    overflows(
        () -> Tensor.of(new int[] {Integer.MIN_VALUE}, 1).negated(),
        "times(INT [1]): the result at place 0 does not fit INT; to(LONG) has room");
    overflows(
        () -> Tensor.of(new int[] {Integer.MIN_VALUE}, 1).abs(),
        "abs(INT [1]): the result at place 0 does not fit INT; to(LONG) has room");
    overflows(
        () -> Tensor.of(new int[] {Integer.MAX_VALUE}, 1).plus(1),
        "plus(INT [1]): the result at place 0 does not fit INT; to(LONG) has room");
    overflows(
        () -> LONGS.times(LONGS),
        "times(LONG [3], LONG [3]): the result at place 0 does not fit LONG; to(DOUBLE) rounds");
    overflows(
        () -> Tensor.of(new long[] {Long.MIN_VALUE}, 1).minus(Tensor.of(new long[] {1}, 1)),
        "minus(LONG [1], LONG [1]): the result at place 0 does not fit LONG; to(DOUBLE) rounds");
    assertThat(Tensor.of(new int[] {46340}, 1).squared().toInts()).containsExactly(2_147_395_600);
  }

  @Test
  void fractionsAndOtherTypesAreRefused() {
    refuses(
        () -> INTS.times(0.5),
        "times(INT [3]): the number must be whole and below 2^53 in size, got 0.5; to(FLOAT)"
            + " converts the tensor");
    refuses(
        () -> LONGS.plus(0x1p53),
        "plus(LONG [3]): the number must be whole and below 2^53 in size, got 9.007199254740992E15;"
            + " to(FLOAT) converts the tensor");
    refuses(
        () -> INTS.dividedBy(INTS),
        "dividedBy(INT [3], INT [3]): needs FLOAT or DOUBLE operands; to(FLOAT) converts");
    refuses(
        () -> INTS.plus(LONGS),
        "plus(INT [3], LONG [3]): operands must have one element type, got INT and LONG; to(...)"
            + " converts");
    refuses(
        () -> Tensor.ones(3).times(INTS),
        "times([3], INT [3]): operands must have one element type, got FLOAT and INT; to(...)"
            + " converts");
    refuses(
        () -> INTS.equalTo(INTS).plus(1),
        "plus(BOOL [3]): needs FLOAT or DOUBLE operands; to(FLOAT) converts");
  }

  @Test
  void equalOperandsShareTheDerivative() {
    double infinity = Double.POSITIVE_INFINITY;
    var a = Tensor.of(new double[] {1, 2, 3, infinity}, 4).tracked();
    var b = Tensor.of(new double[] {2, 2, 2, infinity}, 4).tracked();
    var larger = a.maximum(b).sum().backward();
    assertThat(larger.of(a).toDoubles()).containsExactly(0, 0.5, 1, 0.5);
    assertThat(larger.of(b).toDoubles()).containsExactly(1, 0.5, 0, 0.5);
    var smaller = a.minimum(b).sum().backward();
    assertThat(smaller.of(a).toDoubles()).containsExactly(1, 0.5, 0, 0.5);
    assertThat(smaller.of(b).toDoubles()).containsExactly(0, 0.5, 1, 0.5);
  }

  @Test
  void kinksHaveTheDerivativeOfPyTorch() {
    var x = Tensor.of(new double[] {-1, -0.0, 0.0, 1, 2}, 5).tracked();
    assertThat(x.abs().sum().backward().of(x).toDoubles())
        .usingComparatorWithPrecision(0.0)
        .containsExactly(-1, 0, 0, 1, 1);
    assertThat(x.clamp(0, 1).sum().backward().of(x).toDoubles()).containsExactly(0, 1, 1, 1, 0);
  }

  private static void is(ElementType type, Tensor actual, long... expected) {
    assertThat(actual.elementType()).isEqualTo(type);
    assertThat(actual.to(ElementType.LONG).toLongs()).isEqualTo(expected);
  }

  private static void overflows(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ArithmeticException.class).hasMessage(text);
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(text);
  }
}
