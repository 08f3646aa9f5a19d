package io.atelier.cli;

import io.atelier.explain.FastGradientSign;
import io.atelier.explain.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atelier attack}: how little a picture must change for a network to err. */
@Command(
    name = "attack",
    sortOptions = false,
    description = "Changes test images a little so that the network errs (fast gradient sign).")
final class AttackCommand implements Callable<Integer> {
  private static final int BAR = 30;
  private static final int TILE = 224; // pixels along a tile

  @Parameters(paramLabel = "RUN", description = "The folder of a run, or last.")
  private String name = "last";

  @Option(
      names = "--epsilon",
      paramLabel = "E",
      split = ",",
      defaultValue = "0.01,0.02,0.05,0.1,0.2",
      description = "The most that a pixel changes, of 0 to 1: a list (${DEFAULT-VALUE}).")
  private List<Double> epsilons = List.of();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1",
      description = "Steps in which it changes (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Attacks the first N test images (${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "5",
      description = "Shows so many that succeeded (${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The PNG file to write; one in the folder of the run by default.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    for (double epsilon : epsilons) {
      TrainCommand.require(
          epsilon > 0 && epsilon <= 1, "--epsilon must lie in 0..1, above 0; got " + epsilon);
    }
    TrainCommand.require(steps >= 1, "--steps must be at least 1, got " + steps);
    TrainCommand.require(images >= 1, "--images must be at least 1, got " + images);
    TrainCommand.require(most >= 1, "--examples must be at least 1, got " + most);
    var network = Trained.open(name);
    int count = Math.min(images, network.test().size());
    var attacked = network.test().select(IntStream.range(0, count).toArray());
    var terminal = Terminal.standard();
    terminal.line(
        "%,d test images, each pixel moved by epsilon against the network%s",
        count, steps == 1 ? "" : ", in " + steps + " steps");
    terminal.line();
    terminal.line("%s", terminal.dim("  epsilon   accuracy"));
    double before = FastGradientSign.of(0).accuracy(network, attacked);
    row(terminal, 0, before);
    double shown = epsilons.getLast();
    boolean found = false;
    for (double epsilon : epsilons) {
      double accuracy = FastGradientSign.of(epsilon).steps(steps).accuracy(network, attacked);
      row(terminal, epsilon, accuracy);
      if (!found && accuracy < before / 2) {
        shown = epsilon; // the first at which half of them fall
        found = true;
      }
    }
    terminal.line();
    var attack = FastGradientSign.of(shown).steps(steps);
    show(terminal, network, attack, attack.examples(network, attacked, most));
    return 0;
  }

  private static void row(Terminal terminal, double epsilon, double accuracy) {
    terminal.line(
        "  %7.3f %8s   %s", epsilon, PredictCommand.percent(accuracy), terminal.bar(accuracy, BAR));
  }

  private void show(
      Terminal terminal,
      Trained network,
      FastGradientSign attack,
      List<FastGradientSign.Example> examples) {
    if (examples.isEmpty()) {
      terminal.line("No image that the network knew was taken for another class.");
      return;
    }
    terminal.line("With epsilon %.3f:", attack.epsilon());
    terminal.line("%s", terminal.dim("  image   before                    after"));
    var tiles = new ArrayList<Picture>();
    for (var example : examples) {
      terminal.line(
          "  %5d   %-15.15s %8s  %-15.15s %8s",
          example.index(),
          network.called(example.truth()),
          PredictCommand.percent(example.confidence()),
          network.called(example.taken()),
          PredictCommand.percent(example.deception()));
      var change = example.changed().minus(example.input());
      var plane = change.shape().rank() == 3 ? change.mean(0) : change;
      tiles.add(scaled(Picture.image(example.input())));
      tiles.add(scaled(Picture.signed(plane, 2 * attack.epsilon())));
      tiles.add(scaled(Picture.image(example.changed())));
    }
    terminal.line();
    Trained.write(
        terminal,
        network.file(out, "attack"),
        Picture.grid(3, 4, tiles).toPng(),
        "Before, change, after");
  }

  private static Picture scaled(Picture picture) {
    return picture.scaled(Math.max(1, TILE / picture.height()));
  }
}
