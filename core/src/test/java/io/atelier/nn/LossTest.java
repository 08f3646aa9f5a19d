package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.tensor.ElementType;
import io.atelier.tensor.Rng;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.function.Function;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Each loss against its definition in plain loops, and where its value is known. */
class LossTest {
  private static final Offset<Double> CLOSE = within(1e-12);

  private static final int N = 6;
  private static final int K = 5;
  private static final int[] LABELS = {4, 0, 2, 2, 1, 3};
  private static final double[] X = values(1, N * K);
  private static final double[] Y = values(2, N * K);

  /** Between -3 and 3. */
  private static double[] values(int seed, int count) {
    var rng = Rng.of(seed);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = 6 * rng.nextDouble() - 3;
    }
    return values;
  }

  private static Tensor matrix(double... values) {
    return Tensor.of(values, N, K);
  }

  private static Tensor labels() {
    return Tensor.of(LABELS, N);
  }

  private static Tensor vector(double... values) {
    return Tensor.of(values, values.length);
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /** Compares all three reductions with the losses one by one. */
  private static void assertLosses(Function<LossReduction, Tensor> loss, double... expected) {
    assertThat(loss.apply(LossReduction.NONE).toDoubles()).containsExactly(expected, CLOSE);
    assertThat(loss.apply(LossReduction.SUM).item()).isCloseTo(sum(expected), CLOSE);
    assertThat(loss.apply(LossReduction.MEAN).item())
        .isCloseTo(sum(expected) / expected.length, CLOSE);
  }

  @Test
  void squaredAndAbsoluteErrorsFollowTheirDefinitions() {
    double[] squared = new double[N * K];
    double[] absolute = new double[N * K];
    for (int i = 0; i < N * K; i++) {
      squared[i] = (X[i] - Y[i]) * (X[i] - Y[i]);
      absolute[i] = Math.abs(X[i] - Y[i]);
    }
    assertLosses(reduction -> Loss.squaredError(matrix(X), matrix(Y), reduction), squared);
    assertLosses(reduction -> Loss.absoluteError(matrix(X), matrix(Y), reduction), absolute);
    assertThat(Loss.meanSquaredError(matrix(X), matrix(Y)).item())
        .isCloseTo(sum(squared) / (N * K), CLOSE);
    assertThat(Loss.meanAbsoluteError(matrix(X), matrix(Y)).item())
        .isCloseTo(sum(absolute) / (N * K), CLOSE);
  }

  @Test
  void huberIsSquaredInsideDeltaAndStraightOutside() {
    double delta = 1.5;
    double[] expected = new double[N * K];
    for (int i = 0; i < N * K; i++) {
      double d = Math.abs(X[i] - Y[i]);
      expected[i] = d <= delta ? d * d / 2 : delta * (d - delta / 2);
    }
    assertLosses(reduction -> new Huber(delta, reduction).of(matrix(X), matrix(Y)), expected);
    assertThat(new Huber(100, LossReduction.MEAN).of(matrix(X), matrix(Y)).item())
        .isCloseTo(Loss.meanSquaredError(matrix(X), matrix(Y)).item() / 2, CLOSE);
    var x = vector(-7, -1, 0, 1, 7).tracked();
    var huber = new Huber(1, LossReduction.SUM).of(x, vector(0, 0, 0, 0, 0));
    assertThat(huber.item()).isEqualTo(6.5 + 0.5 + 0 + 0.5 + 6.5);
    assertThat(huber.backward().of(x).toDoubles()).containsExactly(-1, -1, 0, 1, 1);
  }

  @Test
  void binaryCrossEntropyFollowsItsDefinition() {
    double[] truth = new double[N * K];
    double[] weights = {1, 2, 0.5, 3, 0};
    double[] plain = new double[N * K];
    double[] weighted = new double[N * K];
    for (int i = 0; i < N * K; i++) {
      truth[i] = i % 3 / 2.0; // no, half, yes
      double p = 1 / (1 + Math.exp(-X[i]));
      double yes = -truth[i] * Math.log(p);
      double no = -(1 - truth[i]) * Math.log(1 - p);
      plain[i] = yes + no;
      weighted[i] = weights[i % K] * yes + no;
    }
    var standard = BinaryCrossEntropy.standard();
    assertLosses(reduction -> standard.reduction(reduction).of(matrix(X), matrix(truth)), plain);
    assertLosses(
        reduction ->
            standard.positiveWeights(weights).reduction(reduction).of(matrix(X), matrix(truth)),
        weighted);
    assertThat(Loss.binaryCrossEntropy(matrix(X), matrix(truth)).item())
        .isCloseTo(sum(plain) / (N * K), CLOSE);
    assertThat(Loss.binaryCrossEntropy(vector(0, 0), vector(0, 1)).item())
        .isCloseTo(Math.log(2), CLOSE);
    assertThat(standard.positiveWeights(3).of(vector(0, 0), vector(0, 1)).item())
        .isCloseTo(2 * Math.log(2), CLOSE);
  }

  @Test
  void binaryCrossEntropyIsExactForLogitsOfAThousand() {
    var loss = BinaryCrossEntropy.standard().reduction(LossReduction.NONE);
    for (var type : new ElementType[] {ElementType.FLOAT, ElementType.DOUBLE}) {
      var logits = vector(1000, 1000, -1000, -1000, -30).to(type).tracked();
      var losses = loss.of(logits, vector(1, 0, 1, 0, 0).to(type));
      var gradient = losses.sum().backward().of(logits);
      assertThat(losses.to(ElementType.DOUBLE).toDoubles())
          .containsExactly(new double[] {0, 1000, 1000, 0, Math.exp(-30)}, within(1e-19));
      assertThat(gradient.to(ElementType.DOUBLE).toDoubles())
          .containsExactly(new double[] {0, 1, -1, 0, Math.exp(-30)}, within(1e-19));
    }
  }

  @Test
  void negativeLogLikelihoodIsTheCrossEntropyAfterLogSoftmax() {
    double[] expected = new double[N];
    for (int n = 0; n < N; n++) {
      expected[n] = -X[n * K + LABELS[n]];
    }
    assertLosses(reduction -> Loss.negativeLogLikelihood(matrix(X), labels(), reduction), expected);
    var logProbabilities = matrix(X).logSoftmax();
    double likelihood = Loss.negativeLogLikelihood(logProbabilities, labels()).item();
    assertThat(likelihood).isCloseTo(Loss.crossEntropy(matrix(X), labels()).item(), CLOSE);
    assertThat(likelihood).isCloseTo(Loss.crossEntropy(logProbabilities, labels()).item(), CLOSE);
  }

  @Test
  void kullbackLeiblerFollowsItsDefinition() {
    var predicted = matrix(X).softmax();
    var truth = matrix(Y).softmax();
    double[] p = predicted.toDoubles();
    double[] q = truth.toDoubles();
    double[] expected = new double[N];
    for (int i = 0; i < N * K; i++) {
      expected[i / K] += q[i] * (Math.log(q[i]) - Math.log(p[i]));
    }
    assertLosses(reduction -> Loss.kullbackLeibler(predicted.log(), truth, reduction), expected);
    assertThat(Loss.kullbackLeibler(truth.log(), truth).item()).isCloseTo(0, CLOSE);
    assertThat(Loss.kullbackLeibler(vector(0.5, 0.5).log(), vector(1, 0)).item())
        .isCloseTo(Math.log(2), CLOSE);
    assertThat(Loss.kullbackLeibler(vector(1, 0).log(), vector(1, 0)).item()).isZero();
  }

  @Test
  void hingeOfLabelsIsTheMultiClassMargin() {
    double margin = 0.7;
    double[] expected = new double[N];
    for (int i = 0; i < N * K; i++) {
      int n = i / K;
      if (i % K != LABELS[n]) {
        expected[n] += Math.max(0, margin - X[n * K + LABELS[n]] + X[i]) / K;
      }
    }
    assertLosses(reduction -> new Hinge(margin, reduction).of(matrix(X), labels()), expected);
    // the example of PyTorch's documentation: 0.25 ((1 - (0.8 - 0.1)) + (1 - (0.8 - 0.2)) + ...)
    var scores = Tensor.of(new double[] {0.1, 0.2, 0.4, 0.8}, 1, 4);
    assertThat(Loss.hinge(scores, Tensor.of(new int[] {3}, 1)).item()).isCloseTo(0.325, CLOSE);
  }

  @Test
  void hingeOfSignsIsThatOfASupportVectorMachine() {
    double[] signs = new double[N * K];
    double[] expected = new double[N * K];
    for (int i = 0; i < N * K; i++) {
      signs[i] = i % 2 == 0 ? 1 : -1;
      expected[i] = Math.max(0, 2 - signs[i] * X[i]);
    }
    assertLosses(reduction -> new Hinge(2, reduction).of(matrix(X), matrix(signs)), expected);
    assertThat(Loss.hinge(vector(3, 0.5, 0), vector(1, 1, -1)).item()).isEqualTo(1.5 / 3);
  }

  @Test
  void cosineIsOneLessTheCosineOfTheAngle() {
    double[] cosines = cosines();
    double[] expected = new double[N];
    for (int n = 0; n < N; n++) {
      expected[n] = 1 - cosines[n];
    }
    assertLosses(reduction -> Loss.cosine(matrix(X), matrix(Y), reduction), expected);
    assertThat(Loss.cosine(vector(2, 0), vector(5, 0)).item()).isCloseTo(0, CLOSE);
    assertThat(Loss.cosine(vector(2, 0), vector(0, 3)).item()).isCloseTo(1, CLOSE);
    assertThat(Loss.cosine(vector(1, 1), vector(-4, -4)).item()).isCloseTo(2, CLOSE);
    var zero = vector(0, 0).tracked();
    var loss = Loss.cosine(zero, vector(3, 4));
    assertThat(loss.item()).isEqualTo(1);
    assertThat(loss.backward().of(zero).toDoubles()).doesNotContain(Double.NaN);
  }

  @Test
  void cosineEmbeddingParksOthersBelowTheMargin() {
    double[] cosines = cosines();
    double[] signs = {1, -1, 1, -1, -1, -1};
    double[] expected = new double[N];
    for (int n = 0; n < N; n++) {
      expected[n] = signs[n] == 1 ? 1 - cosines[n] : Math.max(0, cosines[n] - 0.1);
    }
    assertThat(expected).contains(0); // both branches of the maximum are seen
    assertLosses(
        reduction -> Loss.cosineEmbedding(matrix(X), matrix(Y), vector(signs), 0.1, reduction),
        expected);
  }

  private static double[] cosines() {
    double[] cosines = new double[N];
    for (int n = 0; n < N; n++) {
      double product = 0;
      double first = 0;
      double second = 0;
      for (int i = n * K; i < (n + 1) * K; i++) {
        product += X[i] * Y[i];
        first += X[i] * X[i];
        second += Y[i] * Y[i];
      }
      cosines[n] = product / Math.sqrt(first * second);
    }
    return cosines;
  }

  @Test
  void everyLossIsFiniteAtAThousandWithAFiniteDerivative() {
    var far = Tensor.of(new float[] {1000, -1000, -1000, 1000}, 2, 2);
    var wrong = Tensor.of(new float[] {-1000, 1000, 1000, -1000}, 2, 2);
    var even = Tensor.of(new float[] {0.5f, 0.5f, 1, 0}, 2, 2);
    var signs = Tensor.of(new float[] {-1, 1, -1, 1}, 2, 2);
    var labels = Tensor.of(new int[] {1, 0}, 2);
    assertFinite(far, x -> Loss.meanSquaredError(x, wrong));
    assertFinite(far, x -> Loss.meanAbsoluteError(x, wrong));
    assertFinite(far, x -> Loss.huber(x, wrong));
    assertFinite(far, x -> Loss.crossEntropy(x, labels));
    assertFinite(far, x -> Loss.crossEntropy(x, even));
    assertFinite(far, x -> CrossEntropy.standard().labelSmoothing(0.1).of(x, labels));
    assertFinite(far, x -> Loss.negativeLogLikelihood(x.logSoftmax(), labels));
    assertFinite(far, x -> Loss.kullbackLeibler(x.logSoftmax(), even));
    assertFinite(far, x -> Loss.hinge(x, labels));
    assertFinite(far, x -> Loss.hinge(x, signs));
    assertFinite(far, x -> Loss.cosine(x, wrong));
  }

  private static void assertFinite(Tensor x, Function<Tensor, Tensor> loss) {
    var point = x.tracked();
    var value = loss.apply(point);
    assertThat(Double.isFinite(value.item())).isTrue();
    for (float derivative : value.backward().of(point).toFloats()) {
      assertThat(Float.isFinite(derivative)).isTrue();
    }
  }

  @Test
  void aTruthThatWouldBeBroadcastIsRefused() {
    var column = Tensor.of(new float[] {1, 2, 3, 4}, 4, 1);
    var row = Tensor.of(new float[] {1, 2, 3, 4}, 4);
    assertRefused(
        () -> Loss.meanSquaredError(column, row),
        "meanSquaredError([4, 1], [4]): prediction and truth must have one shape; reshape(...)"
            + " gives one that of the other");
    assertRefused(
        () -> Loss.huber(row, row.to(ElementType.DOUBLE)),
        "huber([4], DOUBLE [4]): prediction and truth must both be FLOAT or both DOUBLE; to(...)"
            + " converts");
  }

  @Test
  void aTruthThatIsNeitherLabelsNorSignsIsRefused() {
    var scores = Tensor.of(new float[6], 2, 3);
    assertRefused(
        () -> Loss.hinge(scores, Tensor.of(new float[] {0, 1}, 2)),
        "hinge([2, 3], [2]): the truth must be INT or LONG labels, or -1 and 1 in the shape of the"
            + " scores");
    assertRefused(
        () -> Loss.hinge(Tensor.of(new float[2], 2), Tensor.of(new float[] {1, 0}, 2)),
        "hinge([2], [2]): the truth must be -1 or 1, got 0.0; times(2).plus(-1) makes these of 0"
            + " and 1");
    assertRefused(
        () -> Loss.negativeLogLikelihood(scores, Tensor.of(new int[] {0, 3}, 2)),
        "negativeLogLikelihood([2, 3], INT [2]): label 3 is none of the 3 classes 0..2");
  }

  @Test
  void settingsOutOfTheirRangeAreRefused() {
    assertThatThrownBy(() -> new Huber(0, LossReduction.MEAN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delta of the Huber loss must be above 0, got 0.0");
    assertThatThrownBy(() -> new Hinge(-1, LossReduction.MEAN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the margin of the hinge loss must be finite and above 0, got -1.0");
    assertThatThrownBy(() -> BinaryCrossEntropy.standard().positiveWeights(-2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the weights of positives must be finite and not below 0, got -2.0");
    assertThatThrownBy(
            () -> Loss.cosineEmbedding(vector(1), vector(1), vector(1), 2, LossReduction.MEAN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the margin of the cosine embedding loss must lie in [-1, 1], got 2.0");
    assertRefused(
        () ->
            BinaryCrossEntropy.standard()
                .positiveWeights(1, 2)
                .of(Tensor.of(new float[3], 3), Tensor.of(new float[3], 3)),
        "binaryCrossEntropy of logits [3]: 2 weights of positives; needs one, or one for each place"
            + " of the last axis");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(message);
  }
}
