package io.atelier.cli;

import io.atelier.formats.AtomicFile;
import io.atelier.formats.FileTrouble;
import io.atelier.train.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Where runs are kept: {@code runs/mnist-001} and so on, below the working folder. */
final class RunFolder {
  private static final Path RUNS = Path.of("runs");
  private static final Path LAST = RUNS.resolve("last");

  private RunFolder() {}

  /**
   * The first folder that is not taken yet.
   *
   * @param data the name of a data set, or its folder
   */
  static Path next(String data) {
    var path = Path.of(data).toAbsolutePath().normalize().getFileName(); // . and .. have names
    var name =
        path == null ? "" : path.toString().toLowerCase(Locale.ROOT).replaceFirst("^\\.+", "");
    if (name.isEmpty()) {
      name = "data"; // the root has none
    }
    for (int number = 1; ; number++) {
      var folder = RUNS.resolve(String.format(Locale.ROOT, "%s-%03d", name, number));
      if (!Files.exists(folder)) {
        return folder;
      }
    }
  }

  /** Remembers a run as the last. */
  static void remember(Run run) {
    try {
      Files.createDirectories(RUNS);
    } catch (IOException e) {
      throw FileTrouble.writing(RUNS, e);
    }
    var path = run.directory().toString();
    AtomicFile.write(LAST, (path + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A run by its folder, or the last. */
  static Run open(String name) {
    if (!name.equals("last")) {
      return Run.open(Path.of(name));
    }
    if (!Files.exists(LAST)) {
      throw new UsageException(
          "there is no last run in " + RUNS.toAbsolutePath() + "; ./atelier train makes one");
    }
    try {
      return Run.open(Path.of(Files.readString(LAST).strip()));
    } catch (IOException e) {
      throw FileTrouble.reading(LAST, e);
    }
  }
}
