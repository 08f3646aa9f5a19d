package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Schedules follow the rates of PyTorch's schedulers. */
class ScheduleTest {
  private static final int STEPS = 30;

  static Stream<Arguments> schedules() {
    var rise = Schedule.linear(0.1, 1, 5);
    var fall = Schedule.exponential(0.9);
    Schedule lambda = (step, _) -> StrictMath.pow(0.95, (double) step);
    return Stream.of(
        Arguments.of("step", Schedule.step(10, 0.7)),
        Arguments.of("multi-step", Schedule.multiStep(0.3, 5, 8, 20)),
        Arguments.of("lambda", lambda),
        Arguments.of("multiplicative", Schedule.multiplicative(t -> 1 - 0.5 / (t + 1))),
        Arguments.of("exponential", fall),
        Arguments.of("linear", Schedule.linear(1.0 / 3, 1, 5)),
        Arguments.of("constant", Schedule.constant(1.0 / 3).then(5, Schedule.constant())),
        Arguments.of("polynomial", Schedule.polynomial(20, 2)),
        Arguments.of("cosine", Schedule.cosine(0, 10)),
        Arguments.of("cosine minimum", Schedule.cosine(0.2, 10)),
        Arguments.of("warm restarts", Schedule.warmRestarts(0.1, 4, 2)),
        Arguments.of("one-cycle", Schedule.oneCycle()),
        Arguments.of("triangular", Schedule.cyclic(0.1, 4, 6)),
        Arguments.of("triangular2", Schedule.cyclic(0.1, 4, 6, Schedule.step(10, 0.5))),
        Arguments.of("exp_range", Schedule.cyclic(0.1, 4, 6, fall)),
        Arguments.of("sequential", rise.then(5, fall)),
        Arguments.of("chained", rise.times(fall)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schedules")
  void eachScheduleHasTheRatesOfPyTorch(String name, Schedule schedule) {
    double[] expected = Recorded.values("rate " + name);
    double[] factors = new double[expected.length];
    Arrays.setAll(factors, step -> schedule.factor(step, STEPS));
    assertThat(factors).containsExactly(expected, within(1e-8));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schedules")
  void byEpochAllStepsOfAnEpochHaveItsRate(String name, Schedule schedule) {
    double[] expected = Recorded.values("rate " + name);
    double[] factors = new double[3 * expected.length];
    Arrays.setAll(factors, step -> schedule.byEpoch(3).factor(step, 3 * STEPS - 1));
    for (int step = 0; step < factors.length; step++) {
      assertThat(factors[step])
          .as("%s, step %d", name, step)
          .isCloseTo(expected[step / 3], within(1e-8));
    }
  }

  @Test
  void schedulesOfAWholeTrainingEndWithIt() {
    assertThat(Schedule.cosine().factor(0, 10)).isEqualTo(1);
    assertThat(Schedule.cosine().factor(5, 10)).isCloseTo(0.5, within(1e-12));
    assertThat(Schedule.cosine(0.1).factor(10, 10)).isCloseTo(0.1, within(1e-12));
    assertThat(Schedule.step().factor(4, 10)).isEqualTo(1);
    assertThat(Schedule.step().factor(5, 10)).isEqualTo(0.1);
    assertThat(Schedule.step().factor(8, 10)).isEqualTo(0.01);
    assertThat(Schedule.oneCycle(0.5, 0.1, 0).factor(9, 10)).isEqualTo(0);
    assertThat(Schedule.oneCycle().factor(0, 1)).isEqualTo(1);
  }

  @Test
  void powerIsOneOverTheNumberOfTheStep() {
    assertThat(Schedule.power(0.5).factor(3, 10)).isEqualTo(0.5);
    assertThat(Schedule.power(1).factor(0, 10)).isEqualTo(1);
  }

  @Test
  void aWarmUpRisesToWhereTheScheduleBegins() {
    var schedule = Schedule.cosine().warmedUp(4);
    assertThat(schedule.factor(0, 14)).isEqualTo(0.25);
    assertThat(schedule.factor(3, 14)).isEqualTo(1);
    assertThat(schedule.factor(4, 14)).isEqualTo(1);
    assertThat(schedule.factor(9, 14)).isCloseTo(0.5, within(1e-12)); // half of what remains
    assertThat(Schedule.constant(0.5).warmedUp(2).factor(0, 9)).isEqualTo(0.25);
  }

  @Test
  void lengthsAreAtLeastOneStep() {
    assertThatThrownBy(() -> Schedule.step(0, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Schedule.step: a number of steps must be at least 1, got 0");
  }

  private static final double[] LOSSES = {
    2.0, 1.5, 1.4, 1.45, 1.41, 1.42, 1.43, 1.3, 1.29, 1.35, 1.35, 1.3, 1.3, 1.3, 1.3, 1.2, 1.2, 1.2,
    1.2, 1.2, 1.2, 1.2, 1.2
  };

  static Stream<Arguments> plateaus() {
    double[] scores = Arrays.stream(LOSSES).map(loss -> 3 - loss).toArray();
    var lowest = Plateau.lowest().factor(0.5).patience(1);
    return Stream.of(
        Arguments.of("plateau", lowest.patience(2), LOSSES),
        Arguments.of("plateau cooling", lowest.cooldown(3).minimum(0.2), LOSSES),
        Arguments.of("plateau highest", Plateau.highest().patience(1), scores),
        Arguments.of("plateau threshold", lowest.threshold(0.1), LOSSES));
  }

  /** Asked after each epoch with all metrics so far, as a resumed training would. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("plateaus")
  void plateausHaveTheRatesOfPyTorch(String name, Plateau plateau, double... metrics) {
    double[] factors = new double[metrics.length];
    Arrays.setAll(factors, epoch -> plateau.after(Arrays.copyOf(metrics, epoch + 1)));
    assertThat(factors).containsExactly(Recorded.values("rate " + name), within(1e-8));
    assertThat(plateau.after()).isEqualTo(1);
  }

  @Test
  void aPlateauMakesTheRateSmaller() {
    assertThatThrownBy(() -> Plateau.lowest().factor(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Plateau: factor must be greater than 0 and less than 1, got 1.0");
  }
}
