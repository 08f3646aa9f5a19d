package io.atelier.cli;

import io.atelier.data.Normalize;
import io.atelier.data.Transforms;
import io.atelier.datasets.LabelledImages;
import io.atelier.models.KnownModel;
import io.atelier.nn.Architecture;
import io.atelier.nn.Plan;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.train.Averaging;
import io.atelier.train.Config;
import io.atelier.train.OptimizerKind;
import io.atelier.train.Schedules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a training consists of, as options: shared by the commands that train. */
final class TrainingOptions {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "mnist | fashion-mnist | DIR",
      defaultValue = "mnist",
      description =
          "The bundled MNIST, Fashion-MNIST (./atelier data), or a folder: four IDX files, plain or"
              + " .gz, or pictures in a folder for each class.")
  private String data = "mnist";

  @Option(
      names = "--layers",
      paramLabel = "SPEC",
      description = "The network, 784-1000relu-10 by default; --help layers prints the grammar.")
  private @Nullable String layers;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "In place of --layers: ${COMPLETION-CANDIDATES}.")
  private @Nullable KnownModel model;

  @Option(
      names = "--input",
      paramLabel = "CxHxW",
      description = "Brings the pictures of a folder to this size; 3x32x32 by default.")
  private @Nullable String input;

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
      paramLabel = "NAME",
      defaultValue = "adamw",
      description = "How the weights are moved (${DEFAULT-VALUE}): ${COMPLETION-CANDIDATES}.")
  private OptimizerKind optimizer = OptimizerKind.ADAMW;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "0.001 for adam and adamw, 0.1 for sgd by default; others have their own.")
  private @Nullable Double learningRate;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description =
          "How much of the last velocity stays; 0.9 for momentum and nesterov, 0 for sgd by default.")
  private @Nullable Double momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "0.01 for adamw and lion, else 0 by default.")
  private @Nullable Double weightDecay;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Drops hidden values with this probability (${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description =
          "Of the learning rate; by default cosine for rmsprop, lion, adam and its kin, else constant; --help schedules.")
  private @Nullable String schedule;

  @Option(
      names = "--clip",
      paramLabel = "NORM",
      defaultValue = "0",
      description = "Shortens longer gradients to this norm; 0 leaves them (${DEFAULT-VALUE}).")
  private double clip;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      defaultValue = "1",
      description = "Batches whose gradients together make one step (${DEFAULT-VALUE}).")
  private int accumulate;

  @Option(
      names = "--average",
      paramLabel = "emaD|swa",
      defaultValue = "none",
      description =
          "Keeps a mean of the weights: exponential, as ema0.999, or of the last epochs (${DEFAULT-VALUE}).")
  private String average = "none";

  @Option(
      names = "--augment",
      paramLabel = "SPEC",
      defaultValue = "",
      description = "Changes the training images at random, as shift2,rotate10; --help transforms.")
  private String augment = "";

  @Option(
      names = "--normalize",
      description =
          "Brings the pixels to mean 0 and deviation 1, as measured on the training images.")
  private boolean normalize;

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
      names = "--validation",
      paramLabel = "N",
      description =
          "Training images set aside for validation; one in twelve, at most 5000, by default; 0 looks"
              + " at the test set instead.")
  private @Nullable Integer validation;

  /** Refuses what is wrong by itself, before any data is read. */
  void check() {
    TrainCommand.require(epochs >= 1, "--epochs must be at least 1, got " + epochs);
    TrainCommand.require(batch >= 1, "--batch must be at least 1, got " + batch);
    TrainCommand.require(
        momentum == null || (momentum >= 0 && momentum < 1),
        "--momentum must lie in [0, 1), got " + momentum);
    TrainCommand.require(
        clip >= 0 && Double.isFinite(clip), "--clip must be at least 0, got " + clip);
    TrainCommand.require(accumulate >= 1, "--accumulate must be at least 1, got " + accumulate);
    TrainCommand.require(
        dropout >= 0 && dropout < 1, "--dropout must lie in [0, 1), got " + dropout);
    TrainCommand.require(
        earlyStopping >= 0, "--early-stopping must be at least 0, got " + earlyStopping);
    TrainCommand.require(
        earlyStopping == 0 || validation == null || validation > 0,
        "--early-stopping needs validation images: --validation must be above 0");
    TrainCommand.require(
        momentum == null || optimizer.hasMomentum(),
        "--momentum belongs to --optimizer sgd, momentum and nesterov");
    TrainCommand.require(
        optimizer != OptimizerKind.NESTEROV || momentum == null || momentum > 0,
        "--optimizer nesterov needs a --momentum above 0");
    TrainCommand.require(
        weightDecay == null || optimizer.hasWeightDecay(),
        "--optimizer " + optimizer + " has no weight decay");
    TrainCommand.require(
        learningRate == null || (learningRate > 0 && Double.isFinite(learningRate)),
        "--learning-rate must be above 0, got " + learningRate);
    TrainCommand.require(
        weightDecay == null || (weightDecay >= 0 && Double.isFinite(weightDecay)),
        "--weight-decay must be at least 0, got " + weightDecay);
    int channels = size().size(0);
    TrainCommand.require(
        channels == 1 || channels == 3,
        "--input must have 1 channel, for grey, or 3, for colour; got " + input);
    TrainCommand.require(
        model == null || layers == null, "--model and --layers exclude each other");
    if (layers != null) {
      Architecture.parse(layers); // before the data is read
    }
    if (schedule != null) {
      Schedules.parse(schedule, 1);
    }
    Averaging.parse(average);
    if (!augment.isEmpty()) { // the first step of most trainings does not wait for it
      Transforms.parse(augment);
    }
  }

  /** Refuses steps of several batches, for a command that makes a step of each. */
  void requireStepOfOneBatch() {
    TrainCommand.require(
        accumulate == 1,
        "a step is one batch here: in place of --accumulate "
            + accumulate
            + " give --batch "
            + (long) accumulate * batch);
  }

  /** The data that was asked for. */
  LabelledImages images() {
    TrainCommand.require(
        input == null || Images.arePictures(data),
        "--input belongs to a folder of pictures, which " + data + " is not");
    return Images.read(data, size());
  }

  private Shape size() {
    return input == null ? Images.SIZE : SummaryCommand.image(input);
  }

  /**
   * The configuration for these images.
   *
   * @throws UsageException if something does not fit them
   */
  Config config(LabelledImages set) {
    double rate = learningRate != null ? learningRate : optimizer.usualRate();
    double decay = weightDecay != null ? weightDecay : optimizer.usualWeightDecay();
    var transforms = transforms(set);
    var image =
        transforms.isEmpty() ? set.train().shape() : transforms.get().output(set.train().shape());
    var network = network(image, set);
    int size = set.train().size();
    int heldBack = validation != null ? validation : Math.min(5000, size / 12);
    TrainCommand.require(
        heldBack >= 0 && heldBack < size,
        "--validation must leave training images: " + heldBack + " of " + size);
    TrainCommand.require(
        earlyStopping == 0 || heldBack > 0,
        "--early-stopping needs validation images, and of "
            + size
            + " training images none is set aside by itself: --validation must be above 0");
    var config =
        new Config(
            Images.absolute(data),
            set.train().shape(),
            network.input(),
            set.train().classes(),
            network.text(),
            epochs,
            batch,
            accumulate,
            optimizer,
            rate,
            momentum != null ? momentum : optimizer.usualMomentum(),
            decay,
            schedule != null ? schedule : optimizer.usualSchedule(),
            clip,
            average,
            transforms.map(Transforms::toString).orElse(""),
            earlyStopping,
            seed,
            heldBack);
    check(config, set);
    return config;
  }

  /** What is done to the images, with what had to be measured; empty if nothing is. */
  private Optional<Transforms> transforms(LabelledImages set) {
    if (augment.isEmpty() && !normalize) {
      return Optional.empty();
    }
    var transforms = Transforms.parse(augment);
    if (normalize) {
      TrainCommand.require(
          transforms.steps().stream().noneMatch(Normalize.class::isInstance),
          "--normalize and normalize in --augment are the same: give one of them");
      var steps = new ArrayList<>(transforms.steps());
      steps.add(Normalize.measured());
      transforms = new Transforms(steps, transforms.mixUp());
    }
    return Optional.of(transforms.fitted(set.train()));
  }

  /** A network and the shape in which it takes an image. */
  private record Network(String text, Shape input) {}

  private Network network(Shape image, LabelledImages set) {
    int classes = set.train().classes();
    if (model != null && !(model.plan(image, classes) instanceof Architecture)) {
      TrainCommand.require(
          dropout == 0, "--dropout belongs to a line of layers, not to --model " + model);
      return new Network(model.toString(), image);
    }
    var line =
        model != null
            ? (Architecture) model.plan(image, classes)
            : Architecture.parse(layers != null ? layers : image.count() + "-1000relu-" + classes);
    if (line.inputs().isEmpty()) {
      return new Network(line.withDropout(dropout).toString(), image);
    }
    int inputs = line.inputs().getAsInt();
    TrainCommand.require(
        inputs == image.count(),
        line
            + " begins with "
            + inputs
            + " inputs, but an image of "
            + set.name()
            + " has "
            + size(image));
    return new Network(line.withDropout(dropout).toString(), Shape.of(inputs));
  }

  /** {@code 28 x 28 = 784 pixels}. */
  private static String size(Shape image) {
    boolean grey = image.size(0) == 1;
    return Arrays.stream(image.toArray())
            .skip(grey ? 1 : 0)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" x "))
        + " = "
        + image.count()
        + (grey ? " pixels" : " values");
  }

  private static void check(Config config, LabelledImages set) {
    var output = output(config.plan(), config.model(), config.input());
    TrainCommand.require(
        output.equals(Shape.of(config.classes())),
        config.model()
            + " ends with "
            + (output.rank() == 1 ? output.size(0) : output)
            + " outputs, but "
            + set.name()
            + " has "
            + config.classes()
            + " classes");
  }

  /** What a network gives for one example; that it takes it at all is checked. */
  static Shape output(Plan plan, String name, Shape input) {
    try {
      return plan.create(input, Rng.of(0)).output(input);
    } catch (ShapeException e) {
      throw new UsageException(name + " does not fit examples " + input + ": " + e.getMessage());
    }
  }
}
