package io.atelier.cli;

import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.datasets.Mnist;
import io.atelier.nn.Loss;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Shape;
import io.atelier.train.Config;
import io.atelier.train.Config.OptimizerKind;
import io.atelier.train.Config.ScheduleKind;
import io.atelier.train.Event;
import io.atelier.train.Metrics;
import io.atelier.train.Profile;
import io.atelier.train.Run;
import io.atelier.train.Trainer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
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
  private final Mnist data;
  private final ProgressLine progress;
  private @Nullable Profile profile;
  private boolean begun;

  Training(Run run, Mnist data) {
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
        new Config(
            "",
            inputs + "-16relu-4",
            1,
            batch,
            OptimizerKind.ADAMW,
            0.001,
            0,
            0.01,
            0,
            ScheduleKind.COSINE,
            0,
            0,
            batch);
    var nothing = new ByteDataset(new byte[count * inputs], new byte[count], Shape.of(inputs), 4);
    Thread.ofPlatform()
        .daemon()
        .name("warm-up")
        .start(() -> new Trainer(config, nothing, () -> nothing, _ -> {}, (_, _) -> {}).run());
  }

  /** The data that a configuration names. */
  static Mnist data(String name) {
    return name.equals("mnist") ? Mnist.bundled() : Mnist.read(Path.of(name));
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
    var training = data.train().reshape(config.architecture().inputs());
    var trainer = new Trainer(config, training, () -> test(), this::tell, run::save);
    prepare.accept(trainer);
    if (profile != null) {
      trainer.measure(profile);
    }
    describe(training);
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

  private Dataset test() {
    return data.test().reshape(config.architecture().inputs());
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

  private void describe(Dataset training) {
    var shape = data.train().shape();
    terminal.line(
        "%s: %,d training and %,d test images of %d x %d pixels, %d classes",
        terminal.bold(data.name()),
        training.size(),
        data.test().size(),
        shape.size(-2),
        shape.size(-1),
        training.classes());
    if (config.validation() > 0) {
      terminal.line("%,d of the training images are set aside for validation", config.validation());
    } else {
      terminal.line("all training images are used; the test set is looked at after each epoch");
    }
    terminal.line();
    terminal.table(config.architecture());
    terminal.line();
    terminal.line(
        "%s, batch %d, %d epochs, seed %d, %d thread%s",
        rule(),
        config.batch(),
        config.epochs(),
        config.seed(),
        Machine.threads(),
        Machine.threads() == 1 ? "" : "s");
    terminal.line();
  }

  private String rule() {
    var text = new StringBuilder(config.optimizer() + " at " + config.learningRate());
    text.append(config.momentum() > 0 ? ", momentum " + config.momentum() : "");
    text.append(config.weightDecay() > 0 ? ", weight decay " + config.weightDecay() : "");
    return text + ", " + config.schedule() + " schedule";
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
    var metrics = Metrics.of(trainer.model(), test(), Loss::crossEntropy);
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
    terminal.line(
        "Next: ./atelier evaluate last        %s", terminal.dim("which digits it confuses"));
    terminal.line(
        "      ./atelier predict last IMAGE   %s", terminal.dim("your own digit, PNG or JPEG"));
  }
}
