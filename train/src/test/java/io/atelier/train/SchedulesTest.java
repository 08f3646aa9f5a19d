package io.atelier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.SyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulesTest {
  /** Ten epochs of 100 steps. */
  @ParameterizedTest
  @CsvSource({
    "constant, 999, 1",
    "step, 499, 1",
    "step, 500, 0.1",
    "step, 750, 0.01",
    "step4, 399, 1",
    "step4, 400, 0.1",
    "step4x0.5, 800, 0.25",
    "exponential0.975, 99, 1",
    "exponential0.975, 100, 0.975",
    "exponential0.975, 950, 0.7962355", // 0.975^9
    "linear, 250, 0.75",
    "polynomial2, 500, 0.25",
    "cosine, 500, 0.5",
    "restarts2, 100, 0.5",
    "restarts2, 200, 1",
    "onecycle, 0, 0.04",
    "onecycle, 299, 1",
    "warmup2-constant, 99, 0.5",
    "warmup2-constant, 600, 1",
    "warmup2-linear, 600, 0.5",
    "warmup0.5-constant, 24, 0.5",
  })
  void aNameIsAFactorForEachStep(String text, long step, double factor) {
    assertThat(Schedules.parse(text, 100).factor(step, 1000)).isCloseTo(factor, within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosines", "", "exponential", "cosine3", "warmup3", "step1x2x3"})
  void whatIsNoScheduleIsRefusedWithThoseThereAre(String text) {
    refused(
        text,
        text.equals("warmup3") ? 7 : 0,
        "expected constant, step, stepN, stepNxF, exponentialF, linear, polynomialP, cosine,"
            + " restartsN, onecycle or warmupN- before one of these");
  }

  @Test
  void anErrorPointsAtTheCharacter() {
    refused("exponential-1", 11, "only warmupN is followed by another schedule");
    refused("step0", 4, "expected a number above 0");
    refused("step1x", 4, "expected a number above 0");
    refused("warmup2-exponential1.2.3", 19, "expected a number above 0");
  }

  private static void refused(String text, int place, String problem) {
    assertThatThrownBy(() -> Schedules.parse(text, 100))
        .isInstanceOf(SyntaxException.class)
        .hasMessage(problem + "\n  " + text + "\n  " + " ".repeat(place) + "^");
  }

  @Test
  void averagesAreReadByName() {
    assertThat(Averaging.parse("none").kind()).isEqualTo(Averaging.Kind.NONE);
    assertThat(Averaging.parse("swa").kind()).isEqualTo(Averaging.Kind.EQUAL);
    assertThat(Averaging.parse("ema0.99"))
        .isEqualTo(new Averaging(Averaging.Kind.EXPONENTIAL, 0.99));
    for (var text : new String[] {"ema", "ema1", "emax", "mean"}) {
      assertThatThrownBy(() -> Averaging.parse(text))
          .isInstanceOf(SyntaxException.class)
          .hasMessageStartingWith(
              "expected none, swa, or ema with a decay below 1, as in ema0.999");
    }
  }
}
