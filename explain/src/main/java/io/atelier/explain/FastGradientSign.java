package io.atelier.explain;

import io.atelier.data.Dataset;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes inputs by very little so that a classifier errs: {@code x + epsilon sign(dL/dx)}, clipped
 * to the values that an input may have, where L is the cross-entropy of the true class.
 *
 * <p>With several steps each takes an equal part of epsilon along the derivative where it stands,
 * so that no value changes by more than epsilon. Where a network is so sure that the derivative
 * underflows to 0, nothing changes.
 *
 * <p>Source: Goodfellow, Shlens, Szegedy 2015, "Explaining and harnessing adversarial examples";
 * with steps: Kurakin, Goodfellow, Bengio 2017, "Adversarial examples in the physical world".
 *
 * @param epsilon the most that a value changes, at least 0
 * @param steps how many, at least 1
 * @param low the smallest value of an input
 * @param high the largest
 */
public record FastGradientSign(double epsilon, int steps, double low, double high) {
  /** Checks the numbers. */
  public FastGradientSign {
    if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("epsilon must be at least 0, got " + epsilon);
    }
    Evaluation.requireAtLeastOne("step", steps);
    if (!(low < high)) {
      throw new IllegalArgumentException(
          "the smallest value must be below the largest, got " + low + " and " + high);
    }
  }

  /** A single step, for inputs from 0 to 1. */
  public static FastGradientSign of(double epsilon) {
    return new FastGradientSign(epsilon, 1, 0, 1);
  }

  /** The same in this many steps. */
  public FastGradientSign steps(int count) {
    return new FastGradientSign(epsilon, count, low, high);
  }

  /**
   * The changed inputs.
   *
   * @param model a classifier, [N, ...] -> [N, K]
   * @param inputs [N, ...]
   * @param labels the true classes, INT or LONG [N]
   */
  public Tensor attack(Layer model, Tensor inputs, Tensor labels) {
    var changed = inputs.detached();
    for (int step = 0; step < steps; step++) {
      try (var _ = Step.inference().recording()) {
        var x = changed.tracked();
        var slope = Loss.crossEntropy(model.forward(x), labels).backward().of(x);
        changed = x.detached().plus(slope.sign().times(epsilon / steps)).clamp(low, high).kept();
      }
    }
    return changed;
  }

  /**
   * An input that was taken for what it is, and no longer is once it has been changed.
   *
   * @param index in the data set
   * @param truth its class
   * @param confidence the probability of its class before
   * @param taken the class it is taken for afterwards
   * @param deception the probability of that class
   * @param input before, [...]
   * @param changed afterwards, [...]
   */
  public record Example(
      int index,
      int truth,
      double confidence,
      int taken,
      double deception,
      Tensor input,
      Tensor changed) {}

  /** The first examples of a data set that this attack succeeds with; fewer if there are fewer. */
  public List<Example> examples(Layer model, Dataset dataset, int most) {
    var examples = new ArrayList<Example>();
    int first = 0;
    for (var batch : Evaluation.batches(dataset)) {
      var changed = attack(model, batch.inputs(), batch.labels());
      var before = probabilities(model, batch.inputs());
      var after = probabilities(model, changed);
      int[] truth = batch.labels().toInts();
      int[] right = before.argmax(1).toInts();
      int[] taken = after.argmax(1).toInts();
      for (int i = 0; i < truth.length && examples.size() < most; i++) {
        if (right[i] == truth[i] && taken[i] != truth[i]) {
          examples.add(
              new Example(
                  first + i,
                  truth[i],
                  before.select(0, i).select(0, truth[i]).item(),
                  taken[i],
                  after.select(0, i).select(0, taken[i]).item(),
                  batch.inputs().select(0, i),
                  changed.select(0, i)));
        }
      }
      if (examples.size() == most) {
        break;
      }
      first += batch.size();
    }
    return List.copyOf(examples);
  }

  /** The share of a data set that is classified rightly although each input is changed. */
  public double accuracy(Layer model, Dataset dataset) {
    int right = 0;
    for (var batch : Evaluation.batches(dataset)) {
      var changed = attack(model, batch.inputs(), batch.labels());
      int[] truth = batch.labels().toInts();
      int[] taken = probabilities(model, changed).argmax(1).toInts();
      for (int i = 0; i < truth.length; i++) {
        right += truth[i] == taken[i] ? 1 : 0;
      }
    }
    return (double) right / dataset.size();
  }

  private static Tensor probabilities(Layer model, Tensor inputs) {
    try (var _ = Step.inference()) {
      return model.forward(inputs).softmax().kept();
    }
  }
}
