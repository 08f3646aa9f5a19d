package io.atelier.explain;

import io.atelier.data.Batch;
import io.atelier.data.Dataset;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.optim.Optimizer;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes what a network has learned to other classes, of which there are few examples.
 *
 * <pre>{@code
 * var few = Transfer.perClass(Transfer.classes(digits, 5, 6, 7, 8, 9), 10, rng);
 * var head = Linear.create(128, 5, rng);
 * Transfer.fit(head, Adam.rate(1e-3).over(head), Transfer.features(body, few), 50, 32, rng);
 * var model = Sequential.of(body, head);
 * }</pre>
 *
 * <p>There a frozen body sees each example once, in inference: neither its weights nor the
 * statistics of its batch normalisation can move. To fine-tune, train {@code model} as a whole; the
 * statistics then follow the new examples.
 */
public final class Transfer {
  private Transfer() {}

  /**
   * What a body makes of the examples of a data set, computed once in inference.
   *
   * @param body [N, ...] -> [N, ...]
   */
  public static Dataset features(Layer body, Dataset dataset) {
    var shape = body.output(dataset.shape());
    var parts = new ArrayList<Tensor>();
    var labels = new ArrayList<Tensor>();
    for (var batch : Evaluation.batches(dataset)) {
      try (var _ = Step.inference()) {
        parts.add(body.forward(batch.inputs()).kept());
        labels.add(batch.labels());
      }
    }
    var values = Tensor.concatenate(0, parts.toArray(Tensor[]::new));
    var truth = Tensor.concatenate(0, labels.toArray(Tensor[]::new));
    return new Features(values, truth, shape, dataset.classes());
  }

  /** Examples in memory. */
  private record Features(Tensor values, Tensor labels, Shape shape, int classes)
      implements Dataset {
    @Override
    public int size() {
      return labels.count();
    }

    @Override
    public Batch batch(int... indices) {
      var chosen = Tensor.of(indices, indices.length);
      return new Batch(values.indexSelect(0, chosen), labels.indexSelect(0, chosen));
    }
  }

  /**
   * The examples of some classes, which are numbered anew: the first of {@code kept} becomes 0.
   *
   * @throws IllegalArgumentException if the data set has no such class, or no example of any
   */
  public static Dataset classes(Dataset dataset, int... kept) {
    var numbers = new HashMap<Integer, Integer>();
    for (int k = 0; k < kept.length; k++) {
      if (kept[k] < 0 || kept[k] >= dataset.classes()) {
        throw new IllegalArgumentException(
            "there is no class " + kept[k] + " of " + dataset.classes());
      }
      numbers.put(kept[k], k);
    }
    int[] labels = labels(dataset);
    var chosen = new ArrayList<Integer>();
    for (int i = 0; i < labels.length; i++) {
      if (numbers.containsKey(labels[i])) {
        chosen.add(i);
      }
    }
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no example of the classes " + Arrays.toString(kept));
    }
    var examples = dataset.select(chosen.stream().mapToInt(Integer::intValue).toArray());
    return new Renumbered(examples, Map.copyOf(numbers), kept.length);
  }

  /** The same examples under other labels. */
  private record Renumbered(Dataset source, Map<Integer, Integer> numbers, int classes)
      implements Dataset {
    @Override
    public int size() {
      return source.size();
    }

    @Override
    public Shape shape() {
      return source.shape();
    }

    @Override
    public Batch batch(int... indices) {
      var batch = source.batch(indices);
      int[] labels = Arrays.stream(batch.labels().toInts()).map(numbers::get).toArray();
      return new Batch(batch.inputs(), Tensor.of(labels, labels.length));
    }
  }

  /**
   * So many examples of each class, chosen at random.
   *
   * @throws IllegalArgumentException if a class has fewer
   */
  public static Dataset perClass(Dataset dataset, int count, Rng rng) {
    Evaluation.requireAtLeastOne("example of each class", count);
    int[] labels = labels(dataset);
    int[] found = new int[dataset.classes()];
    var chosen = new ArrayList<Integer>();
    for (int i : rng.permutation(labels.length)) {
      if (found[labels[i]] < count) {
        found[labels[i]]++;
        chosen.add(i);
      }
    }
    for (int k = 0; k < found.length; k++) {
      if (found[k] < count) {
        throw new IllegalArgumentException(
            "class " + k + " has " + found[k] + " examples, fewer than the " + count + " wanted");
      }
    }
    return dataset.select(chosen.stream().mapToInt(Integer::intValue).toArray());
  }

  private static int[] labels(Dataset dataset) {
    var parts = new ArrayList<Tensor>();
    for (var batch : Evaluation.batches(dataset)) {
      parts.add(batch.labels());
    }
    return Tensor.concatenate(0, parts.toArray(Tensor[]::new)).toInts();
  }

  /** Trains a classifier with cross-entropy: the plain loop. */
  public static void fit(
      Layer model, Optimizer optimizer, Dataset dataset, int epochs, int batch, Rng rng) {
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (var examples : dataset.batches(batch, rng.split())) {
        try (var _ = Step.training(rng)) {
          var loss = Loss.crossEntropy(model.forward(examples.inputs()), examples.labels());
          optimizer.step(loss.backward());
        }
      }
    }
  }

  /** The share of a data set that a classifier takes for what it is. */
  public static double accuracy(Layer model, Dataset dataset) {
    int right = 0;
    for (var batch : Evaluation.batches(dataset)) {
      try (var _ = Step.inference()) {
        var hits = model.forward(batch.inputs()).argmax(1).equalTo(batch.labels());
        for (boolean hit : hits.toBooleans()) {
          right += hit ? 1 : 0;
        }
      }
    }
    return (double) right / dataset.size();
  }
}
