package io.atelier.optim;

import io.atelier.nn.Modules;
import io.atelier.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The mean of a model's weights on their way, which often generalises better than the last ones.
 *
 * <pre>{@code
 * var averaged = Averaged.exponentially(0.999, model);
 * ...
 * optimizer.step(loss.backward());
 * averaged.update();
 * ...
 * var accuracy = averaged.inModel(() -> Metrics.of(model, test, Loss::crossEntropy).accuracy());
 * Modules.load(model, averaged.weights()); // at the end
 * }</pre>
 *
 * <p>Parameters are averaged, buffers are not. The running statistics of batch normalisation belong
 * to the last weights; for the mean they are taken anew by training steps without an optimiser's:
 *
 * <pre>{@code
 * Modules.load(model, averaged.weights());
 * for (var batch : batches) {
 *   try (var _ = Step.training(rng)) {
 *     model.forward(batch.inputs());
 *     Step.changeBuffers();
 *   }
 * }
 * }</pre>
 *
 * <p>Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging";
 * Izmailov, Podoprikhin, Garipov, Vetrov, Wilson 2018, "Averaging weights leads to wider optima and
 * better generalization". Thread-confined.
 */
public final class Averaged {
  /** How much the newest weights count, given how many came before. */
  @FunctionalInterface
  private interface Share {
    double of(long before);
  }

  private final Object model;
  private final Share share;
  private final Map<String, Tensor> means = new LinkedHashMap<>();
  private long updates;

  private Averaged(Object model, Share share) {
    this.model = model;
    this.share = share;
  }

  /**
   * {@code mean = decay mean + (1 - decay) w}, begun with the first weights.
   *
   * @param decay what stays of the mean at each update, in [0, 1)
   */
  public static Averaged exponentially(double decay, Object model) {
    Settings.requireShare("Averaged", "decay", decay);
    return new Averaged(model, before -> before == 0 ? 1 : 1 - decay);
  }

  /** The mean of all weights, each counted alike: stochastic weight averaging. */
  public static Averaged equally(Object model) {
    return new Averaged(model, before -> 1.0 / (before + 1));
  }

  /** Takes in the present weights; called after an optimiser's step, or at the end of an epoch. */
  public void update() {
    double newest = share.of(updates);
    Modules.parameters(model)
        .forEach((path, parameter) -> {
          var now = parameter.value().detached();
          var mean = means.get(path);
          means.put(
              path, mean == null ? now.kept() : mean.plus(now.minus(mean).times(newest)).kept());
        });
    updates++;
  }

  /** How many weights were taken in. */
  public long updates() {
    return updates;
  }

  /**
   * A copy of the means and of the present buffers by path, as {@link Modules#load} takes them.
   *
   * @throws IllegalStateException before the first update
   */
  public Map<String, Tensor> weights() {
    if (updates == 0) {
      throw new IllegalStateException("there is no mean of weights before the first update()");
    }
    var weights = Modules.weights(model);
    weights.putAll(means);
    return weights;
  }

  /** Does something with the means in the model, then puts weights and buffers back. */
  public <R> R inModel(Supplier<R> action) {
    var means = weights();
    var trained = Modules.weights(model);
    Modules.load(model, means);
    try {
      return action.get();
    } finally {
      Modules.load(model, trained);
    }
  }

  /** A copy of the means by name, {@code mean.0.weight}, for a checkpoint. */
  public Map<String, Tensor> state() {
    var saved = new LinkedHashMap<String, Tensor>();
    means.forEach((path, mean) -> saved.put("mean." + path, mean));
    return saved;
  }

  /**
   * Goes on from a saved state.
   *
   * @param saved what {@link #state()} returned; names it does not know are passed over
   * @param updatesMade what {@link #updates()} returned
   */
  public void restore(Map<String, Tensor> saved, long updatesMade) {
    means.clear();
    Modules.parameters(model)
        .keySet()
        .forEach(path -> {
          var mean = saved.get("mean." + path);
          if (mean != null) {
            means.put(path, mean.kept());
          }
        });
    updates = updatesMade;
  }
}
