package io.atelier.train;

import io.atelier.data.Batches;
import io.atelier.data.Dataset;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.optim.Optimizer;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.train.Profile.Phase;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop.
 *
 * <p>What it computes depends on the configuration, the data and the {@link Progress} it starts
 * from, and on nothing else. Thread-confined, but for {@link #interrupt}.
 */
public final class Trainer {
  /** The purposes for which a seed has streams of their own. */
  private enum Stream {
    WEIGHTS(0),
    SPLIT(1),
    ORDER(2),
    STEPS(3);

    private final long key;

    Stream(long key) {
      this.key = key;
    }

    Rng of(long seed) {
      return Rng.of(seed).keyed(key);
    }
  }

  /** Where a trainer leaves what is needed to go on from here. */
  @FunctionalInterface
  public interface Saver {
    /** Called between steps whenever the training could be interrupted and resumed. */
    void save(Trainer trainer, boolean epochEnded);
  }

  private final Config config;
  private final Layer model;
  private final Optimizer optimizer;
  private final Dataset training;
  private final Supplier<Dataset> held;
  private final Consumer<Event> listener;
  private final Saver saver;
  private Map<String, Tensor> bestWeights = Map.of();
  private Progress progress = Progress.start();
  private @Nullable Profile profile;
  private volatile boolean interrupted;

  /**
   * A trainer at the start.
   *
   * @param training the examples for training; {@code config.validation()} of them are set aside
   * @param test looked at after each epoch if none are set aside; asked for when first needed
   */
  public Trainer(
      Config config,
      Dataset training,
      Supplier<Dataset> test,
      Consumer<Event> listener,
      Saver saver) {
    int[] order = Stream.SPLIT.of(config.seed()).permutation(training.size());
    int kept = training.size() - config.validation();
    this.config = config;
    this.model = config.architecture().create(Stream.WEIGHTS.of(config.seed()));
    this.optimizer = config.updateRule().over(model);
    this.training =
        config.validation() == 0 ? training : training.select(Arrays.copyOf(order, kept));
    var validation = training.select(Arrays.copyOfRange(order, kept, order.length));
    this.held = config.validation() == 0 ? test : () -> validation;
    this.listener = listener;
    this.saver = saver;
  }

  /** The model in its present state. */
  public Layer model() {
    return model;
  }

  /** The optimiser in its present state. */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** How far the training has come. */
  public Progress progress() {
    return progress;
  }

  /** The weights of the best epoch, if early stopping may want them back. */
  public Map<String, Tensor> bestWeights() {
    return bestWeights;
  }

  /** Goes on from here, given that weights and optimiser state have been put back. */
  public void restore(Progress from, Map<String, Tensor> best) {
    progress = from;
    bestWeights = best;
  }

  /** Tells {@code observer} where the time goes; what is computed does not depend on it. */
  public void measure(Profile observer) {
    profile = observer;
  }

  /** Asks the loop to save and return after the step that is running; from any thread. */
  public void interrupt() {
    interrupted = true;
  }

  /**
   * Trains until the last epoch, until early stopping, or until interrupted.
   *
   * @return whether the training is finished
   * @throws DivergedException if the loss is no longer a number
   */
  public boolean run() {
    if (profile != null) {
      profile.start();
    }
    while (!progress.finished()) {
      var batches =
          training.batches(config.batch(), Stream.ORDER.of(config.seed()).keyed(progress.epoch()));
      long start = System.nanoTime();
      while (progress.batch() < batches.count()) {
        if (interrupted) {
          saver.save(this, true);
          ended(Phase.REST);
          return false;
        }
        step(batches);
        saver.save(this, false);
      }
      endEpoch((System.nanoTime() - start) * 1e-9);
      saver.save(this, true);
      ended(Phase.REST);
    }
    return true;
  }

  private void ended(Phase phase) {
    if (profile != null) {
      profile.ended(phase);
    }
  }

  /** Forward, backward, update: one batch. */
  private void step(Batches batches) {
    ended(Phase.REST);
    long steps = (long) config.epochs() * batches.count();
    optimizer.rate(config.learningRate() * config.rateSchedule().factor(progress.step(), steps));
    var batch = batches.get(progress.batch());
    ended(Phase.DATA);
    double value;
    try (var step = Step.training(Stream.STEPS.of(config.seed()).keyed(progress.step()))) {
      if (profile != null) {
        step.timingProducts(profile::computed);
      }
      var logits = model.forward(batch.inputs()); // [N, K]
      var loss = Loss.crossEntropy(logits, batch.labels());
      value = loss.item();
      if (!Double.isFinite(value)) {
        throw new DivergedException(progress.step() + 1, value, optimizer.rate());
      }
      ended(Phase.FORWARD);
      var gradients = loss.backward();
      ended(Phase.BACKWARD);
      optimizer.step(gradients);
    }
    ended(Phase.UPDATE);
    progress = progress.stepped(value, batch.size());
    listener.accept(
        new Event.Stepped(
            progress.step(),
            progress.epoch() + 1,
            progress.batch(),
            batches.count(),
            batch.size(),
            value));
  }

  private void endEpoch(double seconds) {
    ended(Phase.REST);
    var metrics = Metrics.of(model, held.get(), Loss::crossEntropy);
    ended(Phase.EVALUATION);
    int epoch = progress.epoch() + 1;
    double trainLoss = progress.lossSum() / progress.examples();
    if (metrics.accuracy() > progress.bestAccuracy()) {
      progress = progress.best(metrics.accuracy());
      bestWeights = config.earlyStopping() > 0 ? Modules.weights(model) : Map.of();
    }
    listener.accept(new Event.EpochEnded(progress.step(), epoch, trainLoss, metrics, seconds));
    boolean stop =
        config.earlyStopping() > 0 && epoch - progress.bestEpoch() >= config.earlyStopping();
    if (stop || epoch == config.epochs()) {
      boolean restored = config.earlyStopping() > 0;
      if (restored) {
        Modules.load(model, bestWeights);
      }
      progress = progress.end();
      listener.accept(
          new Event.Ended(
              progress.step(),
              epoch,
              restored ? OptionalInt.of(progress.bestEpoch()) : OptionalInt.empty()));
    } else {
      progress = progress.next();
    }
  }
}
