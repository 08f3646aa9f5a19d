package io.atelier.nn;

import io.atelier.tensor.Criterion;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The cross-entropy of yes-or-no decisions, from logits: {@code -w y ln p - (1 - y) ln(1 - p)} with
 * {@code p = 1 / (1 + e^-x)}; PyTorch's {@code BCEWithLogitsLoss}.
 *
 * <p>It is computed as {@code w y ln(1 + e^-x) + (1 - y) ln(1 + e^x)}, which no logit overflows.
 *
 * <p>Shapes: logits and truth alike, the truth in [0, 1]; result [], or that shape for {@link
 * LossReduction#NONE}.
 *
 * @param positiveWeights {@code w}, how much a yes counts: one for all, or one for each place of
 *     the last axis; empty for 1
 * @param reduction how the losses become one; the mean divides by their number
 */
public record BinaryCrossEntropy(List<Double> positiveWeights, LossReduction reduction)
    implements Loss {
  private static final BinaryCrossEntropy STANDARD =
      new BinaryCrossEntropy(List.of(), LossReduction.MEAN);

  /** Checks the weights and copies the list. */
  public BinaryCrossEntropy {
    positiveWeights = List.copyOf(positiveWeights);
    for (double weight : positiveWeights) {
      if (!(weight >= 0 && Double.isFinite(weight))) {
        throw new IllegalArgumentException(
            "the weights of positives must be finite and not below 0, got " + weight);
      }
    }
  }

  /** The mean, where yes and no count alike. */
  public static BinaryCrossEntropy standard() {
    return STANDARD;
  }

  /**
   * The same, where a yes counts so much: with 100 positive and 300 negative examples, 3 balances.
   *
   * @param weights one for all, or one for each place of the last axis
   */
  public BinaryCrossEntropy positiveWeights(double... weights) {
    return new BinaryCrossEntropy(Arrays.stream(weights).boxed().toList(), reduction);
  }

  /** The same with this reduction. */
  public BinaryCrossEntropy reduction(LossReduction newReduction) {
    return new BinaryCrossEntropy(positiveWeights, newReduction);
  }

  @Override
  public Tensor of(Tensor logits, Tensor truth) {
    Criterion.requireAlike("binaryCrossEntropy", logits, truth);
    var yes = weighted(truth.times(logits.negated().softplus()));
    var no = truth.negated().plus(1).times(logits.softplus());
    return reduction.of(yes.plus(no));
  }

  private Tensor weighted(Tensor losses) {
    return switch (positiveWeights.size()) {
      case 0 -> losses;
      case 1 -> losses.times(positiveWeights.getFirst());
      default -> losses.times(perPlace(losses));
    };
  }

  private Tensor perPlace(Tensor losses) {
    int count = positiveWeights.size();
    var shape = losses.shape();
    if (shape.rank() == 0 || shape.size(-1) != count) {
      throw new ShapeException(
          "binaryCrossEntropy of logits " + shape,
          count + " weights of positives; needs one, or one for each place of the last axis");
    }
    double[] weights = positiveWeights.stream().mapToDouble(Double::doubleValue).toArray();
    return Tensor.of(weights, count).to(losses.elementType());
  }
}
