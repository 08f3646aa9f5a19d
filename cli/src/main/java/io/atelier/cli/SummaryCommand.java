package io.atelier.cli;

import io.atelier.nn.Architecture;
import java.util.concurrent.Callable;
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

  @Override
  public Integer call() {
    var terminal = Terminal.standard();
    var architecture = architecture();
    terminal.line("%s", terminal.bold(architecture.toString()));
    terminal.line();
    terminal.table(architecture);
    terminal.line();
    long count = architecture.rows().stream().mapToLong(Architecture.Row::parameters).sum();
    double weights = 4.0 * count; // a float has four bytes
    terminal.line(
        "%s of weights, %s with gradients, %s to train with Adam (weights, gradients, two means)",
        Terminal.bytes(weights), Terminal.bytes(2 * weights), Terminal.bytes(4 * weights));
    return 0;
  }

  private Architecture architecture() {
    if (name != null && layers == null) {
      return RunFolder.open(name).config().architecture();
    }
    if (name == null && layers != null) {
      return Architecture.parse(layers);
    }
    throw new UsageException("summary needs a RUN or --layers SPEC, one of the two");
  }
}
