package io.atelier.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Activation;
import io.atelier.nn.Dropout;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.Sequential;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.Rng;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Truths: closed forms of linear and quadratic scores, finite differences, and plain loops. */
class AttributionTest {
  private static final double[] WEIGHTS = {0.5, -2, 3, 0, 1, -1};

  /** {@code w . x + 7} of images [N, 2, 3]. */
  private static final Score LINEAR = x -> x.times(Tensor.of(WEIGHTS, 2, 3)).sum(1, 2).plus(7);

  private static final Tensor IMAGE = Tensor.of(new double[] {1, 2, -1, 4, 0, 3}, 2, 3);
  private static final Tensor BASELINE = Tensor.of(new double[] {0, 1, 1, -2, 0.5, 3}, 2, 3);

  /** A smooth network on [N, 2, 3]; dropout must not act. */
  private static final Layer NETWORK =
      Sequential.of(
          x -> x.reshape(x.shape().size(0), 6),
          Linear.create(6, 20, Rng.of(1)),
          Activation.TANH,
          new Dropout(0.5),
          Linear.create(20, 4, Rng.of(2)));

  private static final Tensor INPUT = Rng.of(3).uniform(-1, 1, 2, 3);
  private static final Tensor ZERO = Tensor.zeros(2, 3);

  @Test
  void theGradientOfALinearScoreIsItsWeights() {
    assertThat(Attribution.gradient(LINEAR, IMAGE).toDoubles()).isEqualTo(WEIGHTS);
    var smooth = Attribution.smoothGradient(LINEAR, IMAGE, 0.3, 100, Rng.of(5));
    assertThat(smooth.toDoubles()).containsExactly(WEIGHTS, within(1e-12));
    assertThat(Attribution.inputTimesGradient(LINEAR, IMAGE).toDoubles())
        .containsExactly(0.5, -4, -3, 0, 0, -3);
  }

  @Test
  void theGradientOfANetworkIsThatOfFiniteDifferences() {
    var score = Score.probability(NETWORK, 2);
    float[] gradient = Attribution.gradient(score, INPUT).toFloats();
    for (int i = 0; i < gradient.length; i++) {
      double h = 0.01;
      double slope = (score.at(moved(i, h)) - score.at(moved(i, -h))) / (2 * h);
      assertThat(gradient[i]).isCloseTo((float) slope, within(1e-4f));
    }
  }

  private static Tensor moved(int index, double by) {
    float[] values = INPUT.toFloats();
    values[index] += (float) by;
    return Tensor.of(values, 2, 3);
  }

  @Test
  void aScoreThatDependsOnNothingHasNoGradient() {
    Score constant = x -> Tensor.full(3, x.shape().size(0));
    assertThat(Attribution.gradient(constant, INPUT).toFloats()).containsOnly(0);
  }

  /** Of {@code sum x^3} it is {@code 3 x^2}; the noise adds its variance: {@code 3 (x^2 + s^2)}. */
  @Test
  void theSmoothGradientOfACubeHasTheVarianceOfTheNoise() {
    Score cube = x -> x.times(x).times(x).sum(1, 2);
    double[] mean = Attribution.smoothGradient(cube, IMAGE, 0.5, 4000, Rng.of(1)).toDoubles();
    double[] values = IMAGE.toDoubles();
    for (int i = 0; i < mean.length; i++) {
      // of a sample: 6 x s plus that of 3 s^2 (z^2 - 1); five standard errors
      double deviation = Math.hypot(6 * values[i] * 0.5, 3 * 0.25 * Math.sqrt(2));
      assertThat(mean[i])
          .isCloseTo(3 * (values[i] * values[i] + 0.25), within(5 * deviation / Math.sqrt(4000)));
    }
  }

  @Test
  void integratedGradientsOfALinearScoreAreItsTerms() {
    double[] shares = Attribution.integratedGradients(LINEAR, IMAGE, BASELINE, 3).toDoubles();
    double[] x = IMAGE.toDoubles();
    double[] start = BASELINE.toDoubles();
    for (int i = 0; i < shares.length; i++) {
      assertThat(shares[i]).isCloseTo(WEIGHTS[i] * (x[i] - start[i]), within(1e-12));
    }
  }

  /** The share of x1 in {@code x1 x2}, from (0, 0), is half the product. */
  @Test
  void integratedGradientsShareAProductEqually() {
    Score product = x -> x.select(1, 0).times(x.select(1, 1));
    var x = Tensor.of(new double[] {3, -5}, 2);
    var zero = Tensor.of(new double[2], 2);
    assertThat(Attribution.integratedGradients(product, x, zero, 10).toDoubles())
        .containsExactly(new double[] {-7.5, -7.5}, within(1e-12));
  }

  @Test
  void integratedGradientsAddUpToTheDifferenceOfTheScores() {
    var score = Score.logit(NETWORK, 1);
    var shares = Attribution.integratedGradients(score, INPUT, ZERO, 200);
    assertThat(shares.shape()).isEqualTo(INPUT.shape());
    assertThat(shares.elementType()).isEqualTo(ElementType.FLOAT);
    assertThat(shares.sum().item()).isCloseTo(score.at(INPUT) - score.at(ZERO), within(1e-5));
  }

  @Test
  void expectedGradientsOfALinearScoreAndOneBaselineAreIntegratedGradients() {
    var baselines = BASELINE.unsqueeze(0);
    assertThat(Attribution.expectedGradients(LINEAR, IMAGE, baselines, 70, Rng.of(1)).toDoubles())
        .containsExactly(
            Attribution.integratedGradients(LINEAR, IMAGE, BASELINE, 1).toDoubles(), within(1e-12));
  }

  @Test
  void expectedGradientsAreTheMeanOfIntegratedOnes() {
    var score = Score.logit(NETWORK, 3);
    var baselines = Rng.of(9).uniform(-1, 1, 5, 2, 3);
    var expected = new double[6];
    for (int n = 0; n < 5; n++) {
      var shares =
          Attribution.integratedGradients(score, INPUT, baselines.select(0, n), 100).toFloats();
      for (int i = 0; i < 6; i++) {
        expected[i] += shares[i] / 5;
      }
    }
    var drawn = Attribution.expectedGradients(score, INPUT, baselines, 20_000, Rng.of(4));
    for (int i = 0; i < 6; i++) {
      assertThat((double) drawn.toFloats()[i]).isCloseTo(expected[i], within(0.005));
    }
    assertThat(Attribution.expectedGradients(score, INPUT, baselines, 30, Rng.of(4)).toFloats())
        .isEqualTo(
            Attribution.expectedGradients(score, INPUT, baselines, 30, Rng.of(4)).toFloats());
  }

  @Test
  void occlusionBySinglePixelsOfALinearScoreAreItsTerms() {
    double[] map = Attribution.occlusion(LINEAR, IMAGE, BASELINE, 1, 1).toDoubles();
    assertThat(map)
        .containsExactly(
            Attribution.integratedGradients(LINEAR, IMAGE, BASELINE, 1).toDoubles(), within(1e-12));
  }

  /** By hand: squares of 2 that move by 1 over [1, 3] cover pixels 0 1, then 1 2. */
  @Test
  void occlusionIsTheMeanFallOfTheSquaresOverAPixel() {
    var x = Tensor.of(new double[] {1, 2, 4}, 1, 1, 3);
    var zero = Tensor.of(new double[3], 1, 1, 3);
    Score sum = images -> images.sum(1, 2, 3);
    assertThat(Attribution.occlusion(sum, x, zero, 2, 1).toDoubles()).containsExactly(3, 4.5, 6);
  }

  /** All channels of a square are covered; the squares at the edges are cut off. */
  @Test
  void occlusionIsWhatAPlainLoopFinds() {
    int side = 3;
    int stride = 2;
    var x = Rng.of(6).uniform(0, 1, 2, 7, 6);
    var weights = Rng.of(7).uniform(-1, 1, 2, 7, 6);
    var zero = Tensor.zeros(2, 7, 6);
    Score score = images -> images.times(weights).sum(1, 2, 3);
    var falls = new double[7][6];
    var times = new int[7][6];
    for (int top : new int[] {0, 2, 4}) { // rows 4 to 6 are the last
      for (int left : new int[] {0, 2, 4}) { // columns 4 and 5: cut off
        addFall(x, weights, top, left, side, falls, times);
      }
    }
    float[] map = Attribution.occlusion(score, x, zero, side, stride).toFloats();
    for (int at = 0; at < map.length; at++) {
      int row = at / 6 % 7;
      int column = at % 6;
      assertThat((double) map[at]).isCloseTo(falls[row][column] / times[row][column], within(1e-5));
    }
  }

  private static void addFall(
      Tensor x, Tensor weights, int top, int left, int side, double[][] falls, int[][] times) {
    int bottom = top + side;
    int right = Math.min(6, left + side);
    double fall = 0;
    for (int channel = 0; channel < 2; channel++) {
      for (int row = top; row < bottom; row++) {
        for (int column = left; column < right; column++) {
          int at = (channel * 7 + row) * 6 + column;
          fall += (double) x.toFloats()[at] * weights.toFloats()[at];
        }
      }
    }
    for (int row = top; row < bottom; row++) {
      for (int column = left; column < right; column++) {
        falls[row][column] += fall;
        times[row][column]++;
      }
    }
  }

  /** More inputs than are asked about at once, and every one in its place. */
  @Test
  void manyInputsAreAskedAboutInTheirOrder() {
    Score square = x -> x.times(x).sum(1);
    double[] values = Evaluation.values(square, 150, i -> Tensor.of(new double[] {i}, 1));
    assertThat(values[149]).isEqualTo(149 * 149);
    double[] slopes = new double[150];
    Evaluation.derivatives(
        square, 150, i -> Tensor.of(new double[] {i}, 1), (i, slope) -> slopes[i] = slope[0]);
    assertThat(slopes).isEqualTo(IntStream.range(0, 150).mapToDouble(i -> 2.0 * i).toArray());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> Attribution.integratedGradients(LINEAR, IMAGE, ZERO, 5))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "integratedGradients(input DOUBLE [2, 3], baseline FLOAT [2, 3]): the baseline must"
                + " have shape and element type of the input");
    assertThatThrownBy(
            () -> Attribution.expectedGradients(LINEAR, IMAGE, Tensor.zeros(0, 2, 3), 5, Rng.of(1)))
        .hasMessage(
            "expectedGradients(input [2, 3], baselines [0, 2, 3]): needs at least one baseline,"
                + " [N, ...]");
    assertThatThrownBy(() -> Attribution.integratedGradients(LINEAR, IMAGE, BASELINE, 0))
        .hasMessage("needs at least one step, got 0");
    assertThatThrownBy(() -> Attribution.occlusion(LINEAR, IMAGE, BASELINE, 2, 3))
        .hasMessage(
            "patches need a side of at least 1 and a stride from 1 to the side, got 2 and 3");
    assertThatThrownBy(() -> Attribution.gradient(x -> x.sum(), IMAGE))
        .isInstanceOf(ShapeException.class)
        .hasMessage("score([1, 2, 3]): needs one number for each of the 1 inputs, got []");
  }
}
