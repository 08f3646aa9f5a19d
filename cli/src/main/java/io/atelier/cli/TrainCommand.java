package io.atelier.cli;

import io.atelier.datasets.Mnist;
import io.atelier.nn.Architecture;
import io.atelier.tensor.Machine;
import io.atelier.train.Config;
import io.atelier.train.Config.OptimizerKind;
import io.atelier.train.Config.ScheduleKind;
import io.atelier.train.Provenance;
import io.atelier.train.Run;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atelier train}: teaches a network to classify images. */
@Command(
    name = "train",
    sortOptions = false,
    description = "Trains a network; without arguments, the lecture's 784-1000relu-10 on MNIST.")
final class TrainCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "mnist | DIR",
      defaultValue = "mnist",
      description = "The data: the bundled MNIST, or a folder with four IDX files, plain or .gz.")
  private String data = "mnist";

  @Option(
      names = "--layers",
      paramLabel = "SPEC",
      description = "The network, 784-1000relu-10 by default; --help layers prints the grammar.")
  private @Nullable String layers;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "Passes over the training images (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Images in a step (${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--optimizer",
      paramLabel = "sgd|adam|adamw",
      defaultValue = "adamw",
      description = "How the weights are moved (${DEFAULT-VALUE}).")
  private OptimizerKind optimizer = OptimizerKind.ADAMW;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "0.1 for sgd, 0.001 for adam and adamw by default.")
  private @Nullable Double learningRate;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      defaultValue = "0",
      description = "For sgd: how much of the last velocity stays (${DEFAULT-VALUE}).")
  private double momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "0.01 for adamw, else 0 by default.")
  private @Nullable Double weightDecay;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Drops hidden values with this probability (${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--schedule",
      paramLabel = "constant|step|cosine",
      description = "Of the learning rate; constant for sgd, cosine for adam and adamw by default.")
  private @Nullable ScheduleKind schedule;

  @Option(
      names = "--early-stopping",
      paramLabel = "PATIENCE",
      defaultValue = "0",
      description =
          "Stops after so many epochs without a better validation accuracy, and takes the best weights.")
  private int earlyStopping;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Of everything random (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads that share the work; all processors by default. The result does not depend on it.")
  private @Nullable Integer threads;

  @Option(
      names = "--validation",
      paramLabel = "N",
      defaultValue = "5000",
      description =
          "Training images set aside for validation (${DEFAULT-VALUE}); 0 looks at the test set instead.")
  private int validation;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "The folder to keep the run in; runs/NAME-NNN by default.")
  private @Nullable Path directory;

  @Option(
      names = "--profile",
      description = "Shows at the end where the time of a step went, and the speed of each layer.")
  private boolean profile;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    require(epochs >= 1, "--epochs must be at least 1, got " + epochs);
    require(batch >= 1, "--batch must be at least 1, got " + batch);
    require(momentum >= 0 && momentum < 1, "--momentum must lie in [0, 1), got " + momentum);
    require(dropout >= 0 && dropout < 1, "--dropout must lie in [0, 1), got " + dropout);
    require(earlyStopping >= 0, "--early-stopping must be at least 0, got " + earlyStopping);
    require(
        earlyStopping == 0 || validation > 0,
        "--early-stopping needs validation images: --validation must be above 0");
    require(
        momentum == 0 || optimizer == OptimizerKind.SGD, "--momentum belongs to --optimizer sgd");
    useThreads(threads);
    if (layers != null) {
      Architecture.parse(layers); // before the data is read
    }
    var set = Training.data(data);
    var config = config(set);
    check(config, set);
    var folder =
        directory == null ? RunFolder.next(set.name().toLowerCase(Locale.ROOT)) : directory;
    try (var run = Run.create(folder, config, provenance(set))) {
      RunFolder.remember(run);
      var training = new Training(run, set);
      if (profile) {
        training.profile();
      }
      return training.train(_ -> run.log("started", 0, Map.of()));
    }
  }

  static void useThreads(@Nullable Integer count) {
    if (count != null) {
      require(count >= 1 && count <= 256, "--threads must lie in 1..256, got " + count);
      Machine.useThreads(count);
    }
  }

  private Config config(Mnist set) {
    boolean sgd = optimizer == OptimizerKind.SGD;
    double rate = learningRate != null ? learningRate : sgd ? 0.1 : 0.001;
    double decay = weightDecay != null ? weightDecay : optimizer == OptimizerKind.ADAMW ? 0.01 : 0;
    require(rate > 0 && Double.isFinite(rate), "--learning-rate must be above 0, got " + rate);
    require(
        decay >= 0 && Double.isFinite(decay), "--weight-decay must be at least 0, got " + decay);
    var network =
        layers != null
            ? layers
            : set.train().shape().count() + "-1000relu-" + set.train().classes();
    var course = schedule != null ? schedule : sgd ? ScheduleKind.CONSTANT : ScheduleKind.COSINE;
    return new Config(
        data.equals("mnist") ? data : Path.of(data).toAbsolutePath().normalize().toString(),
        Architecture.parse(network).toString(),
        epochs,
        batch,
        optimizer,
        rate,
        momentum,
        decay,
        dropout,
        course,
        earlyStopping,
        seed,
        validation);
  }

  /** Refuses what does not fit the data, before anything is written. */
  private static void check(Config config, Mnist set) {
    var architecture = config.architecture();
    var shape = set.train().shape();
    long pixels = shape.count();
    require(
        architecture.inputs() == pixels,
        config.layers()
            + " begins with "
            + architecture.inputs()
            + " inputs, but an image of "
            + set.name()
            + " has "
            + shape.size(-2)
            + " x "
            + shape.size(-1)
            + " = "
            + pixels
            + " pixels");
    require(
        architecture.outputs() == set.train().classes(),
        config.layers()
            + " ends with "
            + architecture.outputs()
            + " outputs, but "
            + set.name()
            + " has "
            + set.train().classes()
            + " classes");
    require(
        config.validation() >= 0 && config.validation() < set.train().size(),
        "--validation must leave training images: "
            + config.validation()
            + " of "
            + set.train().size());
  }

  private Provenance provenance(Mnist set) {
    return new Provenance(
        set.sha256(),
        Main.VERSION,
        System.getProperty("java.vm.version") + " " + System.getProperty("java.vendor"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        List.copyOf(spec.commandLine().getParseResult().originalArgs()),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new UsageException(message);
    }
  }
}
