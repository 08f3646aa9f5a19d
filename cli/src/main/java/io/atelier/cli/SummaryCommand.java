package io.atelier.cli;

import io.atelier.models.KnownModel;
import io.atelier.nn.Architecture;
import io.atelier.nn.Plan;
import io.atelier.nn.Summary;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atelier summary}: what a network consists of, counted without making it. */
@Command(
    name = "summary",
    description = "Shows the layers of a network, its parameters and the memory they need.")
final class SummaryCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "RUN", description = "The folder of a run, or last.")
  private @Nullable String name;

  @Option(
      names = "--layers",
      paramLabel = "SPEC",
      description = "A network; --help layers prints the grammar.")
  private @Nullable String layers;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "A network by name: ${COMPLETION-CANDIDATES}.")
  private @Nullable KnownModel model;

  @Option(
      names = "--input",
      paramLabel = "CxHxW",
      description =
          "The images, as 3x32x32; 1x28x28 or what a named network is made for by default.")
  private @Nullable String input;

  @Option(
      names = "--classes",
      paramLabel = "N",
      defaultValue = "10",
      description = "For --model (${DEFAULT-VALUE}).")
  private int classes;

  @Override
  public Integer call() {
    boolean isOne = Stream.of(name, layers, model).filter(Objects::nonNull).count() == 1;
    TrainCommand.require(isOne, "summary needs a RUN, --layers SPEC or --model NAME, one of them");
    TrainCommand.require(classes >= 1, "--classes must be at least 1, got " + classes);
    if (name != null) {
      var config = RunFolder.open(name).config();
      show(config.model(), config.plan(), config.input());
    } else if (model != null) {
      var image = input != null ? image(input) : model.input();
      show(model.toString(), model.plan(image, classes), image);
    } else {
      var line = Architecture.parse(Objects.requireNonNull(layers));
      var image = input != null ? image(input) : Shape.of(1, 28, 28);
      show(
          line.toString(),
          line,
          line.inputs().isPresent() ? Shape.of(line.inputs().getAsInt()) : image);
    }
    return 0;
  }

  private static void show(String heading, Plan plan, Shape input) {
    TrainingOptions.output(plan, heading, input);
    var summary = Summary.of(plan.create(input, Rng.of(0)), input);
    var terminal = Terminal.standard();
    terminal.line("%s", terminal.bold(heading));
    terminal.line();
    terminal.table(summary);
    terminal.line();
    double weights = 4.0 * summary.parameters(); // a float has four bytes
    terminal.line(
        "%s of weights, %s with gradients, %s to train with Adam (weights, gradients, two means); what the layers compute comes on top",
        Terminal.bytes(weights), Terminal.bytes(2 * weights), Terminal.bytes(4 * weights));
  }

  /** {@code 3x32x32} as a shape. */
  static Shape image(String text) {
    try {
      int[] sizes = Stream.of(text.split("x", -1)).mapToInt(Integer::parseInt).toArray();
      if (sizes.length == 3 && IntStream.of(sizes).allMatch(size -> size > 0)) {
        return Shape.of(sizes);
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new UsageException("expected channels, rows and columns, as in 3x32x32, got " + text);
  }
}
