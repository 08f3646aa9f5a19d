package io.atelier.train;

import io.atelier.data.Batch;
import io.atelier.data.Dataset;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.tensor.Step;

/**
 * How well a classifier does on a data set.
 *
 * @param loss the mean loss of an example
 * @param confusion [truth][prediction], counts
 */
@SuppressWarnings("ArrayRecordComponent") // counts to read, never compared
public record Metrics(double loss, int[][] confusion) {
  /** Examples in a step, fewer where they are large: more would only need more memory. */
  private static final int BATCH = 250;

  /** Values of the examples in a step; all that layers make of them is in memory at once. */
  private static final int VALUES = 1 << 20;

  /** Runs a model over all examples of a data set. */
  public static Metrics of(Layer model, Dataset dataset, Loss loss) {
    int[][] confusion = new int[dataset.classes()][dataset.classes()];
    double sum = 0;
    long example = Math.max(1, dataset.shape().count());
    for (var batch : dataset.batches(Math.clamp(VALUES / example, 1, BATCH))) {
      sum += add(model, batch, loss, confusion) * batch.size();
    }
    return new Metrics(sum / dataset.size(), confusion);
  }

  private static double add(Layer model, Batch batch, Loss loss, int[][] confusion) {
    try (var _ = Step.inference()) {
      var logits = model.forward(batch.inputs()); // [N, K]
      int[] predictions = logits.argmax().toInts();
      int[] labels = batch.labels().toInts();
      for (int i = 0; i < labels.length; i++) {
        confusion[labels[i]][predictions[i]]++;
      }
      return loss.of(logits, batch.labels()).item();
    }
  }

  /** The number of examples. */
  public int count() {
    int count = 0;
    for (int[] row : confusion) {
      for (int entry : row) {
        count += entry;
      }
    }
    return count;
  }

  /** The number of examples whose class was predicted. */
  public int correct() {
    int correct = 0;
    for (int k = 0; k < confusion.length; k++) {
      correct += confusion[k][k];
    }
    return correct;
  }

  /** The share of examples whose class was predicted, from 0 to 1. */
  public double accuracy() {
    return (double) correct() / count();
  }
}
