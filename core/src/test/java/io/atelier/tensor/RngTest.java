package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
    assertThat(chiSquare(counts, 10_000)).isLessThan(20.5);
  }

  @Test
  void normalNumbersHaveTheMomentsOfTheirDistribution() {
    int n = 200_000;
    double[] z = Rng.of(5).normal(0, 1, n).to(ElementType.DOUBLE).toDoubles();
    double[] powers = new double[5];
    for (double value : z) {
      for (int k = 1; k <= 4; k++) {
        powers[k] += StrictMath.pow(value, k) / n;
      }
    }
    double error = 4 / Math.sqrt(n); // four standard errors; the variances are 1, 2, 15 and 96
    assertThat(powers[1]).isCloseTo(0, within(error));
    assertThat(powers[2]).isCloseTo(1, within(error * Math.sqrt(2)));
    assertThat(powers[3]).isCloseTo(0, within(error * Math.sqrt(15)));
    assertThat(powers[4]).isCloseTo(3, within(error * Math.sqrt(96)));
    var scaled = Rng.of(5).normal(3, 0.5, 2, 2);
    assertThat(scaled.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(scaled.number(3)).isCloseTo(3 + 0.5 * z[3], within(1e-6));
  }

  /** The same bits on every machine: a constant that may never change. */
  @Test
  void normalNumbersAreTheSameBitsEverywhere() {
    var checksum = new CRC32();
    for (float value : Rng.of(42).normal(0, 1, 1000).toFloats()) {
      checksum.update(ByteBuffer.allocate(4).putFloat(0, value).array());
    }
    assertThat(checksum.getValue()).isEqualTo(3660697938L);
  }

  /** Counts in ten equal classes: chi-square with 9 degrees of freedom, 0.1 % point 27.9. */
  @Test
  void uniformNumbersAreSpreadEvenlyWithinTheirBounds() {
    var values = Rng.of(6).uniform(-2, 3, 100, 500);
    assertThat(values.shape()).isEqualTo(Shape.of(100, 500));
    int[] counts = new int[10];
    for (float value : values.toFloats()) {
      assertThat(value).isGreaterThanOrEqualTo(-2).isLessThan(3);
      counts[(int) ((value + 2) * 2)]++;
    }
    assertThat(chiSquare(counts, 5000)).isLessThan(27.9);
    float low = 1e8f;
    float high = Math.nextUp(low); // every number in between rounds to one of the two
    assertThat(Rng.of(1).uniform(low, high, 100).toFloats()).containsOnly(low);
  }

  @Test
  void wholeNumbersReachBothEnds() {
    int[] counts = new int[5];
    for (int value : Rng.of(8).integers(-2, 3, 50_000).toInts()) {
      counts[value + 2]++;
    }
    assertThat(chiSquare(counts, 10_000)).isLessThan(18.5); // 4 degrees of freedom, 0.1 %
    assertThat(Rng.of(8).integers(7, 8, 2, 2).toInts()).containsExactly(7, 7, 7, 7);
    assertThat(Rng.of(8).integers(-1, Integer.MAX_VALUE - 1, 9).min().item())
        .isGreaterThanOrEqualTo(-1);
  }

  @Test
  void truthsComeWithTheirProbability() {
    var mask = Rng.of(9).bernoulli(0.3, 100, 1000);
    assertThat(mask.elementType()).isEqualTo(ElementType.BOOL);
    assertThat(mask.sum().item()).isCloseTo(30_000, within(4 * Math.sqrt(100_000 * 0.3 * 0.7)));
    assertThat(Rng.of(9).bernoulli(0, 100).any().item()).isZero();
    assertThat(Rng.of(9).bernoulli(1, 100).all().item()).isEqualTo(1);
  }

  @Test
  void placesAreDrawnInProportionToTheirWeights() {
    var weights = Tensor.of(new double[] {0, 1, 0, 2, 7, 0, 3, 3, 0, 4, 0, 0}, 2, 6);
    var drawn = Rng.of(10).multinomial(weights, 10_000);
    assertThat(drawn.shape()).isEqualTo(Shape.of(2, 10_000));
    int[][] counts = new int[2][6];
    int[] places = drawn.toInts();
    for (int i = 0; i < places.length; i++) {
      counts[i / 10_000][places[i]]++;
    }
    for (int row = 0; row < 2; row++) {
      double chiSquare = 0;
      for (int k = 0; k < 6; k++) {
        double expected = weights.number(row * 6 + k) * 1000;
        if (expected == 0) {
          assertThat(counts[row][k]).isZero();
        } else {
          chiSquare += (counts[row][k] - expected) * (counts[row][k] - expected) / expected;
        }
      }
      assertThat(chiSquare).isLessThan(13.8); // 2 degrees of freedom, 0.1 %
    }
  }

  /** Of weights 1, 2 and 3, the pair (i, j) is drawn with w_i / 6 * w_j / (6 - w_i). */
  @Test
  void withoutReplacementEveryOrderHasItsProbability() {
    int n = 60_000;
    var weights = Tensor.of(new int[] {1, 2, 3, 0}, 4).expanded(n, 4);
    int[] places = Rng.of(12).multinomialWithoutReplacement(weights, 2).toInts();
    int[][] counts = new int[4][4];
    for (int i = 0; i < n; i++) {
      counts[places[2 * i]][places[2 * i + 1]]++;
    }
    double chiSquare = 0;
    int seen = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        if (i != j) {
          double expected = n * (i + 1) / 6.0 * (j + 1) / (6.0 - (i + 1));
          chiSquare += (counts[i][j] - expected) * (counts[i][j] - expected) / expected;
          seen += counts[i][j];
        }
      }
    }
    assertThat(seen).isEqualTo(n); // none twice, none of weight 0
    assertThat(chiSquare).isLessThan(20.5); // 5 degrees of freedom, 0.1 %
  }

  @Test
  void mistakesAreNamed() {
    var rng = Rng.of(0);
    refuses(
        () -> rng.uniform(1, 1, 2),
        "uniform(1.0 to 1.0): needs finite ends, the low below the high");
    refuses(
        () -> rng.normal(0, -1, 2),
        "normal(mean 0.0, deviation -1.0): needs finite numbers, the deviation not below 0");
    refuses(
        () -> rng.integers(3, 3, 2),
        "integers(3 to before 3): there must be 1 to 2,147,483,647 numbers to choose from, got 0");
    refuses(() -> rng.bernoulli(1.5, 2), "bernoulli(1.5): a probability lies within 0 to 1");
    refuses(
        () -> rng.multinomial(Tensor.of(new double[] {1, -2}, 2), 3),
        "multinomial(DOUBLE [2], 3 draws): weights must be finite and not below 0, got -2.0 in row"
            + " 0");
    refuses(
        () -> rng.multinomial(Tensor.of(new float[] {1, 0, 0, 0}, 2, 2), 3),
        "multinomial([2, 2], 3 draws): row 1 has 0 weights above 0, needs 1");
    refuses(
        () -> rng.multinomialWithoutReplacement(Tensor.of(new float[] {1, 0, 2}, 3), 3),
        "multinomialWithoutReplacement([3], 3 draws): row 0 has 2 weights above 0, needs 3");
    assertThatThrownBy(() -> rng.multinomial(Tensor.scalar(1), 3))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "multinomial([], 3 draws): needs a last axis to draw from, and at least 0 draws");
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(text);
  }

  private static double chiSquare(int[] counts, double expected) {
    double sum = 0;
    for (int count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
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
