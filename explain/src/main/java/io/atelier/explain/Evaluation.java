package io.atelier.explain;

import io.atelier.data.Batches;
import io.atelier.data.Dataset;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntFunction;

/** Asks a score about many inputs, batch by batch, in inference. */
final class Evaluation {
  /** Inputs asked about at once, fewer where they are large: about a million values. */
  private static final int BATCH = 64;

  /** Examples of a data set, likewise. */
  private static final int EXAMPLES = 250;

  private static final int VALUES = 1 << 20;

  private Evaluation() {}

  /** Hears of the derivative of one input's number. */
  @FunctionalInterface
  interface Listener {
    /** The derivative of the {@code index}-th input, row by row. */
    void derivative(int index, double[] values);
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
  static void derivatives(Score score, int count, IntFunction<Tensor> inputs, Listener listener) {
    for (int from = 0; from < count; ) {
      var batch = batch(from, count, inputs).tracked();
      int size = batch.shape().size(0);
      int length = batch.count() / size;
      try (var _ = Step.inference().recording()) {
        var numbers = numbers(score, batch);
        var found = numbers.isTracked() ? numbers.sum().backward().find(batch) : null;
        double[] all = found == null ? new double[batch.count()] : doubles(found);
        for (int i = 0; i < size; i++) {
          listener.derivative(from + i, Arrays.copyOfRange(all, i * length, (i + 1) * length));
        }
      }
      from += size;
    }
  }

  private static Tensor numbers(Score score, Tensor batch) {
    var numbers = score.of(batch);
    int size = batch.shape().size(0);
    if (numbers.shape().rank() != 1 || numbers.shape().size(0) != size) {
      throw new ShapeException(
          "score(" + batch.shape() + ")",
          "needs one number for each of the " + size + " inputs, got " + numbers.shape());
    }
    return numbers;
  }

  /** One pass over a data set in its own order, as many examples at once as memory allows. */
  static Batches batches(Dataset dataset) {
    return dataset.batches(size(dataset.shape().count(), EXAMPLES));
  }

  private static int size(long values, int most) {
    return Math.clamp(VALUES / Math.max(1, values), 1, most);
  }

  private static Tensor batch(int from, int count, IntFunction<Tensor> inputs) {
    var first = inputs.apply(from);
    int size = size(first.count(), BATCH);
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

  /** Refuses a baseline that does not have the shape and element type of the input. */
  static void requireAlike(String operation, Tensor x, Tensor baseline) {
    if (!x.shape().equals(baseline.shape()) || x.elementType() != baseline.elementType()) {
      throw new ShapeException(
          operation + "(input " + described(x) + ", baseline " + described(baseline) + ")",
          "the baseline must have shape and element type of the input");
    }
  }

  static String described(Tensor x) {
    return x.elementType() + " " + x.shape();
  }

  /** Refuses fewer than one of something. */
  static void requireAtLeastOne(String what, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("needs at least one " + what + ", got " + count);
    }
  }
}
