package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Three steps on {@code 3 w^2 / 2} from w = 2, against the formulas of the papers in doubles. */
class OptimizersTest {
  private record Model(Parameter w) {}

  private final Parameter w = Parameter.of(Tensor.of(new float[] {2}, 1));

  @Test
  void gradientDescentMultipliesByOneMinusRateTimesCurvature() {
    run(Sgd.rate(0.1));
    assertThat(value()).isCloseTo(2 * 0.7 * 0.7 * 0.7, within(1e-6));
  }

  @Test
  void weightDecayAddsToTheGradient() {
    run(Sgd.rate(0.1).weightDecay(0.5));
    assertThat(value()).isCloseTo(2 * 0.65 * 0.65 * 0.65, within(1e-6));
  }

  @Test
  void momentumKeepsAVelocity() {
    run(Sgd.rate(0.1).momentum(0.9));
    double x = 2;
    double v = 0;
    for (int step = 0; step < 3; step++) {
      v = 0.9 * v + 3 * x;
      x -= 0.1 * v;
    }
    assertThat(value()).isCloseTo(x, within(1e-6));
  }

  @Test
  void adamFollowsAlgorithmOne() {
    run(Adam.rate(0.1));
    assertThat(value()).isCloseTo(adam(0), within(1e-6));
  }

  @Test
  void adamwShrinksTheWeightsByThemselves() {
    run(AdamW.rate(0.1).weightDecay(0.2));
    assertThat(value()).isCloseTo(adam(0.2), within(1e-6));
  }

  @Test
  void stateThatWasSavedGoesOnExactly() {
    var optimizer = Adam.rate(0.1).over(new Model(w));
    step(optimizer);
    var saved = optimizer.state();
    var weights = w.value().kept();
    step(optimizer);
    float[] expected = w.value().toFloats();

    w.set(weights);
    var resumed = Adam.rate(0.1).over(new Model(w));
    resumed.restore(saved, 1);
    step(resumed);
    assertThat(w.value().toFloats()).isEqualTo(expected);
  }

  @Test
  void schedulesBeginAtOneAndEndWhereTheySay() {
    assertThat(Schedule.cosine().factor(0, 10)).isEqualTo(1);
    assertThat(Schedule.cosine().factor(5, 10)).isCloseTo(0.5, within(1e-12));
    assertThat(Schedule.cosine().factor(10, 10)).isCloseTo(0, within(1e-12));
    assertThat(Schedule.step().factor(4, 10)).isEqualTo(1);
    assertThat(Schedule.step().factor(5, 10)).isEqualTo(0.1);
    assertThat(Schedule.step().factor(8, 10)).isEqualTo(0.01);
    assertThat(Schedule.constant().factor(7, 10)).isEqualTo(1);
  }

  private static double adam(double decay) {
    double x = 2;
    double m = 0;
    double s = 0;
    for (int t = 1; t <= 3; t++) {
      double g = 3 * x;
      m = 0.9 * m + 0.1 * g;
      s = 0.999 * s + 0.001 * g * g;
      double mean = m / (1 - StrictMath.pow(0.9, (double) t));
      double square = s / (1 - StrictMath.pow(0.999, (double) t));
      x = x * (1 - 0.1 * decay) - 0.1 * mean / (Math.sqrt(square) + 1e-8);
    }
    return x;
  }

  private void run(UpdateRule rule) {
    var optimizer = rule.over(new Model(w));
    for (int step = 0; step < 3; step++) {
      step(optimizer);
    }
  }

  private void step(Optimizer optimizer) {
    optimizer.step(w.value().squared().times(1.5).sum().backward());
  }

  private double value() {
    return w.value().item();
  }
}
