package io.atelier.cli;

import io.atelier.train.Run;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atelier resume}: goes on with a training that was ended. */
@Command(
    name = "resume",
    description = "Goes on with a run that was ended, to the same bytes it would have had.")
final class ResumeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "The folder of a run, or last.")
  private String name = "last";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that share the work; all processors by default.")
  private @Nullable Integer threads;

  @Override
  public Integer call() {
    TrainCommand.useThreads(threads);
    try (var run = RunFolder.open(name)) {
      return resume(run);
    }
  }

  private static int resume(Run run) {
    TrainCommand.require(
        !run.isFinished(),
        run.directory()
            + " is finished, there is nothing to resume; ./atelier evaluate "
            + run.directory()
            + " looks at it");
    var data = Training.images(run);
    RunFolder.remember(run);
    return new Training(run, data).train(run::resume);
  }
}
