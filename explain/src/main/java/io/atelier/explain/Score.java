package io.atelier.explain;

import io.atelier.nn.Layer;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What is to be explained: a number for each input, such as the logit of a class.
 *
 * <p>The number of one input must not depend on the others of the batch, as is so for every network
 * in inference.
 */
@FunctionalInterface
public interface Score {
  /** The numbers of a batch of inputs: [N, ...] -> [N]. */
  Tensor of(Tensor inputs);

  /** The output of a classifier for a class, before any softmax. */
  static Score logit(Layer model, int target) {
    return inputs -> model.forward(inputs).select(1, target); // [N, K] -> [N]
  }

  /** The probability of a class: the softmax of a classifier's outputs. */
  static Score probability(Layer model, int target) {
    return inputs -> model.forward(inputs).softmax().select(1, target); // [N, K] -> [N]
  }

  /** The number of a single input [...]. */
  default double at(Tensor input) {
    return values(this, 1, _ -> input)[0];
  }

  /** Hears of the derivative of each input's number. */
  @FunctionalInterface
  interface GradientListener {
    /** The derivative of the {@code index}-th input, row by row. */
    void gradient(int index, double[] derivatives);
  }

  /** The numbers of {@code count} inputs [...], which are made as they are needed. */
  static double[] values(Score score, int count, IntFunction<Tensor> inputs) {
    double[] values = new double[count];
    for (int from = 0; from < count; ) {
      var batch = batch(from, count, inputs);
      try (var _ = Step.inference()) {
        double[] part = doubles(numbers(score, batch));
        System.arraycopy(part, 0, values, from, part.length);
        from += part.length;
      }
    }
    return values;
  }

  /** The derivatives of the numbers of {@code count} inputs [...] with respect to these. */
  static void gradients(
      Score score, int count, IntFunction<Tensor> inputs, GradientListener listener) {
    for (int from = 0; from < count; ) {
      var batch = batch(from, count, inputs).tracked();
      try (var _ = Step.inference().recording()) {
        var numbers = numbers(score, batch);
        var found = numbers.isTracked() ? numbers.sum().backward().find(batch) : null;
        int size = batch.shape().size(0);
        int length = batch.count() / size;
        double[] all = found == null ? new double[batch.count()] : doubles(found);
        for (int i = 0; i < size; i++) {
          double[] one = new double[length];
          System.arraycopy(all, i * length, one, 0, length);
          listener.gradient(from + i, one);
        }
        from += size;
      }
    }
  }

  private static Tensor numbers(Score score, Tensor batch) {
    var numbers = score.of(batch);
    int size = batch.shape().size(0);
    if (numbers.shape().rank() != 1 || numbers.shape().size(0) != size) {
      throw new ShapeException(
          "score(" + batch.shape() + ")",
          "needs one number for each of " + size + " inputs, got " + numbers.shape());
    }
    return numbers;
  }

  /** At most 64 inputs at once, fewer of large ones: about a million values. */
  private static Tensor batch(int from, int count, IntFunction<Tensor> inputs) {
    var first = inputs.apply(from);
    int size = Math.clamp((1 << 20) / Math.max(1, first.count()), 1, 64);
    var parts = new Tensor[Math.min(size, count - from)];
    parts[0] = first;
    for (int i = 1; i < parts.length; i++) {
      parts[i] = inputs.apply(from + i);
    }
    return Tensor.stack(0, parts);
  }

  /** The values as doubles, row by row. */
  static double[] doubles(Tensor x) {
    return x.to(ElementType.DOUBLE).toDoubles();
  }

  /** Values, row by row, with the shape and element type of a tensor. */
  static Tensor like(Tensor x, double... values) {
    return Tensor.of(values, x.shape().toArray()).to(x.elementType());
  }

  /** Refuses what does not have the shape and element type of the input. */
  static void requireAlike(String operation, Tensor x, String what, Tensor other) {
    if (!x.shape().equals(other.shape()) || x.elementType() != other.elementType()) {
      throw new ShapeException(
          String.join(", ", List.of(operation + "(" + x.shape(), other.shape() + ")")),
          "the " + what + " must have shape and element type of the input");
    }
  }
}
