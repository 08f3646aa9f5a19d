package io.atelier.cli;

import io.atelier.data.ByteDataset;
import io.atelier.datasets.LabelledImages;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.nn.Summary;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Shape;
import io.atelier.train.Config;
import io.atelier.train.Event;
import io.atelier.train.Metrics;
import io.atelier.train.Profile;
import io.atelier.train.Run;
import io.atelier.train.Trainer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A training as a person sees it, from first line to last; {@code train} and {@code resume} share
 * it.
 */
final class Training {
  private static final int INTERRUPTED = 130;

  private final Terminal terminal = Terminal.standard();
  private final Run run;
  private final Config config;
  private final LabelledImages data;
  private final ProgressLine progress;
  private @Nullable Profile profile;
  private boolean begun;

  Training(Run run, LabelledImages data) {
    this.run = run;
    this.config = run.config();
    this.data = data;
    this.progress = new ProgressLine(terminal, config.epochs());
  }

  /**
   * Trains a tiny network on nothing for three steps, on a thread of its own. What the first step
   * of a true training needs is loaded and compiled meanwhile.
   */
  static void warmUp() {
    int inputs = 16;
    int batch = 16;
    int count = 4 * batch; // a quarter for validation
    var config =
        Config.of("", Shape.of(inputs), 4, inputs + "-16relu-4")
            .epochs(1)
            .batch(batch)
            .validation(batch);
    var nothing = new ByteDataset(new byte[count * inputs], new byte[count], Shape.of(inputs), 4);
    Thread.ofPlatform()
        .daemon()
        .name("warm-up")
        .start(() -> new Trainer(config, nothing, () -> nothing, _ -> {}, (_, _) -> {}).run());
  }

  /**
   * The data of a run.
   *
   * @throws UsageException if it has changed since: what was learned from may now be judged by
   */
  static LabelledImages images(Run run) {
    var config = run.config();
    var data = Images.read(config.data(), config.image());
    TrainCommand.require(
        data.sha256().equals(run.provenance().dataHash()),
        "the data in "
            + config.data()
            + " is not what "
            + run.directory()
            + " was trained on: its SHA-256 is "
            + data.sha256()
            + ", it was "
            + run.provenance().dataHash());
    return data;
  }

  /** Shows at the end where the time went. */
  void profile() {
    profile = new Profile();
  }

  /**
   * Trains to the end.
   *
   * @param prepare puts the trainer where it begins
   * @return the exit code
   */
  int train(Consumer<Trainer> prepare) {
    long start = System.nanoTime();
    var trainer = new Trainer(config, data.train(), data::test, this::tell, run::save);
    prepare.accept(trainer);
    if (profile != null) {
      trainer.measure(profile);
    }
    describe(trainer.model());
    var done = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(trainer, done)));
    try (progress) {
      if (!trainer.run()) {
        progress.close();
        terminal.line(
            "Interrupted after step %,d; saved in %s", trainer.progress().step(), run.directory());
        terminal.line("Go on with: ./atelier resume %s", run.directory());
        tellProfile(trainer);
        return INTERRUPTED;
      }
    } finally {
      done.countDown();
    }
    finish(trainer, (System.nanoTime() - start) * 1e-9);
    tellProfile(trainer);
    return 0;
  }

  private void tellProfile(Trainer trainer) {
    if (profile != null) {
      new ProfileTable(terminal, profile).print(trainer.model());
    }
  }

  /** Ctrl-C: the step that is running ends, the checkpoint is written, then the process leaves. */
  private static void leave(Trainer trainer, CountDownLatch done) {
    trainer.interrupt();
    try {
      done.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void describe(Layer model) {
    var shape = data.train().shape();
    terminal.line(
        "%s: %,d training and %,d test images of %d x %d pixels%s, %d classes",
        terminal.bold(data.name()),
        data.train().size(),
        data.test().size(),
        shape.size(-2),
        shape.size(-1),
        shape.size(0) == 3 ? " in colour" : "",
        data.train().classes());
    if (hasNames(data)) {
      terminal.wrapped("classes: " + String.join(", ", data.classNames()));
    }
    if (config.validation() > 0) {
      terminal.line("%,d of the training images are set aside for validation", config.validation());
    } else {
      terminal.line("all training images are used; the test set is looked at after each epoch");
    }
    if (!config.transforms().isEmpty()) {
      terminal.line("transforms %s", config.transforms());
    }
    terminal.line();
    terminal.table(Summary.of(model, config.input()));
    terminal.line();
    terminal.line(
        "%s, batch %d%s, %d epochs, seed %d, %d thread%s",
        rule(),
        config.batch(),
        config.accumulate() > 1 ? " x " + config.accumulate() : "",
        config.epochs(),
        config.seed(),
        Machine.threads(),
        Machine.threads() == 1 ? "" : "s");
    terminal.line();
  }

  /** Whether the classes are called something else than their numbers. */
  static boolean hasNames(LabelledImages data) {
    var names = data.classNames();
    return IntStream.range(0, names.size())
        .anyMatch(k -> !names.get(k).equals(Integer.toString(k)));
  }

  private String rule() {
    var text = new StringBuilder(config.optimizer() + " at " + config.learningRate());
    text.append(config.momentum() > 0 ? ", momentum " + config.momentum() : "");
    text.append(config.weightDecay() > 0 ? ", weight decay " + config.weightDecay() : "");
    text.append(config.clip() > 0 ? ", gradients up to norm " + config.clip() : "");
    text.append(", ").append(config.schedule()).append(" schedule");
    text.append(config.average().equals("none") ? "" : ", " + config.average() + " average");
    return text.toString();
  }

  private void tell(Event event) {
    run.log(event);
    switch (event) {
      case Event.Stepped stepped -> {
        if (!begun) {
          begun = true;
          secondsSinceStart()
              .ifPresent(seconds ->
                  run.log("begun", stepped.step(), Map.of("secondsSinceStart", seconds)));
        }
        progress.step(stepped);
      }
      case Event.EpochEnded ended -> {
        progress.endEpoch();
        terminal.line(
            "epoch %d/%d   training loss %.4f   %s accuracy %.2f %%   loss %.4f   %s",
            ended.epoch(),
            config.epochs(),
            ended.trainLoss(),
            config.validation() > 0 ? "validation" : "test",
            100 * ended.metrics().accuracy(),
            ended.metrics().loss(),
            Terminal.duration(ended.seconds()));
      }
      case Event.Ended(_, var epoch, var bestEpoch) -> {
        if (bestEpoch.isPresent()) {
          terminal.line(
              "%s; the weights of epoch %d, the best, are back",
              epoch < config.epochs() ? "stopped early" : "no early stop", bestEpoch.getAsInt());
        }
      }
    }
  }

  /** Since the launcher started this process; it hands over the time as seconds since 1970. */
  private static Optional<Double> secondsSinceStart() {
    var start = System.getProperty("atelier.start", "");
    return start.isEmpty()
        ? Optional.empty()
        : Optional.of(
            System.currentTimeMillis() / 1000.0 - Double.parseDouble(start.replace(',', '.')));
  }

  private void finish(Trainer trainer, double seconds) {
    var metrics = Metrics.of(trainer.model(), config.judged(data.test()), Loss::crossEntropy);
    run.log(
        "test",
        trainer.progress().step(),
        Map.of("accuracy", metrics.accuracy(), "loss", metrics.loss(), "seconds", seconds));
    terminal.line();
    terminal.line(
        "%s   (%,d of %,d; loss %.4f)   in %s",
        terminal.bold(
            String.format(Locale.ROOT, "Test accuracy %.2f %%", 100 * metrics.accuracy())),
        metrics.correct(),
        metrics.count(),
        metrics.loss(),
        Terminal.duration(seconds));
    terminal.line("Saved in %s", run.directory());
    terminal.line();
    boolean digits = !hasNames(data);
    terminal.line(
        "Next: ./atelier evaluate last        %s",
        terminal.dim("which " + (digits ? "digits" : "classes") + " it confuses"));
    if (digits) {
      terminal.line(
          "      ./atelier predict last IMAGE   %s", terminal.dim("your own digit, PNG or JPEG"));
    }
  }
}
