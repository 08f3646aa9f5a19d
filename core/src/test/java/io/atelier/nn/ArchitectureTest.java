package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Window;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
  private static final Shape GREY = Shape.of(1, 28, 28);

  @Test
  void theNetworkOfTheLectureHasTheCountsOfTheSlide() {
    var model = Architecture.parse("784-1000relu-10").create(Rng.of(0));
    assertThat(Summary.of(model, Shape.of(784)).rows())
        .extracting(Summary.Row::parameters)
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
    var cnn = Architecture.parse("conv10x5relu-pool4-128relu-10").create(GREY, Rng.of(0));
    assertThat(Modules.parameters(cnn)) // a flatten stands at 3
        .containsOnlyKeys("0.weight", "0.bias", "4.weight", "4.bias", "6.weight", "6.bias");
  }

  @Test
  void theFirstFullyConnectedLayerFlattensUnlessThatWasDone() {
    assertThat(flattens("conv2x3relu-8relu-4")).isEqualTo(1);
    assertThat(flattens("conv2x3relu-flatten-8relu-4")).isEqualTo(1);
    assertThat(flattens("flatten-bn-8relu-4")).isEqualTo(1);
    assertThat(flattens("bn-8relu-4")).isEqualTo(1);
    assertThat(flattens("conv2x3relu-gap-4")).isZero();
    var line = Architecture.parse("784-4");
    assertThat(line.create(Rng.of(0)).layers()).hasSize(1);
  }

  private static long flattens(String text) {
    return Architecture.parse(text).create(GREY, Rng.of(0)).layers().stream()
        .filter(Flatten.class::isInstance)
        .count();
  }

  @Test
  void aLineSaysWhichExamplesItTakes() {
    var line = Architecture.parse("784-10");
    assertThatThrownBy(() -> line.create(Shape.of(3, 32, 32), Rng.of(0)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("784-10 of [3, 32, 32]: begins with 784 inputs");
    var image = Architecture.parse("conv4x3-10");
    assertThatThrownBy(() -> image.create(Rng.of(0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("conv4x3-10 takes its inputs from the data: give a shape");
  }

  @ParameterizedTest
  @CsvSource({
    "784-1000relu-10, 784-1000relu-10",
    "784 1000relu 10, 784-1000relu-10",
    "784 - 1000ReLU - 10, 784-1000relu-10",
    "2-8tanh-8sigmoid-dropout0.25-1, 2-8tanh-8sigmoid-dropout0.25-1",
    "4-dropout0.0005-2, 4-dropout0.00050-2",
    "4-3-relu-2, 4-3relu-2",
    "4-relu-2, 4-relu-2",
    "conv10x5relu-pool2-conv20x5relu-pool2-128relu-10, conv10x5relu-pool2-conv20x5relu-pool2-128relu-10",
    "Conv32x3P1 BN ReLU AvgPool3S2P1 GAP 10, conv32x3p1-bn-relu-avgpool3s2p1-gap-10",
    "conv8x3d2g4p2s2tanh-flatten-10, conv8x3s2p2d2g4tanh-flatten-10",
    "conv8x3s1p0d1g1-10, conv8x3-10",
    "conv8x5same-10, conv8x5p2-10",
    "conv8x4samerelu-10, conv8x4samerelu-10",
    "conv8x4d3same-10, conv8x4samed3-10",
    "conv8x3p1nobias-bn-relu-10, conv8x3p1nobias-bn-relu-10",
    "conv8x3nobiasrelu-10, conv8x3nobiasrelu-10",
    "pool2s2-10, pool2-10",
    "pool3s1same-10, pool3s1p1-10",
    "conv8x3-in-relu-8-ln-relu-10, conv8x3-in-relu-8-ln-relu-10",
    "bn-selu-sigmoid-softplus-10, bn-selu-sigmoid-softplus-10",
    "bn-conv8x3s2selu-10, bn-conv8x3s2selu-10",
  })
  void aLineIsReadAndWrittenAgain(String text, String expected) {
    var line = Architecture.parse(text);
    assertThat(line).hasToString(expected);
    assertThat(Architecture.parse(expected)).isEqualTo(line);
  }

  @Test
  void whatALineCannotSayIsRefused() {
    var wide = Window.of(1, 7);
    refuses(Filters.of(8, wide));
    refuses(MaxPool.of(wide.same()));
    refuses(AveragePool.of(2).inside());
    var one = List.of(1);
    refuses(MaxPool.of(new Window(List.of(4), one, one, List.of(2), one)));
    var square =
        new Architecture(OptionalInt.empty(), List.of(Filters.of(8, Window.of(4, 4).same())));
    assertThat(square).hasToString("conv8x4same");
  }

  private static void refuses(Architecture.Item item) {
    assertThatThrownBy(() -> new Architecture(OptionalInt.empty(), List.of(item)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a line of text has square windows, padded alike at all edges or same, and means that"
                + " count padding; not "
                + item);
  }

  @Test
  void theExamplesOfTheGrammarAreLines() {
    var examples =
        Architecture.GRAMMAR.lines().filter(line -> line.matches("  \\S.*-10\\b.*")).toList();
    assertThat(examples).hasSize(4);
    assertThat(examples)
        .allSatisfy(line -> {
          var text = line.strip().split(" ", 2)[0];
          assertThat(Architecture.parse(text)).hasToString(text);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "784-1000rellu-10, 8, unknown activation rellu",
    "784-x-10, 4, 'unknown layer x; expected a number of units, conv, pool, avgpool, gap, bn, ln, in, dropout, flatten or an activation (sigmoid, relu, gelu, softplus, elu, selu, tanh)\n'",
    "784-?-10, 4, 'expected a number of units, conv, pool, avgpool, gap, bn, ln, in, dropout, flatten or an activation\n'",
    "128relu-10, 3, 'the number at the beginning counts the inputs and has no activation; a line that begins with flatten takes them from the data\n'",
    "conv-10, 4, 'expected the number of channels, as in conv32x3\n'",
    "conv32-10, 6, 'expected x and the size of the window, as in conv32x3\n'",
    "conv32x-10, 7, 'expected the size of the window, as in conv32x3\n'",
    "conv32x3k2-10, 8, 'unknown option k of conv; known are sN stride, pN padding, same, dN dilation and, of conv, gN groups\n'",
    "pool2g2-10, 5, 'unknown option g of pool; known are sN stride, pN padding, same, dN dilation and, of conv, gN groups\n'",
    "conv32x3s2p1s2-10, 12, 'conv has this option twice\n'",
    "conv32x3p1same-10, 10, 'conv has this option twice\n'",
    "conv32x3g3-10, 4, 'the channels must be divisible by the groups (3)\n'",
    "conv32x3s0-10, 9, 'expected a number from 1 to 1,000,000,000\n'",
    "conv32x3rellu-10, 8, 'unknown activation rellu; known are sigmoid, relu, gelu, softplus, elu, selu, tanh\n'",
    "pool-10, 4, 'expected the size of the window, as in pool2\n'",
    "pool2relu-10, 5, 'expected - or a blank before this\n'",
    "bnrelu-10, 0, unknown layer bnrelu; expected a number of units",
    "pool2-relu, 10, 'a network needs at least one layer with weights, as in flatten-10\n'",
    "784, 3, a network needs at least one layer",
    "784-10-, 7, expected another layer after the last -",
    "784-10?, 6, expected - or a blank",
    "784-0-10, 4, expected a number from 1",
    "784-99999999999-10, 4, expected a number from 1",
    "784-10relu-dropout1.5-10, 18, expected a probability",
    "'', 0, 'expected the number of inputs, or a layer\n'",
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
