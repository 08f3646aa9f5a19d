package io.atelier.nn;

import io.atelier.tensor.Criterion;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The cross-entropy of logits, with settings: {@code -sum_k w_k q_k ln softmax(x)_k}.
 *
 * <pre>{@code
 * Loss loss = CrossEntropy.standard().labelSmoothing(0.1).classWeights(1, 1, 4).ignoring(-100);
 * }</pre>
 *
 * <p>The truth is either labels, where {@code q} is 1 at the label and 0 elsewhere, or the
 * probabilities {@code q} themselves. Smoothing replaces {@code q} by {@code (1 - s) q + s / K}.
 * The mean divides by the sum of the weights of the labels that are not ignored; of probabilities,
 * by the number of rows. All this is as PyTorch has it, and so is this: if every label is ignored,
 * the mean is not a number and the sum is 0.
 *
 * <p>Shapes: logits [..., K]; labels INT or LONG [...], or probabilities [..., K]; result [], or
 * [...] for {@link LossReduction#NONE}. With {@link #classAxis(int) classAxis(1)}: logits [N, K,
 * ...]; labels [N, ...].
 *
 * <p>Source: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna 2016, "Rethinking the Inception
 * architecture", section 7, for label smoothing.
 *
 * @param labelSmoothing the share of the truth that is spread evenly, in [0, 1]
 * @param classWeights how much each class counts; empty if all count alike
 * @param ignored the label whose rows do not count
 * @param classAxis the axis of the classes; -1 is the last
 * @param reduction how the losses of the rows become one
 */
public record CrossEntropy(
    double labelSmoothing,
    List<Double> classWeights,
    OptionalInt ignored,
    int classAxis,
    LossReduction reduction)
    implements Loss {
  private static final CrossEntropy STANDARD =
      new CrossEntropy(0, List.of(), OptionalInt.empty(), -1, LossReduction.MEAN);

  /** Checks the numbers and copies the list. */
  public CrossEntropy {
    classWeights = List.copyOf(classWeights);
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "label smoothing must lie in [0, 1], got " + labelSmoothing);
    }
    for (double weight : classWeights) {
      if (!(weight >= 0 && Double.isFinite(weight))) {
        throw new IllegalArgumentException(
            "class weights must be finite and not below 0, got " + weight);
      }
    }
  }

  /** The mean over all rows, with neither smoothing nor weights; classes on the last axis. */
  public static CrossEntropy standard() {
    return STANDARD;
  }

  /** The same with this share of the truth spread evenly over the classes. */
  public CrossEntropy labelSmoothing(double share) {
    return new CrossEntropy(share, classWeights, ignored, classAxis, reduction);
  }

  /** The same with a weight for each class. */
  public CrossEntropy classWeights(double... weights) {
    return new CrossEntropy(
        labelSmoothing, Arrays.stream(weights).boxed().toList(), ignored, classAxis, reduction);
  }

  /** The same, where rows with this label have loss 0 and do not count; PyTorch's is -100. */
  public CrossEntropy ignoring(int label) {
    return new CrossEntropy(
        labelSmoothing, classWeights, OptionalInt.of(label), classAxis, reduction);
  }

  /** The same with the classes on this axis; for images [N, K, H, W] it is 1. */
  public CrossEntropy classAxis(int axis) {
    return new CrossEntropy(labelSmoothing, classWeights, ignored, axis, reduction);
  }

  /** The same with this reduction. */
  public CrossEntropy reduction(LossReduction newReduction) {
    return new CrossEntropy(labelSmoothing, classWeights, ignored, classAxis, newReduction);
  }

  @Override
  public Tensor of(Tensor logits, Tensor truth) {
    return truth.elementType().isWhole()
        ? ofLabels(classesLast(logits), truth)
        : ofProbabilities(logits, truth);
  }

  private Tensor ofLabels(Tensor logits, Tensor labels) { // [..., K], [...]
    var known = withoutIgnored(labels, labels);
    var losses = Criterion.crossEntropy(logits, known); // [...]
    if (labelSmoothing == 0 && classWeights.isEmpty() && ignored.isEmpty()) {
      return reduction.of(losses);
    }
    var weights = weights(logits); // [K]
    var counts = withoutIgnored(weights.indexSelect(0, known), labels); // [...]
    losses = losses.times(counts);
    if (labelSmoothing > 0) {
      var even = logits.logSoftmax().times(weights).mean(-1).negated(); // [...]
      losses =
          losses.times(1 - labelSmoothing).plus(withoutIgnored(even, labels).times(labelSmoothing));
    }
    return reduction.of(losses, counts);
  }

  private Tensor ofProbabilities(Tensor logits, Tensor truth) {
    if (!truth.shape().equals(logits.shape())) {
      throw new ShapeException(
          Criterion.call("crossEntropy", logits, truth),
          "the truth must be INT or LONG labels, or probabilities of the shape of the logits");
    }
    Criterion.requireAlike("crossEntropy", logits, truth);
    if (ignored.isPresent()) {
      throw new IllegalArgumentException(
          "crossEntropy: ignoring(" + ignored.getAsInt() + ") needs labels, not probabilities");
    }
    var x = classesLast(logits); // [..., K]
    var q = classesLast(truth);
    if (labelSmoothing > 0) {
      q = q.times(1 - labelSmoothing).plus(labelSmoothing / x.shape().size(-1));
    }
    var terms = x.logSoftmax().times(q);
    var weighted = classWeights.isEmpty() ? terms : terms.times(weights(x));
    return reduction.of(weighted.sum(-1).negated());
  }

  /** With 0 wherever the label is the ignored one. [...], [...] -> [...] */
  private Tensor withoutIgnored(Tensor values, Tensor labels) {
    if (ignored.isEmpty()) {
      return values;
    }
    var label = Tensor.of(new int[] {ignored.getAsInt()}).to(labels.elementType());
    return values.maskedFill(labels.equalTo(label), 0);
  }

  /** The weight of each class, of the element type of the logits. [..., K] -> [K] */
  private Tensor weights(Tensor logits) {
    double[] weights = new double[logits.shape().size(-1)];
    if (!classWeights.isEmpty() && classWeights.size() != weights.length) {
      throw new ShapeException(
          "crossEntropy of logits " + logits.shape(),
          classWeights.size() + " class weights for " + weights.length + " classes");
    }
    Arrays.setAll(weights, k -> classWeights.isEmpty() ? 1 : classWeights.get(k));
    return Tensor.of(weights, weights.length).to(logits.elementType());
  }

  /** Brings the classes to the last axis. */
  private Tensor classesLast(Tensor x) {
    int rank = x.shape().rank();
    int axis = classAxis < 0 ? classAxis + rank : classAxis;
    if (axis < 0 || axis >= rank) {
      throw new ShapeException(
          "crossEntropy of logits " + x.shape(), "there is no class axis " + classAxis);
    }
    if (axis == rank - 1) {
      return x;
    }
    var others = IntStream.range(0, rank).filter(other -> other != axis);
    return x.permute(IntStream.concat(others, IntStream.of(axis)).toArray());
  }
}
