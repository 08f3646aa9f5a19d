package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Descent by hand on {@code x^3 - 2 x^2 + 2} from 2; the numbers are those of a plain loop. */
class DescentTest {
  private static final Tensor START = Tensor.of(new double[] {2}, 1);

  private static Tensor cubic(Tensor x) {
    return x.power(3).minus(x.squared().times(2)).plus(2).sum();
  }

  @ParameterizedTest
  @CsvSource({
    "0.001, 1.3577577123861129, 729",
    "0.01, 1.3356881625009205, 129",
    "0.3, 1.3333495713163788, 8",
  })
  void endsWhereThePlainLoopDoes(double rate, double last, int points) {
    var path = Descent.rate(rate).run(DescentTest::cubic, START);
    assertThat(path.last().item()).isEqualTo(last);
    assertThat(path.points()).hasSize(points);
    assertThat(path.end()).isEqualTo(Descent.End.SHORT_STEP);
  }

  @Test
  void aRateThatShrinksFreezesTooEarly() {
    var path = Descent.rate(0.6).shrink(0.3).run(DescentTest::cubic, START);
    assertThat(path.last().item()).isEqualTo(1.294744839667743);
    assertThat(path.points()).hasSize(7);
    assertThat(path.explanation())
        .isEqualTo(
            "step 6 has length 6.6e-05, but the gradient still has length 0.15: a step is short"
                + " where the ground is flat, and wherever the rate is small");
  }

  @Test
  void aRateTooLargeIsFoundOutAndExplained() {
    var path = Descent.rate(0.6).run(DescentTest::cubic, START);
    assertThat(path.end()).isEqualTo(Descent.End.DIVERGED);
    assertThat(path.explanation())
        .isEqualTo(
            "diverged: point 11 is not finite; at point 0 the rate 0.600 exceeds 2 / curvature ="
                + " 2 / 8.00 = 0.250, above which a step on a parabola ends higher than it began;"
                + " at point 1 the function curves downwards (curvature -6.40), where steps grow:"
                + " take a smaller rate");
  }

  @Test
  void runningAwaySlowlyIsFoundOutAtTheLimit() {
    var path = Descent.rate(1.1).limit(20).run(x -> x.squared().sum(), START);
    assertThat(path.end()).isEqualTo(Descent.End.DIVERGED);
    assertThat(path.explanation())
        .isEqualTo(
            "diverged: point 20 is higher than the start; at point 0 the rate 1.10 exceeds"
                + " 2 / curvature = 2 / 2.00 = 1.00, above which a step on a parabola ends higher"
                + " than it began: take a smaller rate");
  }

  @Test
  void aFunctionWithoutMinimumIsNamed() {
    var path = Descent.rate(1).run(x -> x.squared().sum().negated(), START);
    assertThat(path.explanation())
        .isEqualTo(
            "diverged: point 646 is not finite; at point 0 the function curves downwards"
                + " (curvature -2.00), where steps grow");
  }

  @Test
  void theGradientCanEndItToo() {
    var path = Descent.rate(0.25).shortest(0).flattest(0.01).run(x -> x.squared().sum(), START);
    assertThat(path.points()).hasSize(10); // 4, 2, 1, ... 1/64, 1/128
    assertThat(path.explanation()).isEqualTo("at point 9 the gradient has length 0.0078");
  }

  @Test
  void theLimitCanEndIt() {
    var path = Descent.rate(0.25).limit(3).run(x -> x.squared().sum(), START);
    assertThat(path.end()).isEqualTo(Descent.End.LIMIT);
    assertThat(path.points()).hasSize(4);
    assertThat(path.explanation()).isEqualTo("all 3 steps are taken; the gradient has length 0.50");
  }

  /** On {@code x^2 + 10 y^2} a step at rate r multiplies x by 1 - 2r and y by 1 - 20r. */
  @Test
  void severalCoordinatesDescendTogether() {
    var scale = Tensor.of(new double[] {1, 10}, 2);
    var path =
        Descent.rate(0.0625)
            .limit(2)
            .run(x -> x.squared().times(scale).sum(), Tensor.of(new double[] {8, 16}, 2));
    assertThat(path.last().toDoubles()).containsExactly(6.125, 1);
  }
}
