package io.atelier.train;

import io.atelier.data.Batch;
import io.atelier.data.Batches;
import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.data.Loader;
import io.atelier.data.Transforms;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.optim.Averaged;
import io.atelier.optim.Optimizer;
import io.atelier.optim.RateFinder;
import io.atelier.optim.Schedule;
import io.atelier.tensor.Gradients;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.train.Profile.Phase;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The training loop.
 *
 * <p>What it computes depends on the configuration, the data and the {@link Progress} it starts
 * from, and on nothing else. Thread-confined, but for {@link #interrupt}.
 */
public final class Trainer {
  /** Enough for running statistics: with a momentum of 0.1, 0.5 % of the first ones are left. */
  private static final int STATISTICS_BATCHES = 50;

  /** The purposes for which a seed has streams of their own. */
  private enum Stream {
    WEIGHTS(0),
    SPLIT(1),
    ORDER(2),
    STEPS(3),
    TRANSFORMS(4),
    STATISTICS(5);

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
  private final int taken; // of the training examples in an epoch
  private final boolean loads; // batches take time to make
  private final Supplier<Dataset> held;
  private final Optional<Transforms> transforms;
  private final Schedule schedule;
  private final Averaging averaging;
  private final Averaged averaged;
  private final Consumer<Event> listener;
  private final Saver saver;
  private Map<String, Tensor> bestWeights = Map.of();
  private Progress progress = Progress.start();
  private @Nullable Profile profile;
  private volatile boolean interrupted;

  /**
   * A trainer at the start.
   *
   * @param training the examples for training as the data has them; {@code config.validation()} of
   *     them are set aside
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
    this.model = config.plan().create(config.input(), Stream.WEIGHTS.of(config.seed()));
    this.optimizer = config.updateRule().over(model);
    this.training =
        config.validation() == 0 ? training : training.select(Arrays.copyOf(order, kept));
    var validation = training.select(Arrays.copyOfRange(order, kept, order.length));
    this.held = () -> config.judged(config.validation() == 0 ? test.get() : validation);
    this.transforms =
        config.transforms().isEmpty()
            ? Optional.empty()
            : Optional.of(Transforms.parse(config.transforms()));
    this.taken = taken(kept, config.batch());
    this.loads = transforms.isPresent() || !(training instanceof ByteDataset);
    int batches = Math.ceilDiv(taken, config.batch());
    this.schedule = Schedules.parse(config.schedule(), Math.ceilDiv(batches, config.accumulate()));
    this.averaging = Averaging.parse(config.average());
    this.averaged = averaging.over(model);
    this.listener = listener;
    this.saver = saver;
  }

  /**
   * How many examples an epoch takes: all, but for a last batch of a single one where there is
   * batch normalisation, which finds no variance in it.
   */
  private int taken(int examples, int batch) {
    boolean leavesOne = examples > batch && examples % batch == 1;
    return leavesOne && !Modules.buffers(model).isEmpty() ? examples - 1 : examples;
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

  /**
   * The means of the weights so far, if they are averaged, as {@link Averaged#state} names them.
   */
  Map<String, Tensor> averageState() {
    return averaged.state();
  }

  /** Goes on from here, given that weights and optimiser state have been put back. */
  public void restore(Progress from, Map<String, Tensor> best, Map<String, Tensor> averageState) {
    progress = from;
    bestWeights = best;
    averaged.restore(averageState, averaging.updates(from.step(), from.epoch(), config.epochs()));
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
      var batches = batches(Stream.ORDER.of(config.seed()).keyed(progress.epoch()));
      long start = System.nanoTime();
      try (var loader = loads ? Loader.start(batches, progress.batch()) : null) {
        while (progress.batch() < batches.count()) {
          if (interrupted) {
            saver.save(this, true);
            ended(Phase.REST);
            return false;
          }
          step(batches, loader != null ? _ -> loader.next() : batches::get);
          saver.save(this, false);
        }
      }
      endEpoch((System.nanoTime() - start) * 1e-9);
      saver.save(this, true);
      ended(Phase.REST);
    }
    return true;
  }

  /**
   * Looks for a learning rate on the batches of the first epoch, before a training, with a step for
   * each batch. Weights and progress are afterwards what they were.
   */
  public RateFinder.Curve findRate(RateFinder finder) {
    var batches = batches(Stream.ORDER.of(config.seed()).keyed(0));
    var next = new AtomicInteger();
    return finder.run(
        model,
        config.updateRule(),
        () -> loss(batches.get(next.getAndIncrement() % batches.count())),
        Stream.STEPS.of(config.seed()).keyed(0));
  }

  /** One pass over the examples as this epoch has them, in random order. */
  private Batches batches(Rng order) {
    var rng = Stream.TRANSFORMS.of(config.seed()).keyed(progress.epoch());
    var examples =
        config.shaped(transforms.map(chosen -> training.transformed(chosen, rng)).orElse(training));
    return examples
        .select(Arrays.copyOf(order.permutation(examples.size()), taken))
        .batches(config.batch());
  }

  private void ended(Phase phase) {
    if (profile != null) {
      profile.ended(phase);
    }
  }

  /** One step of the optimiser: forward and backward for as many batches as it takes. */
  private void step(Batches batches, IntFunction<Batch> source) {
    ended(Phase.REST);
    long steps = (long) config.epochs() * Math.ceilDiv(batches.count(), config.accumulate());
    optimizer.rate(config.learningRate() * schedule.factor(progress.step(), steps));
    int end = Math.min(progress.batch() + config.accumulate(), batches.count());
    var rng = Stream.STEPS.of(config.seed()).keyed(progress.step());
    Gradients sum = null; // over the examples of the batches so far
    int examples = 0;
    double mean = 0; // of their losses
    for (int i = progress.batch(); i < end; i++) {
      var batch = source.apply(i);
      ended(Phase.DATA);
      try (var step = Step.training(rng)) {
        if (profile != null) {
          step.timingProducts(profile::computed);
        }
        var loss = loss(batch);
        requireFinite(loss.item());
        examples += batch.size();
        mean += (double) batch.size() / examples * (loss.item() - mean);
        ended(Phase.FORWARD);
        var gradients = loss.backward();
        ended(Phase.BACKWARD);
        if (config.accumulate() > 1) {
          var weighted = gradients.times(batch.size());
          gradients = sum == null ? weighted : sum.plus(weighted);
        }
        if (i + 1 < end) {
          sum = gradients.kept();
          Step.changeBuffers();
        } else {
          update(config.accumulate() > 1 ? gradients.times(1.0 / examples) : gradients);
        }
      }
      ended(Phase.UPDATE);
    }
    progress = progress.stepped(end, mean, examples);
    listener.accept(
        new Event.Stepped(
            progress.step(), progress.epoch() + 1, end, batches.count(), examples, mean));
  }

  /** The mean loss of a batch. */
  private Tensor loss(Batch batch) {
    var logits = model.forward(batch.inputs()); // [N, K]
    return Loss.crossEntropy(logits, batch.labels());
  }

  private void requireFinite(double loss) {
    if (!Double.isFinite(loss)) {
      throw new DivergedException(progress.step() + 1, loss, optimizer.rate());
    }
  }

  private void update(Gradients gradients) {
    optimizer.step(config.clip() > 0 ? gradients.clippedByNorm(config.clip()) : gradients);
    if (averaging.takesSteps()) {
      averaged.update();
    }
  }

  /**
   * Gives the model its averaged weights, if there are any.
   *
   * @return the weights that it had; empty if nothing was changed
   */
  private Map<String, Tensor> average() {
    if (averaging.takesEpoch(progress.epoch() + 1, config.epochs())) {
      averaged.update();
    }
    if (averaged.updates() == 0) {
      return Map.of();
    }
    var trained = Modules.weights(model);
    Modules.load(model, averaged.weights());
    if (!Modules.buffers(model).isEmpty()) {
      learnStatistics();
    }
    return trained;
  }

  /** Shows the model some batches, from which batch normalisation takes its running statistics. */
  private void learnStatistics() {
    var rng = Stream.STATISTICS.of(config.seed()).keyed(progress.epoch());
    var batches = batches(rng);
    for (int i = 0; i < STATISTICS_BATCHES; i++) { // of a small set several times the same
      try (var _ = Step.training(rng)) {
        model.forward(batches.get(i % batches.count()).inputs());
        Step.changeBuffers();
      }
    }
  }

  private void endEpoch(double seconds) {
    ended(Phase.REST);
    var trained = average();
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
      if (!trained.isEmpty()) {
        Modules.load(model, trained);
      }
      progress = progress.next();
    }
  }
}
