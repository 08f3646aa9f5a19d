package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Values of sums, means, norms, extremes and softmaxes, as PyTorch gives them. */
class ReductionTest {
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  /** 0 to 23. */
  private static final Tensor CUBE = counting(2, 3, 4);

  @Test
  void sumsRunOverAnyAxesWithOrWithoutKeepingThem() {
    assertThat(CUBE.sum().item()).isEqualTo(276);
    assertThat(CUBE.sum(0).toDoubles())
        .containsExactly(12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34);
    assertThat(CUBE.sum(0, 2).toDoubles()).containsExactly(60, 92, 124);
    assertThat(CUBE.sum(-1, 1).toDoubles()).containsExactly(66, 210);
    assertThat(CUBE.sum(1, 2, 0).shape()).isEqualTo(Shape.of());
    assertThat(CUBE.sum(Axes.of(0, 2).kept()).shape()).isEqualTo(Shape.of(1, 3, 1));
    assertThat(CUBE.sum(Axes.of().kept()).shape()).isEqualTo(Shape.of(1, 1, 1));
    assertThat(CUBE.sum(Axes.of(1, 2)).toDoubles()).containsExactly(66, 210);
    assertThat(Tensor.scalar(3).sum().item()).isEqualTo(3);
  }

  @Test
  void sumsOfFloatsHaveTheBitsOfTheirOrder() {
    var x = Op.Sample.uniform(-1, 1, 3, 5, 7).to(ElementType.FLOAT);
    assertThat(x.sum(0, 1, 2).toFloats()).isEqualTo(x.reshape(105).sum(0).toFloats());
    assertThat(x.sum(1, 2).toFloats()).isEqualTo(x.reshape(3, 35).sum(1).toFloats());
    assertThat(x.sum(0, 2).toFloats()).isEqualTo(x.sum(2).sum(0).toFloats());
  }

  @Test
  void wholeNumbersAreAddedExactly() {
    var squares = Tensor.of(LongStream.rangeClosed(1, 10_000).map(i -> i * i).toArray(), 10_000);
    assertThat(squares.sum().toLongs()).containsExactly(333_383_335_000L);
    var sum = Tensor.of(new int[] {Integer.MAX_VALUE, 1, 2, 3}, 2, 2).sum(1);
    assertThat(sum.toLongs()).containsExactly(2_147_483_648L, 5);
    assertThat(Tensor.of(new boolean[] {true, false, true}, 3).sum().item()).isEqualTo(2);
    assertThatThrownBy(() -> Tensor.of(new long[] {Long.MAX_VALUE, 1}, 2).sum())
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void meansAndVariancesAreThoseOfTheirDefinitions() {
    var x = Tensor.of(new double[] {1, 2, 3, 4, 2, 2, 2, 2}, 2, 4);
    assertThat(x.mean(1).toDoubles()).containsExactly(2.5, 2);
    assertThat(x.mean().item()).isEqualTo(2.25);
    assertThat(x.variance(1).toDoubles()).containsExactly(1.25, 0);
    assertThat(x.sampleVariance(1).toDoubles()[0]).isCloseTo(5.0 / 3, within(1e-15));
    assertThat(x.standardDeviation(1).toDoubles()[0]).isCloseTo(1.118033988749895, within(1e-15));
    assertThat(x.sampleStandardDeviation(Axes.of(1).kept()).toDoubles()[0])
        .isCloseTo(1.2909944487358056, within(1e-15));
    assertThat(x.variance(0, 1).item()).isCloseTo(0.6875, within(1e-15));
    assertThat(Tensor.of(new double[] {5}, 1).sampleVariance().item()).isNaN();
    assertThat(Tensor.of(new double[0], 0).mean().item()).isNaN();
  }

  @Test
  void standardDeviationOfEqualValuesHasTheDerivativeZero() {
    var x = Tensor.of(new double[] {2, 2, 2}, 3).tracked();
    assertThat(x.standardDeviation().backward().of(x).toDoubles()).containsOnly(0);
    var zero = Tensor.of(new double[2], 2).tracked();
    assertThat(zero.norm().backward().of(zero).toDoubles()).containsOnly(0);
  }

  @Test
  void normIsTheEuclideanLength() {
    var x = Tensor.of(new double[] {3, 5, -4, 12}, 2, 2);
    assertThat(x.norm(0).toDoubles()).containsExactly(5, 13);
    assertThat(x.norm().item()).isCloseTo(Math.sqrt(194), within(1e-14));
    assertThat(x.norm(1, Axes.of(1)).toDoubles()).containsExactly(8, 16);
    assertThat(x.norm(Double.POSITIVE_INFINITY, Axes.of()).item()).isEqualTo(12);
    assertThat(x.norm(3, Axes.of(0)).toDoubles()[0]).isCloseTo(StrictMath.cbrt(91), within(1e-14));
  }

  @Test
  void extremesPassTheDerivativeToTheFirstOfEquals() {
    var x = Tensor.of(new double[] {1, 7, 7, -2, 7, -2}, 2, 3).tracked();
    assertThat(x.max(1).toDoubles()).containsExactly(7, 7);
    assertThat(x.min(0).toDoubles()).containsExactly(-2, 7, -2);
    assertThat(x.max(1).sum().backward().of(x).toDoubles()).containsExactly(0, 1, 0, 0, 1, 0);
    assertThat(x.max().backward().of(x).toDoubles()).containsExactly(0, 1, 0, 0, 0, 0);
    assertThat(x.min(0, 1).backward().of(x).toDoubles()).containsExactly(0, 0, 0, 1, 0, 0);
    assertThat(CUBE.max(Axes.of(0, 2).kept()).toDoubles()).containsExactly(15, 19, 23);
    assertThat(Tensor.of(new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1}, 2).min().toLongs())
        .containsExactly(Long.MAX_VALUE - 1);
  }

  @Test
  void notANumberIsTheLargestAndTheSmallest() {
    var x = Tensor.of(new float[] {1, Float.NaN, Float.NEGATIVE_INFINITY}, 3);
    assertThat(x.max().item()).isNaN();
    assertThat(x.min().item()).isNaN();
    assertThat(x.argmin().toInts()).containsExactly(1);
    assertThat(x.to(ElementType.DOUBLE).argmax().toInts()).containsExactly(1);
    assertThat(x.to(ElementType.DOUBLE).argmin().toInts()).containsExactly(1);
  }

  @Test
  void argmaxNamesTheFirstOfEqualsAlongAnyAxis() {
    var x = Tensor.of(new float[] {1, 7, 7, -2, 7, -2}, 2, 3);
    assertThat(x.argmax().toInts()).containsExactly(1, 1);
    assertThat(x.argmax(0).toInts()).containsExactly(0, 0, 0);
    assertThat(x.argmin(0).toInts()).containsExactly(1, 0, 1);
    assertThat(x.tracked().argmax().isTracked()).isFalse();
  }

  @Test
  void anyAndAllAskOfEveryAxis() {
    var x = Tensor.of(new boolean[] {true, false, true, true, false, false}, 3, 2);
    assertThat(x.any(1).toBooleans()).containsExactly(true, true, false);
    assertThat(x.all(1).toBooleans()).containsExactly(false, true, false);
    assertThat(x.any().item()).isEqualTo(1);
    assertThat(x.all().item()).isZero();
    assertThat(Tensor.of(new boolean[0], 0).all().item()).isEqualTo(1);
    assertThat(Tensor.of(new boolean[0], 0).any().item()).isZero();
  }

  @Test
  void logSumExpAndSoftmaxAreStableFarFromZero() {
    for (double at : new double[] {1000, -1000}) {
      var x = Tensor.of(new double[] {at, at, at - 1}, 3);
      double extra = StrictMath.log(2 + StrictMath.exp(-1));
      assertThat(x.logSumExp().item()).isCloseTo(at + extra, within(1e-12));
      assertThat(x.logSoftmax().toDoubles()[2]).isCloseTo(-1 - extra, within(1e-12));
      var single = x.to(ElementType.FLOAT);
      assertThat(single.softmax().toFloats())
          .containsExactly(0.42231882f, 0.42231882f, 0.15536241f);
      assertThat(single.logSoftmax(0).toFloats()[0]).isCloseTo(-0.8619948f, within(1e-6f));
    }
  }

  @Test
  void minusInfinityHasNoShare() {
    for (var type : new ElementType[] {ElementType.DOUBLE, ElementType.FLOAT}) {
      var x = Tensor.of(new double[] {0, -INFINITY, 0, -INFINITY, -INFINITY, -INFINITY}, 2, 3);
      var rows = x.to(type);
      assertThat(rows.softmax().to(ElementType.DOUBLE).toDoubles())
          .containsExactly(0.5, 0, 0.5, Double.NaN, Double.NaN, Double.NaN);
      assertThat(rows.logSumExp(1).to(ElementType.DOUBLE).toDoubles()[1]).isEqualTo(-INFINITY);
      assertThat(rows.logSumExp(1).to(ElementType.DOUBLE).toDoubles()[0])
          .isCloseTo(0.6931471805599453, within(1e-7));
      assertThat(rows.select(0, 0).logSoftmax().to(ElementType.DOUBLE).toDoubles()[1])
          .isEqualTo(-INFINITY);
    }
  }

  @Test
  void softmaxRunsAlongAnyAxis() {
    var x = Op.Sample.uniform(-3, 3, 3, 4, 5);
    var expected = x.permute(0, 2, 1).softmax().permute(0, 2, 1);
    assertThat(x.softmax(1).toDoubles()).isEqualTo(expected.toDoubles());
    var logs = x.logSoftmax(1).exp().toDoubles();
    for (int i = 0; i < logs.length; i++) {
      assertThat(logs[i]).isCloseTo(expected.toDoubles()[i], within(1e-14));
    }
  }

  @Test
  void cumulativeSumAddsUpAlongAnAxis() {
    var x = Tensor.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertThat(x.cumulativeSum(1).toLongs()).containsExactly(1, 3, 6, 4, 9, 15);
    assertThat(x.cumulativeSum(0).toLongs()).containsExactly(1, 2, 3, 5, 7, 9);
    var tracked = Tensor.of(new double[] {1, 2, 3}, 3).tracked();
    var upstream = Tensor.of(new double[] {1, 10, 100}, 3);
    assertThat(tracked.cumulativeSum(0).backward(upstream).of(tracked).toDoubles())
        .containsExactly(111, 110, 100);
  }

  @Test
  void firstAndSecondDerivativesOfWhatIsComposedEqualDifferences() {
    var x = Op.Sample.uniform(-2, 2, 2, 3, 4);
    proves(x, y -> y.sum(0, 2));
    proves(x, y -> y.mean(Axes.of(0, 2).kept()));
    proves(x, y -> y.variance(1));
    proves(x, y -> y.sampleVariance(Axes.of(0, 1)));
    proves(x, y -> y.standardDeviation(0, 2));
    proves(x, y -> y.sampleStandardDeviation());
    proves(x, y -> y.max(0, 2));
    proves(x, y -> y.min(Axes.of(1).kept()));
    proves(x, y -> y.norm(0, 1));
    proves(x, y -> y.norm(3, Axes.of(0)));
    proves(x, y -> y.norm(1, Axes.of(2)));
    proves(x, y -> y.cumulativeSum(1));
    proves(x, y -> y.argmax().oneHot(4).to(ElementType.DOUBLE).times(y));
    proves(x, y -> y.logSumExp(0, 2));
    proves(x, y -> y.softmax(1));
    proves(x, y -> y.logSoftmax(0));
  }

  @Test
  void mistakesAreNamed() {
    refuses(() -> CUBE.sum(3), "axis 3 of [2, 3, 4]: a tensor with 3 axes has no such axis");
    refuses(() -> CUBE.sum(1, -2), "axes [1, -2] of [2, 3, 4]: axis 1 twice");
    refuses(
        () -> Tensor.of(new int[2], 2).mean(),
        "mean(INT [2]): needs FLOAT or DOUBLE; to(FLOAT)" + " converts");
    refuses(
        () -> Tensor.of(new double[0], 2, 0).max(1),
        "max([2, 0], axes [1]): of no elements there is none");
    refuses(
        () -> Tensor.of(new double[0], 2, 0).argmin(),
        "argmin(DOUBLE [2, 0]): needs a last axis with at least one element");
    refuses(CUBE::any, "any(DOUBLE [2, 3, 4]): needs BOOL; a comparison says what is true");
    refuses(
        () -> Tensor.scalar(1).softmax(),
        "softmax([]): needs a last axis with at least one element");
    refuses(() -> CUBE.norm(0.5, Axes.of(0)), "norm(0.5 of [2, 3, 4]): p must be at least 1");
  }

  /** Minus infinity is the logarithm of 0; a row of zeros has no share of anything. */
  @Test
  void aRowOfMinusInfinitiesHasTheLogSumExpOfNothing() {
    double low = Double.NEGATIVE_INFINITY;
    for (var type : List.of(ElementType.FLOAT, ElementType.DOUBLE)) {
      var x = Tensor.of(new double[] {low, low, low, 0}, 2, 2).to(type).tracked();
      var y = x.logSumExp(1);
      assertThat(y.to(ElementType.DOUBLE).toDoubles()).containsExactly(low, 0);
      assertThat(y.sum().backward().of(x).to(ElementType.DOUBLE).toDoubles())
          .containsExactly(0, 0, 0, 1);
    }
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(text);
  }

  /** The derivative, and that of the derivative of the sum of squares, against differences. */
  static void proves(Tensor x, UnaryOperator<Tensor> function) {
    GradCheck.verify(inputs -> function.apply(inputs.getFirst()), x);
    GradCheck.verify(inputs -> slope(function, inputs.getFirst()), x);
  }

  private static Tensor slope(UnaryOperator<Tensor> function, Tensor at) {
    var x = at.isTracked() ? at : at.tracked();
    var one = Tensor.of(new double[] {1});
    return function.apply(x).squared().sum().recordedBackward(one).of(x);
  }

  static Tensor counting(int... sizes) {
    double[] values = new double[(int) Shape.of(sizes).count()];
    java.util.Arrays.setAll(values, i -> i);
    return Tensor.of(values, sizes);
  }
}
