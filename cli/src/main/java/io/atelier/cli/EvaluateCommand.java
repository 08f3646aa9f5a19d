package io.atelier.cli;

import io.atelier.nn.Loss;
import io.atelier.train.Metrics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code atelier evaluate}: how well a trained network does on the test set, and what it confuses.
 */
@Command(name = "evaluate", description = "Tests a trained network: accuracy and confusion matrix.")
final class EvaluateCommand implements Callable<Integer> {
  private static final int SHOWN = 5;

  /** More would not fit on a line. */
  private static final int MOST_CLASSES = 20;

  @Parameters(paramLabel = "RUN", description = "The folder of a run, or last.")
  private String name = "last";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that share the work; all processors by default.")
  private @Nullable Integer threads;

  /** A truth that was taken for something else. */
  private record Mistake(int truth, int prediction, int count) {}

  @Override
  public Integer call() {
    TrainCommand.useThreads(threads);
    var run = RunFolder.open(name);
    var model = run.model();
    var data = Training.images(run);
    var metrics = Metrics.of(model, run.config().judged(data.test()), Loss::crossEntropy);
    var terminal = Terminal.standard();
    terminal.line(
        "%s   (%,d of %,d; loss %.4f)   %s on %s",
        terminal.bold(
            String.format(Locale.ROOT, "Test accuracy %.2f %%", 100 * metrics.accuracy())),
        metrics.correct(),
        metrics.count(),
        metrics.loss(),
        run.config().model(),
        data.name());
    terminal.line();
    if (data.classNames().size() <= MOST_CLASSES) {
      confusion(terminal, data.classNames(), metrics.confusion());
    }
    mistakes(terminal, data.classNames(), metrics.confusion());
    return 0;
  }

  /** Rows are the truth, columns the prediction. */
  private static void confusion(Terminal terminal, List<String> names, int[][] counts) {
    var heading = new StringBuilder("truth \\ taken for");
    for (int k = 0; k < counts.length; k++) {
      heading.append(String.format("%6d", k));
    }
    terminal.line("%s%10s", terminal.dim(heading.toString()), terminal.dim("  right"));
    for (int truth = 0; truth < counts.length; truth++) {
      var row = new StringBuilder(label(names.get(truth), truth));
      int total = 0;
      for (int k = 0; k < counts.length; k++) {
        total += counts[truth][k];
        String cell = String.format("%6s", counts[truth][k] == 0 ? "." : counts[truth][k]);
        row.append(k == truth ? terminal.bold(cell) : cell);
      }
      double right = total == 0 ? 0 : 100.0 * counts[truth][truth] / total;
      terminal.line("%s %6.1f %%", row, right);
    }
    terminal.line();
  }

  /** {@code 4}, or {@code Coat 4}. */
  private static String label(String name, int number) {
    return name.equals(Integer.toString(number))
        ? String.format("%17d", number)
        : String.format("%-14.14s%3d", name, number);
  }

  /** {@code a 4}, or {@code Coat}. */
  static String called(List<String> names, int number) {
    var name = names.get(number);
    return name.equals(Integer.toString(number)) ? "a " + name : name;
  }

  private static void mistakes(Terminal terminal, List<String> names, int[][] counts) {
    var mistakes = new ArrayList<Mistake>();
    for (int truth = 0; truth < counts.length; truth++) {
      for (int k = 0; k < counts.length; k++) {
        if (k != truth && counts[truth][k] > 0) {
          mistakes.add(new Mistake(truth, k, counts[truth][k]));
        }
      }
    }
    mistakes.sort(Comparator.comparingInt((Mistake mistake) -> -mistake.count()));
    for (var mistake : mistakes.subList(0, Math.min(SHOWN, mistakes.size()))) {
      terminal.line(
          "%3d times %s was taken for %s",
          mistake.count(), called(names, mistake.truth()), called(names, mistake.prediction()));
    }
  }
}
