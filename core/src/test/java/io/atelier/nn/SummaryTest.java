package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final Shape GREY = Shape.of(1, 28, 28);

  private static Summary summary(String line, Shape input) {
    return Summary.of(Architecture.parse(line).create(input, Rng.of(0)), input);
  }

  @Test
  void shapesParametersAndReceptiveFieldsAreThoseOfTheSlide() {
    var summary = summary("conv10x5relu-pool2-conv20x5relu-pool2-128relu-10", GREY);
    assertThat(summary.rows())
        .extracting(Summary.Row::name)
        .containsExactly(
            "convolution 5x5",
            "relu",
            "max pool 2x2",
            "convolution 5x5",
            "relu",
            "max pool 2x2",
            "flatten",
            "fully connected",
            "relu",
            "fully connected");
    assertThat(summary.rows())
        .extracting(row -> row.output().toString())
        .containsExactly(
            "[10, 24, 24]",
            "[10, 24, 24]",
            "[10, 12, 12]",
            "[20, 8, 8]",
            "[20, 8, 8]",
            "[20, 4, 4]",
            "[320]",
            "[128]",
            "[128]",
            "[10]");
    assertThat(summary.rows())
        .extracting(Summary.Row::field)
        .containsExactly(5, 5, 6, 14, 14, 16, 0, 0, 0, 0);
    assertThat(summary.parameters()).isEqualTo(260 + 5020 + 41_088 + 1290);
    assertThat(summary.output()).isEqualTo(Shape.of(10));
  }

  /** Twice 3 x 3 at dilation 2 after stride 2: 3, then 3 + 2 * 4 = 11. */
  @Test
  void stridesAndDilationsWidenTheReceptiveField() {
    assertThat(summary("conv4x3s2-conv4x3d2-bn-gap-10", Shape.of(3, 32, 32)).rows())
        .extracting(Summary.Row::field)
        .containsExactly(3, 11, 11, 0, 0);
  }

  @Test
  void aFullyConnectedNetworkHasNoReceptiveField() {
    assertThat(summary("784-16relu-10", Shape.of(784)).rows())
        .extracting(Summary.Row::field)
        .containsOnly(0);
  }

  @Test
  void aModelThatIsNoSequenceIsOneRow() {
    assertThat(Summary.of(Linear.create(4, 2, Rng.of(0)), Shape.of(4)).rows())
        .containsExactly(new Summary.Row("", "fully connected", Shape.of(2), 10, 0));
  }
}
