package io.atelier.cli;

import io.atelier.datasets.FashionMnist;
import io.atelier.datasets.ImageFolder;
import io.atelier.datasets.LabelledImages;
import io.atelier.datasets.Mnist;
import io.atelier.formats.FileTrouble;
import io.atelier.tensor.Shape;
import io.atelier.train.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The data sets that a command line can name. */
final class Images {
  /** To which pictures of a folder are brought unless something else is said. */
  static final Shape SIZE = Shape.of(3, 32, 32);

  private static final String MNIST = "mnist";
  private static final String FASHION_MNIST = "fashion-mnist";

  /** How the four files of MNIST are called. */
  private static final String IDX = "(train|t10k)-(images|labels)[-.]idx[13]-ubyte(\\.gz)?";

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
        yield hasPictures(folder) ? ImageFolder.read(folder, size) : Mnist.read(folder);
      }
    };
  }

  /** Whether a name is that of a folder of pictures, which have no size of their own. */
  static boolean arePictures(String name) {
    return !isNamed(name) && hasPictures(Path.of(name));
  }

  /** Refuses a picture for a network of a folder's pictures, which are prepared in another way. */
  static void requireDigits(Run run) {
    TrainCommand.require(
        !arePictures(run.config().data()),
        "a picture is prepared as a digit, but the network of "
            + run.directory()
            + " was trained on the pictures of a folder; ./atelier explain "
            + run.directory()
            + " --index N takes one of its test images");
  }

  /** Whether there are folders, as for classes, and no file of MNIST beside them. */
  private static boolean hasPictures(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (var entries = Files.list(folder)) {
      var all = entries.toList();
      return all.stream()
              .anyMatch(entry -> Files.isDirectory(entry) && !name(entry).startsWith("."))
          && all.stream().noneMatch(entry -> name(entry).matches(IDX));
    } catch (IOException e) {
      throw FileTrouble.reading(folder, e);
    }
  }

  private static String name(Path entry) {
    return String.valueOf(entry.getFileName());
  }

  /** The name by which a set is found from any working folder. */
  static String absolute(String name) {
    return isNamed(name) ? name : Path.of(name).toAbsolutePath().normalize().toString();
  }

  private static boolean isNamed(String name) {
    return name.equals(MNIST) || name.equals(FASHION_MNIST);
  }
}
