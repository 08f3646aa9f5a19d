package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Rng;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
  @Test
  void theNetworkOfTheLectureHasTheCountsOfTheSlide() {
    var rows = Architecture.parse("784-1000relu-10").rows();
    assertThat(rows)
        .extracting(Architecture.Row::parameters)
        .containsExactly(785_000L, 0L, 10_010L);
    assertThat(Modules.count(Architecture.parse("20-30").create(Rng.of(0)))).isEqualTo(630);
    assertThat(Modules.count(Architecture.parse("3-4-1").create(Rng.of(0)))).isEqualTo(21);
  }

  @Test
  void aBillionParametersAreCountedWithoutMakingThem() {
    var model = Architecture.parse("1000000-1000").create(Rng.of(0));
    assertThat(Modules.count(model)).isEqualTo(1_000_001_000);
  }

  @Test
  void pathsAreThoseOfPyTorch() {
    var model = Architecture.parse("4-3relu-2").create(Rng.of(0));
    assertThat(Modules.parameters(model))
        .containsOnlyKeys("0.weight", "0.bias", "2.weight", "2.bias");
  }

  @ParameterizedTest
  @CsvSource({
    "784-1000relu-10, 784-1000relu-10",
    "784 1000relu 10, 784-1000relu-10",
    "784 - 1000ReLU - 10, 784-1000relu-10",
    "2-8tanh-8sigmoid-dropout0.25-1, 2-8tanh-8sigmoid-dropout0.25-1",
  })
  void aLineIsReadAndWrittenAgain(String text, String expected) {
    assertThat(Architecture.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "784-1000rellu-10, 8, unknown activation rellu",
    "784-x-10, 4, expected a number of units",
    "784, 3, a network needs at least one layer",
    "784-10-, 7, expected another layer after the last -",
    "784-10?, 6, expected - or a blank",
    "784-0-10, 4, expected a number from 1",
    "784-99999999999-10, 4, expected a number from 1",
    "784-10relu-dropout1.5-10, 18, expected a probability",
    "'', 0, expected the number of inputs",
  })
  void anErrorPointsAtTheCharacter(String text, int place, String problem) {
    assertThatThrownBy(() -> Architecture.parse(text))
        .isInstanceOfSatisfying(
            SyntaxException.class, error -> assertThat(error.place()).isEqualTo(place))
        .hasMessageStartingWith(problem)
        .hasMessageEndingWith("\n  " + text + "\n  " + " ".repeat(place) + "^");
  }

  @Test
  void dropoutFollowsEachHiddenActivation() {
    assertThat(Architecture.parse("4-3relu-3relu-2").withDropout(0.5))
        .hasToString("4-3relu-dropout0.5-3relu-dropout0.5-2");
  }
}
