package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.tensor.ElementType;
import io.atelier.tensor.GradCheck;
import io.atelier.tensor.Rng;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The settings of the cross-entropy against the definition in plain loops. */
class CrossEntropyTest {
  private static final Offset<Double> CLOSE = within(1e-12);

  private static final int N = 6;
  private static final int K = 4;
  private static final int[] LABELS = {3, 0, -100, 2, 1, -100};
  private static final double[] ONES = {1, 1, 1, 1};
  private static final double[] WEIGHTS = {1, 0.5, 3, 2};
  private static final CrossEntropy WEIGHTED = CrossEntropy.standard().classWeights(WEIGHTS);
  private static final double[] X = logits();

  private static double[] logits() {
    var rng = Rng.of(7);
    double[] values = new double[N * K];
    for (int i = 0; i < values.length; i++) {
      values[i] = 6 * rng.nextDouble() - 3;
    }
    return values;
  }

  private static Tensor x() {
    return Tensor.of(X, N, K);
  }

  private static Tensor labels() {
    return Tensor.of(LABELS, N);
  }

  /** {@code ln softmax(x)_k} of a row. */
  private static double logProbability(int row, int k) {
    double sum = 0;
    for (int j = 0; j < K; j++) {
      sum += Math.exp(X[row * K + j]);
    }
    return X[row * K + k] - Math.log(sum);
  }

  /** {@code -sum_k w_k q_k ln p_k} of a row whose truth is one label, smoothed. */
  private static double loss(int row, double smoothing, double... weights) {
    double loss = 0;
    for (int k = 0; k < K; k++) {
      double q = (k == LABELS[row] ? 1 - smoothing : 0) + smoothing / K;
      loss -= weights[k] * q * logProbability(row, k);
    }
    return loss;
  }

  /** Compares all three reductions, where the rows labelled -100 do not count. */
  private static void assertFollowsTheDefinition(CrossEntropy settings, double... weights) {
    var loss = settings.ignoring(-100);
    double smoothing = settings.labelSmoothing();
    double[] expected = new double[N];
    double sum = 0;
    double counted = 0;
    for (int row = 0; row < N; row++) {
      if (LABELS[row] >= 0) {
        expected[row] = loss(row, smoothing, weights);
        sum += expected[row];
        counted += weights[LABELS[row]];
      }
    }
    var wide = labels().to(ElementType.LONG);
    assertThat(loss.reduction(LossReduction.NONE).of(x(), labels()).toDoubles())
        .containsExactly(expected, CLOSE);
    assertThat(loss.reduction(LossReduction.SUM).of(x(), labels()).item()).isCloseTo(sum, CLOSE);
    assertThat(loss.of(x(), labels()).item()).isCloseTo(sum / counted, CLOSE);
    assertThat(loss.of(x(), wide).item()).isCloseTo(sum / counted, CLOSE);
    for (var reduction : LossReduction.values()) {
      var checked = loss.reduction(reduction);
      GradCheck.verify(inputs -> checked.of(inputs.getFirst(), labels()), x());
    }
  }

  @Test
  void ignoredLabelsDoNotCount() {
    assertFollowsTheDefinition(CrossEntropy.standard(), ONES);
  }

  @Test
  void classWeightsMultiplyAndTheMeanDividesByTheirSum() {
    assertFollowsTheDefinition(WEIGHTED, WEIGHTS);
  }

  @Test
  void labelSmoothingSpreadsTheTruthEvenly() {
    assertFollowsTheDefinition(CrossEntropy.standard().labelSmoothing(0.1), ONES);
  }

  @Test
  void smoothingWeightsEachClassByItsOwnWeight() {
    assertFollowsTheDefinition(WEIGHTED.labelSmoothing(0.3), WEIGHTS);
    assertFollowsTheDefinition(WEIGHTED.labelSmoothing(1), WEIGHTS);
  }

  @Test
  void ofProbabilitiesTheMeanDividesByTheRows() {
    var truth = x().negated().softmax();
    double[] q = truth.toDoubles();
    double smoothing = 0.2;
    double sum = 0;
    for (int row = 0; row < N; row++) {
      for (int k = 0; k < K; k++) {
        double smoothed = (1 - smoothing) * q[row * K + k] + smoothing / K;
        sum -= WEIGHTS[k] * smoothed * logProbability(row, k);
      }
    }
    var loss = CrossEntropy.standard().labelSmoothing(smoothing).classWeights(WEIGHTS);
    assertThat(loss.of(x(), truth).item()).isCloseTo(sum / N, CLOSE);
    assertThat(loss.reduction(LossReduction.SUM).of(x(), truth).item()).isCloseTo(sum, CLOSE);
    assertThat(loss.reduction(LossReduction.NONE).of(x(), truth).shape().toArray())
        .containsExactly(N);
    GradCheck.verify(inputs -> loss.of(inputs.get(0), inputs.get(1)), x(), truth);
  }

  @Test
  void labelsEqualProbabilitiesOfOneAndZero() {
    int[] labels = {3, 0, 1, 2, 1, 0};
    var index = Tensor.of(labels, N);
    var oneHot = index.oneHot(K).to(ElementType.DOUBLE);
    for (double smoothing : new double[] {0, 0.25}) {
      var loss = CrossEntropy.standard().labelSmoothing(smoothing);
      assertThat(loss.of(x(), index).item()).isCloseTo(loss.of(x(), oneHot).item(), CLOSE);
    }
  }

  @Test
  void uniformLogitsLoseTheLogarithmOfTheNumberOfClasses() {
    var logits = Tensor.of(new float[30], 3, 10);
    var labels = Tensor.of(new int[] {1, 2, 3}, 3);
    var settings = CrossEntropy.standard().labelSmoothing(0.4);
    assertThat(Loss.crossEntropy(logits, labels).item()).isCloseTo(Math.log(10), within(1e-6));
    assertThat(settings.of(logits, labels).item()).isCloseTo(Math.log(10), within(1e-6));
  }

  @Test
  void classesMayStandOnAnyAxis() {
    var images = Tensor.of(X, 2, 3, 4); // [N, K, W]
    var labels = Tensor.of(new int[] {0, 2, 1, 1, 2, 0, -1, 0}, 2, 4);
    var loss = CrossEntropy.standard().ignoring(-1).reduction(LossReduction.NONE);
    var losses = loss.classAxis(1).of(images, labels);
    for (int n = 0; n < 2; n++) {
      for (int w = 0; w < 4; w++) {
        double[] row = {X[n * 12 + w], X[n * 12 + 4 + w], X[n * 12 + 8 + w]};
        var label = labels.select(0, n).select(0, w);
        double expected = loss.of(Tensor.of(row, 3), label).item();
        assertThat(losses.select(0, n).select(0, w).item()).isCloseTo(expected, CLOSE);
      }
    }
    var truth = images.softmax(1);
    assertThat(loss.classAxis(2).of(images, Tensor.of(new int[6], 2, 3)).shape().toArray())
        .containsExactly(2, 3);
    assertThat(CrossEntropy.standard().classAxis(1).of(images, truth).item())
        .isCloseTo(
            CrossEntropy.standard().of(images.transpose(1, 2), truth.transpose(1, 2)).item(),
            CLOSE);
  }

  @Test
  void theMeanOfNothingIsNotANumberAndTheSumIsZero() {
    var nothing = Tensor.of(new int[] {-1, -1}, 2);
    var logits = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    var loss = CrossEntropy.standard().ignoring(-1);
    assertThat(loss.of(logits, nothing).item()).isNaN();
    assertThat(loss.reduction(LossReduction.SUM).of(logits, nothing).item()).isZero();
    assertThat(loss.reduction(LossReduction.NONE).of(logits, nothing).toFloats())
        .containsExactly(0, 0);
  }

  @Test
  void ignoredRowsHaveNoDerivative() {
    var x = x().tracked();
    var loss = CrossEntropy.standard().labelSmoothing(0.1).classWeights(WEIGHTS).ignoring(-100);
    double[] gradient = loss.of(x, labels()).backward().of(x).toDoubles();
    for (int row = 0; row < N; row++) {
      for (int k = 0; k < K; k++) {
        assertThat(gradient[row * K + k] == 0).isEqualTo(LABELS[row] < 0);
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    var standard = CrossEntropy.standard();
    assertThatThrownBy(() -> standard.classWeights(1, 2, 3).of(x(), Tensor.of(new int[N], N)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy of logits [6, 4]: 3 class weights for 4 classes");
    assertThatThrownBy(() -> standard.of(x(), Tensor.of(new double[N], N)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "crossEntropy(DOUBLE [6, 4], DOUBLE [6]): the truth must be INT or LONG labels, or"
                + " probabilities of the shape of the logits");
    assertThatThrownBy(() -> standard.of(x(), labels()))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "crossEntropy(DOUBLE [6, 4], INT [6]): label -100 is none of the 4 classes 0..3");
    assertThatThrownBy(() -> standard.classAxis(2).of(x(), labels()))
        .isInstanceOf(ShapeException.class)
        .hasMessage("crossEntropy of logits [6, 4]: there is no class axis 2");
    assertThatThrownBy(() -> standard.ignoring(-100).of(x(), x().softmax()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("crossEntropy: ignoring(-100) needs labels, not probabilities");
    assertThatThrownBy(() -> standard.labelSmoothing(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("label smoothing must lie in [0, 1], got 1.5");
    assertThatThrownBy(() -> standard.classWeights(1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("class weights must be finite and not below 0, got -1.0");
  }
}
