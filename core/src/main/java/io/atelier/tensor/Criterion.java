package io.atelier.tensor;

import io.atelier.kernel.Softmax;
import io.atelier.kernel.Sums;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What compares a prediction with the truth: the fused cross-entropy, and the checks that every
 * loss begins with. The public face is {@code io.atelier.nn.Loss}.
 */
public final class Criterion {
  private Criterion() {}

  /**
   * The cross-entropy of each row: {@code ln(sum_k e^x_k) - x_label}.
   *
   * <p>Shapes: logits [..., K]; labels INT or LONG [...], each in 0..K-1; result [...].
   *
   * @throws ShapeException if the shapes do not fit or a label lies outside 0..K-1
   */
  public static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return new CrossEntropy().apply(logits, labels);
  }

  /**
   * Refuses a truth of another shape or element type than the prediction, which broadcasting would
   * let pass.
   *
   * @param name of the loss, for the message
   */
  public static void requireAlike(String name, Tensor prediction, Tensor truth) {
    if (!prediction.elementType().isFloating() || prediction.elementType() != truth.elementType()) {
      throw new ShapeException(
          call(name, prediction, truth),
          "prediction and truth must both be FLOAT or both DOUBLE; to(...) converts");
    }
    if (!prediction.shape().equals(truth.shape())) {
      throw new ShapeException(
          call(name, prediction, truth),
          "prediction and truth must have one shape; reshape(...) gives one that of the other");
    }
  }

  /**
   * Refuses labels of which there is not one for each row of scores, or that name no class.
   *
   * <p>Shapes: scores [..., K]; labels INT or LONG [...], each in 0..K-1.
   *
   * @param name of the loss, for the message
   */
  public static void requireLabels(String name, Tensor scores, Tensor labels) {
    int rank = scores.shape().rank();
    if (rank == 0
        || !labels.elementType().isWhole()
        || !labels.shape().equals(scores.shape().without(rank - 1))) {
      throw new ShapeException(
          call(name, scores, labels),
          "needs one INT or LONG label for each row\n  rule: [..., K], INT [...] -> [...]");
    }
    int classes = scores.shape().size(-1);
    for (int row = 0; row < labels.count(); row++) {
      long label = labels.whole(row);
      if (label < 0 || label >= classes) {
        throw new ShapeException(
            call(name, scores, labels),
            "label " + label + " is none of the " + classes + " classes 0.." + (classes - 1));
      }
    }
  }

  /**
   * Refuses a truth that holds anything but -1 and 1.
   *
   * @param name of the loss, for the message
   */
  public static void requireSigns(String name, Tensor prediction, Tensor truth) {
    for (int i = 0; i < truth.count(); i++) {
      if (Math.abs(truth.number(i)) != 1) {
        throw new ShapeException(
            call(name, prediction, truth),
            "the truth must be -1 or 1, got "
                + truth.number(i)
                + "; times(2).plus(-1) makes these of 0 and 1");
      }
    }
  }

  /** The call of a loss as messages show it, {@code huber([4], [4, 1])}. */
  public static String call(String name, Tensor prediction, Tensor truth) {
    return name + "(" + operand(prediction) + ", " + operand(truth) + ")";
  }

  private static String operand(Tensor x) {
    return (x.elementType() == ElementType.FLOAT ? "" : x.elementType() + " ") + x.shape();
  }

  /** An operation that compares. */
  sealed interface Rule extends Op permits CrossEntropy {}

  /** Softmax and negative log-likelihood at once. logits [..., K], labels [...] -> [...] */
  record CrossEntropy() implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs[0]);
      requireLabels(name(), inputs[0], inputs[1]);
      return inputs[1].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var logits = inputs[0];
      int[] labels = inputs[1].to(ElementType.INT).toInts();
      int classes = logits.shape().size(-1);
      if (logits.elementType() == ElementType.FLOAT) {
        var losses = Tensor.floats(shape);
        float[] x = logits.floats();
        float[] work = new float[classes];
        for (int row = 0; row < labels.length; row++) {
          int at = logits.offset() + row * classes;
          losses.floats()[row] = loss(x, at, at + labels[row], work, classes);
        }
        return losses;
      }
      double[] x = logits.toDoubles();
      double[] losses = new double[labels.length];
      for (int row = 0; row < losses.length; row++) {
        int at = row * classes;
        losses[row] = Reduction.logSumExp(x, at, classes) - x[at + labels[row]];
      }
      return Tensor.wrap(losses, shape);
    }

    /** Of one row: {@code ln sum_k e^(x_k - max) + (max - x_label)}, exact for large logits too. */
    private static float loss(float[] x, int from, int label, float[] work, int classes) {
      float max = Softmax.exponentials(x, from, work, 0, classes);
      float lead = max - x[label];
      return Float.isInfinite(max)
          ? lead
          : (float) (StrictMath.log(Sums.sum(work, 0, classes)) + lead);
    }

    /**
     * {@code dx = (softmax(x) - oneHot(label)) dy}, row by row: in one pass, or in tensor
     * operations where it may be differentiated in turn.
     */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var logits = chain.input(0);
      var labels = chain.input(1);
      var upstream = chain.upstream();
      if (logits.elementType() == ElementType.FLOAT
          && !logits.isTracked()
          && !upstream.isTracked()) {
        return Arrays.asList(inOnePass(logits, labels, upstream), null);
      }
      var oneHot = labels.oneHot(logits.shape().size(-1)).to(logits.elementType());
      return Arrays.asList(logits.softmax().minus(oneHot).times(upstream.unsqueeze(-1)), null);
    }

    private static Tensor inOnePass(Tensor logits, Tensor labels, Tensor upstream) {
      var gradient = Tensor.floats(logits.shape());
      float[] x = logits.floats();
      float[] dx = gradient.floats();
      int[] label = labels.to(ElementType.INT).toInts();
      int classes = logits.shape().size(-1);
      for (int row = 0; row < label.length; row++) {
        int at = row * classes;
        Softmax.row(x, logits.offset() + at, dx, at, classes);
        dx[at + label[row]] -= 1;
        float dy = upstream.floats()[upstream.offset() + row];
        for (int k = at; k < at + classes; k++) {
          dx[k] *= dy;
        }
      }
      return gradient;
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(
              new CrossEntropy(),
              Sample.uniform(-3, 3, 4, 10),
              Tensor.of(new int[] {0, 9, 3, 3}, 4)),
          Sample.of(new CrossEntropy(), Sample.uniform(-3, 3, 1, 1), Tensor.of(new int[] {0}, 1)),
          Sample.of(
              new CrossEntropy(), Sample.uniform(-3, 3, 2, 17), Tensor.of(new int[] {16, 0}, 2)),
          Sample.of(
              new CrossEntropy(),
              Sample.uniform(-3, 3, 2, 2, 3),
              Tensor.of(new long[] {1, 0, 2, 2}, 2, 2)),
          Sample.of(new CrossEntropy(), Sample.uniform(-3, 3, 5), Tensor.of(new int[] {4})),
          Sample.of(new CrossEntropy(), Sample.uniform(-3, 3, 0, 3), Tensor.of(new int[] {}, 0)));
    }
  }
}
