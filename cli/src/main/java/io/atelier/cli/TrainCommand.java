package io.atelier.cli;

import io.atelier.datasets.LabelledImages;
import io.atelier.tensor.Machine;
import io.atelier.train.Provenance;
import io.atelier.train.Run;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code atelier train}: teaches a network to classify images. */
@Command(
    name = "train",
    sortOptions = false,
    description = {
      "Trains a network; without arguments, the lecture's 784-1000relu-10 on MNIST.",
      "--help layers, --help schedules and --help transforms print how these are written."
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin private final TrainingOptions options = new TrainingOptions();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads that share the work; all processors by default. The result does not depend on it.")
  private @Nullable Integer threads;

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
    options.check();
    useThreads(threads);
    var set = options.images();
    var config = options.config(set);
    var folder = directory == null ? RunFolder.next(set.name()) : directory;
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

  private Provenance provenance(LabelledImages set) {
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
