package io.atelier.datasets;

import io.atelier.formats.FormatException;
import io.atelier.formats.Idx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The four files of a set, and the names under which they are found. */
enum MnistFile {
  TRAIN_IMAGES("train-images", "idx3-ubyte"),
  TRAIN_LABELS("train-labels", "idx1-ubyte"),
  TEST_IMAGES("t10k-images", "idx3-ubyte"),
  TEST_LABELS("t10k-labels", "idx1-ubyte");

  private final String stem;
  private final String type;

  MnistFile(String stem, String type) {
    this.stem = stem;
    this.type = type;
  }

  /** What stands in a file, and the file's name for messages. */
  record Content(String name, Idx idx) {}

  /** The name that the publishers gave the file. */
  String fileName() {
    return stem + "-" + type;
  }

  /**
   * The paths of all four in a folder.
   *
   * @throws FormatException if the folder is none or one is missing; the message names all that are
   */
  static Map<MnistFile, Path> findAll(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new FormatException(
          folder.toString(), Files.exists(folder) ? "is not a folder" : "there is no such folder");
    }
    var paths = new EnumMap<MnistFile, Path>(MnistFile.class);
    var missing = new ArrayList<String>();
    for (var file : values()) {
      file.find(folder)
          .ifPresentOrElse(path -> paths.put(file, path), () -> missing.add(file.fileName()));
    }
    if (!missing.isEmpty()) {
      throw new FormatException(
          folder.toString(),
          "%d of the 4 files of a data set are missing, plain or .gz: %s"
              .formatted(missing.size(), String.join(", ", missing)));
    }
    return paths;
  }

  /**
   * Dash or dot before the type, compressed or plain: all four are in use. Compressed comes first,
   * as in {@link PublishedSet}: what it checked is read.
   */
  private Optional<Path> find(Path folder) {
    return Stream.of("-", ".")
        .map(separator -> stem + separator + type)
        .flatMap(name -> Stream.of(name + ".gz", name))
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }
}
