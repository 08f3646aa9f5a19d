package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** First values against the bounds, variances and identities of the papers. */
class InitializerTest {
  private static final Shape MATRIX = Shape.of(200, 300);

  /** 64 kernels 5 x 5 over 3 channels: fan-in 3 * 25 = 75, fan-out 64 * 25 = 1600. */
  private static final Shape CONVOLUTION = Shape.of(64, 3, 5, 5);

  @Test
  void constantsAreConstant() {
    assertThat(values(Initializer.zeros(), Shape.of(7))).containsOnly(0);
    assertThat(values(Initializer.constant(0.25), Shape.of(7))).containsOnly(0.25f);
  }

  @Test
  void uniformValuesFillTheirInterval() {
    requireUniform(Initializer.uniform(0.3), MATRIX, 0.3);
    requireUniform(Initializer.xavierUniform(), MATRIX, Math.sqrt(6.0 / (300 + 200)));
    requireUniform(Initializer.xavierUniform(), CONVOLUTION, Math.sqrt(6.0 / (75 + 1600)));
    requireUniform(Initializer.heUniform(), MATRIX, Math.sqrt(6.0 / 300));
    requireUniform(Initializer.heUniform(), CONVOLUTION, Math.sqrt(6.0 / 75));
    requireUniform(Initializer.heUniform(0.2), MATRIX, Math.sqrt(6.0 / (1.04 * 300)));
    requireUniform(
        Initializer.xavierUniform().scaled(5.0 / 3), MATRIX, 5.0 / 3 * Math.sqrt(6.0 / 500));
  }

  @Test
  void normalValuesHaveTheMomentsOfTheNormalDistribution() {
    requireNormal(Initializer.normal(1, 0.02), MATRIX, 1, 0.02);
    requireNormal(Initializer.xavierNormal(), MATRIX, 0, Math.sqrt(2.0 / 500));
    requireNormal(Initializer.xavierNormal(), CONVOLUTION, 0, Math.sqrt(2.0 / 1675));
    requireNormal(Initializer.heNormal(), MATRIX, 0, Math.sqrt(2.0 / 300));
    requireNormal(Initializer.heNormal(), CONVOLUTION, 0, Math.sqrt(2.0 / 75));
    requireNormal(Initializer.heNormal(0.2), MATRIX, 0, Math.sqrt(2.0 / (1.04 * 300)));
    requireNormal(Initializer.lectureNormal(), MATRIX, 0, 2 / Math.sqrt(300));
  }

  /** What He et al. promise: layer after layer of ReLU keeps the mean square of its input. */
  @Test
  void heKeepsTheSizeOfValuesThroughTwentyLayersOfRelu() {
    var rng = Rng.of(3);
    var x = Parameter.create(Shape.of(32, 256), Initializer.normal(0, 1), rng).value();
    for (int layer = 0; layer < 20; layer++) {
      var weight = Parameter.create(Shape.of(256, 256), Initializer.heNormal(), rng);
      x = x.relu().matmul(weight.value().transpose());
    }
    assertThat(x.squared().mean().item()).isBetween(0.5, 2.0);
  }

  @ParameterizedTest
  @CsvSource({"30, 30, 1", "20, 50, 1", "50, 20, 1", "1, 9, 1", "40, 24, 1.5"})
  void orthogonalRowsOrColumnsAreOrthonormal(int rows, int columns, double gain) {
    var initializer = gain == 1 ? Initializer.orthogonal() : Initializer.orthogonal().scaled(gain);
    float[] w = values(initializer, Shape.of(rows, columns));
    boolean wide = rows <= columns;
    int vectors = Math.min(rows, columns);
    for (int i = 0; i < vectors; i++) {
      for (int j = 0; j < vectors; j++) {
        double dot = 0;
        for (int k = 0; k < Math.max(rows, columns); k++) {
          dot +=
              wide
                  ? (double) w[i * columns + k] * w[j * columns + k]
                  : (double) w[k * columns + i] * w[k * columns + j];
        }
        assertThat(dot).isCloseTo(i == j ? gain * gain : 0, within(3e-7));
      }
    }
  }

  @Test
  void anOrthogonalConvolutionCountsTheAxesAfterTheFirstAsOne() {
    assertThat(values(Initializer.orthogonal(), CONVOLUTION))
        .isEqualTo(values(Initializer.orthogonal(), Shape.of(64, 75)));
  }

  /** Uniform among all rotations: an entry has mean 0 and variance 1/n. */
  @Test
  void orthogonalMatricesPreferNoDirection() {
    double sum = 0;
    double square = 0;
    int count = 2000;
    var rng = Rng.of(8);
    for (int i = 0; i < count; i++) {
      float[] w = new float[16];
      Initializer.orthogonal().fill(w, Shape.of(4, 4), rng);
      sum += w[0];
      square += w[0] * w[0];
    }
    assertThat(sum / count).isCloseTo(0, within(0.04)); // deviation 0.011
    assertThat(square / count).isCloseTo(0.25, within(0.02)); // deviation 0.005
  }

  @Test
  void valuesDependOnTheSeedOnly() {
    for (var initializer :
        new Initializer[] {
          Initializer.xavierUniform(), Initializer.heNormal(), Initializer.orthogonal()
        }) {
      assertThat(values(initializer, MATRIX)).isEqualTo(values(initializer, MATRIX));
      float[] other = new float[(int) MATRIX.count()];
      initializer.fill(other, MATRIX, Rng.of(2));
      assertThat(other).isNotEqualTo(values(initializer, MATRIX));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "xavierUniform",
    "xavierNormal",
    "heUniform",
    "heNormal",
    "lectureNormal",
    "orthogonal"
  })
  void aBiasIsRefusedWhereFanInIsNeeded(String name) {
    var initializer =
        switch (name) {
          case "xavierUniform" -> Initializer.xavierUniform();
          case "xavierNormal" -> Initializer.xavierNormal();
          case "heUniform" -> Initializer.heUniform();
          case "heNormal" -> Initializer.heNormal();
          case "lectureNormal" -> Initializer.lectureNormal();
          default -> Initializer.orthogonal();
        };
    var bias = Parameter.create(Shape.of(10), initializer, Rng.of(0));
    assertThatThrownBy(bias::value)
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            name
                + "([10]): needs a weight with at least 2 axes, [out, in, ...]; for a bias take"
                + " zeros() or uniform(bound)");
  }

  private static float[] values(Initializer initializer, Shape shape) {
    float[] values = new float[(int) shape.count()];
    initializer.fill(values, shape, Rng.of(1));
    return values;
  }

  /** Within the bound, up to it, and with the second and fourth moment of the uniform. */
  private static void requireUniform(Initializer initializer, Shape shape, double bound) {
    float[] values = values(initializer, shape);
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs((double) value));
    }
    assertThat(largest).isBetween(0.998 * bound, bound * (1 + 1e-6));
    requireMoments(values, 0, bound / Math.sqrt(3), 1.8);
  }

  private static void requireNormal(
      Initializer initializer, Shape shape, double mean, double deviation) {
    requireMoments(values(initializer, shape), mean, deviation, 3);
  }

  /** Each moment within five of its own standard deviations. */
  private static void requireMoments(
      float[] values, double mean, double deviation, double kurtosis) {
    double first = 0;
    double second = 0;
    double fourth = 0;
    for (float value : values) {
      double z = (value - mean) / deviation;
      first += z / values.length;
      second += z * z / values.length;
      fourth += z * z * z * z / values.length;
    }
    double root = Math.sqrt(values.length);
    assertThat(first).isCloseTo(0, within(5 / root));
    assertThat(second).isCloseTo(1, within(5 * Math.sqrt(kurtosis - 1) / root));
    assertThat(fourth).isCloseTo(kurtosis, within(5 * Math.sqrt(96) / root));
  }
}
