package io.atelier.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * From the start of the process to the end of the first optimiser step.
 *
 * @param atelier seconds of {@code ./atelier train}, which writes them into its log
 * @param libtorch seconds of a worker that takes one step; empty without peers
 */
record StartUp(int threads, List<Double> atelier, List<Double> libtorch) {
  static final String NAME = "start";

  /** Seconds that Atelier wants to stay below. */
  static final double GOAL = 1;

  private static final Pattern BEGUN = Pattern.compile("\"secondsSinceStart\":\\s*([0-9.]+)");

  /**
   * How often the log is looked at, in milliseconds. The figure is not made so: the run writes it.
   */
  private static final long POLL = 20;

  private static final long PATIENCE = 60_000;

  static StartUp measure(int pairs, int threads, boolean peers) {
    var atelier = new ArrayList<Double>();
    var libtorch = new ArrayList<Double>();
    ours(threads); // builds the command line where it is not built
    for (int pair = 0; pair < pairs; pair++) {
      atelier.add(ours(threads));
      if (peers) {
        libtorch.add(theirs(threads));
      }
    }
    return new StartUp(threads, List.copyOf(atelier), List.copyOf(libtorch));
  }

  private static double theirs(int threads) {
    long start = System.nanoTime();
    try (var contestant = Contestant.start(Engine.LIBTORCH, Rows.FIRST_STEP, threads)) {
      contestant.check();
      return (System.nanoTime() - start) * 1e-9;
    }
  }

  private static double ours(int threads) {
    try {
      var folder = Files.createTempDirectory("atelier-bench-");
      try {
        return train(folder, threads);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double train(Path folder, int threads) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                Host.home().toAbsolutePath().resolve("atelier").toString(),
                "train",
                "--threads",
                Integer.toString(threads),
                "--run",
                "run")
            .directory(folder.toFile())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start();
    try {
      var events = folder.resolve("run").resolve("events.jsonl");
      for (long waited = 0; process.isAlive() && waited < PATIENCE; waited += POLL) {
        Thread.sleep(POLL);
        var begun = BEGUN.matcher(Files.exists(events) ? Files.readString(events) : "");
        if (begun.find()) {
          return Double.parseDouble(begun.group(1));
        }
      }
      throw new IllegalStateException("./atelier train took no step in " + folder);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
