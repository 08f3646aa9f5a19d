package io.atelier.nn;

import io.atelier.tensor.Criterion;
import io.atelier.tensor.Tensor;

/**
 * How far a prediction is from the truth, as one number.
 *
 * <p>Each method of two operands here is a loss in its standard form, the mean: {@code
 * Loss::crossEntropy}. Settings are a value: {@link CrossEntropy}, {@link BinaryCrossEntropy},
 * {@link Huber}, {@link Hinge}; and {@link LossReduction} asks for the sum or for each loss by
 * itself. The definitions are PyTorch's. Where a shape is said to be alike it must be so: nothing
 * is broadcast.
 */
@FunctionalInterface
public interface Loss {
  /** The loss of a batch: a scalar, unless each loss was asked for by itself. */
  Tensor of(Tensor prediction, Tensor truth);

  /**
   * The mean cross-entropy {@code ln(sum_k e^x_k) - x_label} of logits.
   *
   * <p>Shapes: logits [..., K]; labels INT or LONG [...], or probabilities [..., K]; result [].
   *
   * @see CrossEntropy
   */
  static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return CrossEntropy.standard().of(logits, labels);
  }

  /**
   * The mean cross-entropy of yes-or-no decisions, from logits: {@code -y ln p - (1 - y) ln(1 - p)}
   * with {@code p = 1 / (1 + e^-x)}.
   *
   * <p>Shapes: logits and truth alike, the truth in [0, 1]; result [].
   *
   * @see BinaryCrossEntropy
   */
  static Tensor binaryCrossEntropy(Tensor logits, Tensor truth) {
    return BinaryCrossEntropy.standard().of(logits, truth);
  }

  /** The mean {@link #negativeLogLikelihood(Tensor, Tensor, LossReduction)}. */
  static Tensor negativeLogLikelihood(Tensor logProbabilities, Tensor labels) {
    return negativeLogLikelihood(logProbabilities, labels, LossReduction.MEAN);
  }

  /**
   * {@code -x_label} of logarithms of probabilities, as {@link Tensor#logSoftmax()} makes them.
   *
   * <p>{@link CrossEntropy} gives the same value for them, and has weights and an ignored label.
   *
   * <p>Shapes: logProbabilities [..., K]; labels INT or LONG [...]; result [], or [...] for NONE.
   */
  static Tensor negativeLogLikelihood(
      Tensor logProbabilities, Tensor labels, LossReduction reduction) {
    Criterion.requireLabels("negativeLogLikelihood", logProbabilities, labels);
    var right = logProbabilities.gather(-1, labels.unsqueeze(-1)); // [..., 1]
    return reduction.of(right.squeeze(-1).negated());
  }

  /** The mean {@link #kullbackLeibler(Tensor, Tensor, LossReduction)} divergence. */
  static Tensor kullbackLeibler(Tensor logProbabilities, Tensor truth) {
    return kullbackLeibler(logProbabilities, truth, LossReduction.MEAN);
  }

  /**
   * The Kullback-Leibler divergence of each row: {@code sum_k q_k (ln q_k - x_k)} for probabilities
   * {@code q} and predicted logarithms {@code x}. A {@code q_k} of 0 adds 0.
   *
   * <p>A row is one loss, so the mean divides by the number of rows; PyTorch calls that {@code
   * batchmean}, and its {@code mean} divides by K too.
   *
   * <p>Shapes: logProbabilities and truth [..., K]; result [], or [...] for NONE.
   */
  static Tensor kullbackLeibler(Tensor logProbabilities, Tensor truth, LossReduction reduction) {
    Criterion.requireAlike("kullbackLeibler", logProbabilities, truth);
    var absent = truth.equalTo(Tensor.scalar(0).to(truth.elementType()));
    var logarithm = truth.maskedFill(absent, 1).log();
    var ratio = logarithm.minus(logProbabilities.maskedFill(absent, 0));
    return reduction.of(truth.times(ratio).sum(-1));
  }

  /**
   * The mean squared error.
   *
   * <p>Shapes: prediction and truth alike; result [].
   */
  static Tensor meanSquaredError(Tensor prediction, Tensor truth) {
    return difference("meanSquaredError", prediction, truth).squared().mean();
  }

  /** {@code (x - y)^2}. Shapes: prediction and truth alike; result [], or that shape for NONE. */
  static Tensor squaredError(Tensor prediction, Tensor truth, LossReduction reduction) {
    return reduction.of(difference("squaredError", prediction, truth).squared());
  }

  /**
   * The mean absolute error; its derivative where there is no error is 0.
   *
   * <p>Shapes: prediction and truth alike; result [].
   */
  static Tensor meanAbsoluteError(Tensor prediction, Tensor truth) {
    return difference("meanAbsoluteError", prediction, truth).abs().mean();
  }

  /** {@code |x - y|}. Shapes: prediction and truth alike; result [], or that shape for NONE. */
  static Tensor absoluteError(Tensor prediction, Tensor truth, LossReduction reduction) {
    return reduction.of(difference("absoluteError", prediction, truth).abs());
  }

  /**
   * The mean {@link Huber} loss with delta 1: {@code d^2 / 2} up to 1, then {@code |d| - 1/2}.
   *
   * <p>Shapes: prediction and truth alike; result [].
   */
  static Tensor huber(Tensor prediction, Tensor truth) {
    return new Huber(1, LossReduction.MEAN).of(prediction, truth);
  }

  /**
   * The mean {@link Hinge} loss with margin 1, of labels or of a truth of -1 and 1.
   *
   * <p>Shapes: scores [..., K], labels INT or LONG [...]; or scores and truth alike; result [].
   */
  static Tensor hinge(Tensor scores, Tensor truth) {
    return new Hinge(1, LossReduction.MEAN).of(scores, truth);
  }

  /** The mean {@link #cosine(Tensor, Tensor, LossReduction) cosine} loss. */
  static Tensor cosine(Tensor prediction, Tensor truth) {
    return cosine(prediction, truth, LossReduction.MEAN);
  }

  /**
   * 1 less the cosine of the angle between two vectors: {@code 1 - a.b / sqrt((|a|^2 + 1e-12)
   * (|b|^2 + 1e-12))}; 0 for one direction, 1 at right angles, 2 for opposite ones.
   *
   * <p>Shapes: prediction and truth [..., D]; result [], or [...] for NONE.
   */
  static Tensor cosine(Tensor prediction, Tensor truth, LossReduction reduction) {
    Criterion.requireAlike("cosine", prediction, truth);
    return reduction.of(cosines(prediction, truth).negated().plus(1));
  }

  /**
   * Draws vectors that belong together to one direction and others apart: {@code 1 - cos} where the
   * truth is 1, {@code max(0, cos - margin)} where it is -1; PyTorch's {@code CosineEmbeddingLoss}.
   *
   * <p>Shapes: first and second [..., D]; truth [...]; result [], or [...] for NONE.
   *
   * @param margin the cosine up to which others are far enough apart, in [-1, 1]; PyTorch's is 0
   */
  static Tensor cosineEmbedding(
      Tensor first, Tensor second, Tensor truth, double margin, LossReduction reduction) {
    if (!(margin >= -1 && margin <= 1)) {
      throw new IllegalArgumentException(
          "the margin of the cosine embedding loss must lie in [-1, 1], got " + margin);
    }
    Criterion.requireAlike("cosineEmbedding", first, second);
    var cosines = cosines(first, second); // [...]
    Criterion.requireAlike("cosineEmbedding", cosines, truth);
    Criterion.requireSigns("cosineEmbedding", cosines, truth);
    var together = truth.positive(); // 1 or 0
    var apart = together.negated().plus(1);
    return reduction.of(
        together.times(cosines.negated().plus(1)).plus(apart.times(cosines.plus(-margin).relu())));
  }

  private static Tensor difference(String name, Tensor prediction, Tensor truth) {
    Criterion.requireAlike(name, prediction, truth);
    return prediction.minus(truth);
  }

  /** [..., D], [..., D] -> [...] */
  private static Tensor cosines(Tensor a, Tensor b) {
    var lengths =
        a.squared().sum(-1).plus(1e-12).sqrt().times(b.squared().sum(-1).plus(1e-12).sqrt());
    return a.times(b).sum(-1).dividedBy(lengths);
  }
}
