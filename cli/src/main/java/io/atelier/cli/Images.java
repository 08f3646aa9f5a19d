package io.atelier.cli;

import io.atelier.datasets.FashionMnist;
import io.atelier.datasets.ImageFolder;
import io.atelier.datasets.LabelledImages;
import io.atelier.datasets.Mnist;
import io.atelier.formats.FileTrouble;
import io.atelier.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The data sets that a command line can name. */
final class Images {
  /** To which pictures of a folder are brought unless something else is said. */
  static final Shape SIZE = Shape.of(3, 32, 32);

  private static final String MNIST = "mnist";
  private static final String FASHION_MNIST = "fashion-mnist";

  private Images() {}

  /**
   * {@code mnist}, {@code fashion-mnist}, or what is in a folder: the four files of MNIST, or
   * pictures in a folder for each class.
   *
   * @param size to which pictures of a folder are brought
   */
  static LabelledImages read(String name, Shape size) {
    return switch (name) {
      case MNIST -> Mnist.bundled();
      case FASHION_MNIST -> FashionMnist.read();
      default -> {
        var folder = Path.of(name);
        yield hasFolders(folder) ? ImageFolder.read(folder, size) : Mnist.read(folder);
      }
    };
  }

  private static boolean hasFolders(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (var entries = Files.list(folder)) {
      return entries.anyMatch(
          entry -> Files.isDirectory(entry) && !entry.getFileName().toString().startsWith("."));
    } catch (IOException e) {
      throw FileTrouble.reading(folder, e);
    }
  }

  /** The name by which a set is found from any working folder. */
  static String absolute(String name) {
    return name.equals(MNIST) || name.equals(FASHION_MNIST)
        ? name
        : Path.of(name).toAbsolutePath().normalize().toString();
  }
}
