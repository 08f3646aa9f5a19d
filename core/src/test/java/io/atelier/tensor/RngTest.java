package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RngTest {
  /** The known answers of the Random123 library for philox4x32 with 10 rounds. */
  @Test
  void philoxGivesTheKnownAnswers() {
    assertThat(philox(0, 0, 0)).isEqualTo(words(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
    assertThat(philox(-1, -1, -1)).isEqualTo(words(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
    assertThat(philox(0x299f31d0a4093822L, 0x85a308d3243f6a88L, 0x0370734413198a2eL))
        .isEqualTo(words(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
  }

  @Test
  void aCursorGoesOnFromWhereItStood() {
    var rng = Rng.of(7).split();
    for (int drawn = 0; drawn < 9; drawn++) {
      var copy = Rng.at(rng.position());
      assertThat(copy.nextInt()).isEqualTo(rng.nextInt());
    }
  }

  @Test
  void streamsDiffer() {
    var rng = Rng.of(7);
    var first = rng.split();
    var second = rng.split();
    assertThat(first.nextLong()).isNotEqualTo(second.nextLong());
    assertThat(Rng.of(7).keyed(1).nextLong()).isNotEqualTo(Rng.of(7).keyed(2).nextLong());
    assertThat(Rng.of(7).keyed(1).nextLong()).isEqualTo(Rng.of(7).keyed(1).nextLong());
  }

  @Test
  void aPermutationHoldsEveryNumberOnce() {
    int[] order = Rng.of(3).permutation(1000);
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    assertThat(order).isNotEqualTo(sorted);
    for (int i = 0; i < sorted.length; i++) {
      assertThat(sorted[i]).isEqualTo(i);
    }
  }

  /**
   * 60,000 draws from six classes: chi-square with 5 degrees of freedom stays below its 0.1 %
   * point.
   */
  @Test
  void boundedNumbersAreUniform() {
    int[] counts = new int[6];
    var rng = Rng.of(11);
    for (int i = 0; i < 60_000; i++) {
      counts[rng.nextInt(6)]++;
    }
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - 10_000.0) * (count - 10_000.0) / 10_000;
    }
    assertThat(chiSquare).isLessThan(20.5);
  }

  /** From a second implementation of philox and of the formula, in another language. */
  @Test
  void normalNumbersAreThoseOfBoxAndMuller() {
    var rng = Rng.of(42);
    assertThat(rng.nextGaussian()).isCloseTo(-0.6076510539335191, within(1e-15));
    assertThat(rng.nextGaussian()).isCloseTo(-0.8536440633116089, within(1e-15));
    assertThat(rng.nextGaussian()).isCloseTo(0.21637628796618585, within(1e-15));
  }

  /** 100,000 draws lie below -1, 0, 1 and 2 as often as the table of the distribution says. */
  @Test
  void normalNumbersFollowTheTable() {
    var rng = Rng.of(5);
    double[] below = new double[4];
    for (int i = 0; i < 100_000; i++) {
      double value = rng.nextGaussian();
      for (int j = 0; j < below.length; j++) {
        below[j] += value < j - 1 ? 1e-5 : 0;
      }
    }
    double[] table = {0.158655, 0.5, 0.841345, 0.977250};
    for (int j = 0; j < below.length; j++) {
      assertThat(below[j]).isCloseTo(table[j], within(0.005)); // three deviations
    }
  }

  private static int[] philox(long key, long low, long high) {
    int[] out = new int[4];
    Rng.philox(key, low, high, out);
    return out;
  }

  private static int[] words(int... words) {
    return words;
  }
}
