package io.atelier.cli;

import io.atelier.optim.RateFinder;
import io.atelier.train.Trainer;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atelier rates}: looks for a learning rate before a training. */
@Command(
    name = "rates",
    sortOptions = false,
    description = {
      "Looks for a learning rate: trains for some steps while the rate grows, and shows the loss.",
      "The options of train say what is trained; schedule, clipping and averages play no part."
    })
final class RatesCommand implements Callable<Integer> {
  /** Lines of the curve. */
  private static final int LINES = 20;

  private static final int BAR = 40;

  @Mixin private final TrainingOptions options = new TrainingOptions();

  @Option(
      names = "--lowest",
      paramLabel = "R",
      defaultValue = "1e-6",
      description = "The rate of the first step (${DEFAULT-VALUE}).")
  private double lowest;

  @Option(
      names = "--highest",
      paramLabel = "R",
      defaultValue = "10",
      description = "The rate of the last step (${DEFAULT-VALUE}).")
  private double highest;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many steps (${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that share the work; all processors by default.")
  private @Nullable Integer threads;

  @Override
  public Integer call() {
    options.check();
    options.requireStepOfOneBatch();
    TrainCommand.require(
        lowest > 0 && lowest < highest && Double.isFinite(highest),
        "--lowest must be above 0 and below --highest, got " + lowest + " and " + highest);
    TrainCommand.require(steps >= 3, "--steps must be at least 3, got " + steps);
    TrainCommand.useThreads(threads);
    var images = options.images();
    var config = options.config(images);
    var trainer = new Trainer(config, images.train(), images::test, _ -> {}, (_, _) -> {});
    var terminal = Terminal.standard();
    terminal.line(
        "%s on %s: %s from %s to %s in %d steps",
        terminal.bold(config.model()),
        images.name(),
        config.optimizer(),
        rate(lowest),
        rate(highest),
        steps);
    terminal.line();
    var curve = trainer.findRate(new RateFinder(lowest, highest, steps));
    show(terminal, curve);
    terminal.line();
    var found = curve.suggestion();
    if (found.isPresent()) {
      terminal.line(
          "%s   where the loss falls fastest",
          terminal.bold("Try --learning-rate " + rate(found.getAsDouble())));
    } else {
      terminal.line("The loss fell at no rate; try others with --lowest and --highest");
    }
    return 0;
  }

  /** The smoothed loss over the rate, some of the steps. */
  private static void show(Terminal terminal, RateFinder.Curve curve) {
    var points = curve.points();
    double most = points.stream().mapToDouble(RateFinder.Point::loss).max().orElse(1);
    terminal.line("  %s", terminal.dim(String.format("%10s%10s", "rate", "loss")));
    int stride = Math.max(1, Math.ceilDiv(points.size(), LINES));
    for (int i = 0; i < points.size(); i += stride) {
      var point = points.get(i);
      terminal.line(
          "  %10s%10.4f  %s",
          rate(point.rate()), point.loss(), terminal.bar(point.loss() / most, BAR));
    }
    if (points.isEmpty()) {
      terminal.line("  the loss was no number at the lowest rate already");
    }
  }

  /** Two digits are enough to compare rates. */
  private static String rate(double rate) {
    return String.format(Locale.ROOT, "%.1e", rate);
  }
}
