package io.atelier.cli;

import io.atelier.data.Dataset;
import io.atelier.explain.Transfer;
import io.atelier.nn.Architecture;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.Modules;
import io.atelier.nn.Sequential;
import io.atelier.optim.Adam;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atelier transfer}: what is gained from having learned something else before. */
@Command(
    name = "transfer",
    sortOptions = false,
    description = {
      "Learns the first half of the classes, then the others from few examples,",
      "with a frozen body, fine-tuned, and from scratch."
    })
final class TransferCommand implements Callable<Integer> {
  /** The second network of the lesson on convolutions, but for its last layer. */
  private static final String USUAL = "conv10x5relu-pool2-conv20x5relu-pool2-128relu-";

  private static final int DRAWS = 3; // of few examples; mean and spread are shown
  private static final int PASSES = 100; // over few examples
  private static final int BATCH = 16;
  private static final double RATE = 1e-3;
  private static final double HEAD = 1e-2; // a single layer learns quickly

  @Parameters(
      arity = "0..1",
      paramLabel = "mnist | fashion-mnist | DIR",
      defaultValue = "mnist",
      description = "The data, as for train.")
  private String data = "mnist";

  @Option(
      names = "--layers",
      paramLabel = "SPEC",
      description =
          "The network, with an output for each class of one half;"
              + " conv10x5relu-pool2-conv20x5relu-pool2-128relu-5 by default.")
  private @Nullable String layers;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "2",
      description = "Passes over the first half of the classes (${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--examples",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,10,50",
      description = "Of each new class: a list (${DEFAULT-VALUE}).")
  private List<Integer> examples = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Of everything random (${DEFAULT-VALUE}).")
  private long seed;

  /** The network that knows the first half: layers before the last, which is the head. */
  private record Known(Sequential network, Architecture line, Shape input) {
    static Known create(Architecture line, Shape input, Rng rng) {
      return new Known(line.create(input, rng), line, input);
    }

    Sequential body() {
      var all = network.layers();
      return new Sequential(all.subList(0, all.size() - 1));
    }

    /** The same with copies of its weights, so that they can be trained on. */
    Sequential copiedBody(Rng rng) {
      var copy = create(line, input, rng).body();
      Modules.load(copy, Modules.weights(body()));
      return copy;
    }

    Linear newHead(Rng rng) {
      var head = (Linear) network.layers().getLast();
      return Linear.create(head.weight().shape().size(1), head.weight().shape().size(0), rng);
    }
  }

  /** The new classes: all examples to choose few from, and those to judge by. */
  private record Task(Dataset training, Dataset test) {}

  @Override
  public Integer call() {
    TrainCommand.require(epochs >= 1, "--epochs must be at least 1, got " + epochs);
    for (int count : examples) {
      TrainCommand.require(count >= 1, "--examples must be at least 1, got " + count);
    }
    var set = Images.read(data, Images.SIZE);
    int half = set.train().classes() / 2;
    TrainCommand.require(half >= 2, "transfer needs data of at least 4 classes");
    var line = Architecture.parse(layers == null ? USUAL + half : layers);
    int[] input = input(line, set.train().shape(), half).toArray();
    int[] first = IntStream.range(0, half).toArray();
    int[] second = IntStream.range(half, 2 * half).toArray();
    var old = Transfer.classes(set.train().reshape(input), first);
    var oldTest = Transfer.classes(set.test().reshape(input), first);
    var task =
        new Task(
            Transfer.classes(set.train().reshape(input), second),
            Transfer.classes(set.test().reshape(input), second));

    var terminal = Terminal.standard();
    var rng = Rng.of(seed);
    var known = Known.create(line, Shape.of(input), rng.split());
    var network = known.network();
    Transfer.perClass(task.training(), Collections.max(examples), Rng.of(seed)); // or refuses
    TrainCommand.require(
        network.layers().getLast() instanceof Linear,
        "the last layer of " + line + " must be fully connected: it is the head");
    Transfer.fit(network, Adam.rate(RATE).over(network), old, epochs, 64, rng.split());
    terminal.line(
        "%s knows the classes 0 to %d: %s of their test images, after %,d training images",
        terminal.bold(line.toString()),
        half - 1,
        PredictCommand.percent(Transfer.accuracy(network, oldTest)),
        old.size());
    terminal.line();
    terminal.line(
        "Classes %d to %d, accuracy on %,d test images:", half, 2 * half - 1, task.test().size());
    terminal.line(
        "%s", terminal.dim("  examples each      frozen body       fine-tuned     from scratch"));
    for (int count : examples) {
      row(terminal, count, compare(known, task, count, rng.split()));
    }
    terminal.line();
    terminal.line(
        "Means of %d draws of the examples (and standard deviations), %d passes over them.",
        DRAWS, PASSES);
    return 0;
  }

  /** The shape in which the network takes an image, if it has an output for each class. */
  private static Shape input(Architecture line, Shape image, int half) {
    var input = line.inputs().isPresent() ? Shape.of(line.inputs().getAsInt()) : image;
    TrainCommand.require(
        input.count() == image.count(),
        line + " begins with " + input.count() + " inputs, but an image has " + image.count());
    var output = TrainingOptions.output(line, line.toString(), input);
    TrainCommand.require(
        output.equals(Shape.of(half)),
        line
            + " ends with "
            + (output.rank() == 1 ? output.size(0) : output)
            + " outputs, but half of the classes are "
            + half);
    return input;
  }

  private static void row(Terminal terminal, int count, double[]... accuracies) {
    terminal.line(
        "  %13d   %14s   %14s   %14s",
        count, spread(accuracies[0]), spread(accuracies[1]), spread(accuracies[2]));
  }

  /** Mean and standard deviation, {@code 81.3 % (2.4)}. */
  private static String spread(double... draws) {
    double mean = Arrays.stream(draws).average().orElseThrow();
    double squares = Arrays.stream(draws).map(draw -> (draw - mean) * (draw - mean)).sum();
    double deviation = Math.sqrt(squares / (draws.length - 1));
    return String.format(Locale.ROOT, "%s (%.1f)", PredictCommand.percent(mean), 100 * deviation);
  }

  /** Frozen, fine-tuned, from scratch: the accuracy of each draw. */
  private static double[][] compare(Known known, Task task, int count, Rng rng) {
    double[][] accuracies = new double[3][DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      var few = Transfer.perClass(task.training(), count, rng.split());
      var head = known.newHead(rng.split());
      fit(head, HEAD, Transfer.features(known.body(), few), rng);
      accuracies[0][draw] = Transfer.accuracy(Sequential.of(known.body(), head), task.test());

      var tuned = Sequential.of(known.copiedBody(rng.split()), known.newHead(rng.split()));
      fit(tuned, RATE, few, rng);
      accuracies[1][draw] = Transfer.accuracy(tuned, task.test());

      var fresh = known.line().create(known.input(), rng.split());
      fit(fresh, RATE, few, rng);
      accuracies[2][draw] = Transfer.accuracy(fresh, task.test());
    }
    return accuracies;
  }

  private static void fit(Layer model, double rate, Dataset few, Rng rng) {
    Transfer.fit(model, Adam.rate(rate).over(model), few, PASSES, BATCH, rng.split());
  }
}
