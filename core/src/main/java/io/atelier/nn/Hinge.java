package io.atelier.nn;

import io.atelier.tensor.Criterion;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;

/**
 * The hinge loss of scores: 0 as soon as the right answer leads by the margin.
 *
 * <p>With labels, that of several classes: {@code sum_(k != label) max(0, margin - x_label + x_k) /
 * K}, PyTorch's {@code MultiMarginLoss}. With a truth of -1 and 1, that of a support vector
 * machine: {@code max(0, margin - y x)}.
 *
 * <p>Shapes: scores [..., K], labels INT or LONG [...]; or scores and truth alike. Result [], or
 * for {@link LossReduction#NONE} the shape of the truth.
 *
 * <p>Source: Weston and Watkins 1999, "Support vector machines for multi-class pattern
 * recognition"; Cortes and Vapnik 1995 for two classes.
 *
 * @param margin by which the right answer should lead, above 0
 * @param reduction how the losses become one
 */
public record Hinge(double margin, LossReduction reduction) implements Loss {
  /** Checks the margin. */
  public Hinge {
    if (!(margin > 0 && Double.isFinite(margin))) {
      throw new IllegalArgumentException(
          "the margin of the hinge loss must be finite and above 0, got " + margin);
    }
  }

  @Override
  public Tensor of(Tensor scores, Tensor truth) {
    return reduction.of(
        truth.elementType().isWhole() ? ofLabels(scores, truth) : ofSigns(scores, truth));
  }

  private Tensor ofLabels(Tensor scores, Tensor labels) { // [..., K], [...]
    Criterion.requireLabels("hinge", scores, labels);
    var right = scores.gather(-1, labels.unsqueeze(-1)); // [..., 1]
    var others = labels.oneHot(scores.shape().size(-1)).to(scores.elementType()).negated().plus(1);
    return scores.minus(right).plus(margin).relu().times(others).mean(-1);
  }

  private Tensor ofSigns(Tensor scores, Tensor truth) {
    if (!truth.shape().equals(scores.shape())) {
      throw new ShapeException(
          Criterion.call("hinge", scores, truth),
          "the truth must be INT or LONG labels, or -1 and 1 in the shape of the scores");
    }
    Criterion.requireAlike("hinge", scores, truth);
    Criterion.requireSigns("hinge", scores, truth);
    return truth.times(scores).negated().plus(margin).relu();
  }
}
