package io.atelier.datasets;

import io.atelier.formats.FormatException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fashion-MNIST, 60,000 + 10,000 pictures of clothes, in the form of MNIST: [1, 28, 28], of ten
 * classes. It does not come with Atelier: {@link #fetch} takes it from its publisher, once.
 *
 * <p>Source: Xiao, Rasul, Vollgraf 2017, "Fashion-MNIST: a novel image dataset for benchmarking
 * machine learning algorithms"; github.com/zalandoresearch/fashion-mnist.
 */
public final class FashionMnist {
  /** What the ten classes are called. */
  public static final List<String> CLASS_NAMES =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  /** The checksums are of the files without compression, {@code gunzip -c FILE | sha256sum}. */
  static final PublishedSet PUBLISHED =
      new PublishedSet(
          URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
          List.of(
              new PublishedFile(
                  "train-images-idx3-ubyte",
                  26_421_880,
                  47_040_016,
                  "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
              new PublishedFile(
                  "train-labels-idx1-ubyte",
                  29_515,
                  60_008,
                  "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
              new PublishedFile(
                  "t10k-images-idx3-ubyte",
                  4_422_102,
                  7_840_016,
                  "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
              new PublishedFile(
                  "t10k-labels-idx1-ubyte",
                  5_148,
                  10_008,
                  "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")));

  private FashionMnist() {}

  /**
   * Where it belongs: {@code fashion-mnist} in the folder that the environment variable
   * ATELIER_DATA names, else in {@code .cache/atelier} of the user's home.
   */
  public static Path folder() {
    return folder(System.getenv(), System.getProperty("user.home"));
  }

  static Path folder(Map<String, String> environment, String home) {
    var root = environment.getOrDefault("ATELIER_DATA", "");
    return (root.isBlank() ? Path.of(home, ".cache", "atelier") : Path.of(root))
        .resolve("fashion-mnist");
  }

  /** Its folder, if all of its files are there. */
  public static Optional<Path> find() {
    return Optional.of(folder()).filter(PUBLISHED::isIn);
  }

  /**
   * Reads it from where it belongs.
   *
   * @throws FormatException if it is not there, or a file is corrupt
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static Mnist read() {
    return read(
        find()
            .orElseThrow(() ->
                new FormatException(
                    folder().toString(),
                    "Fashion-MNIST is not here yet; ./atelier data fetch fashion-mnist gets it")));
  }

  static Mnist read(Path folder) {
    return Mnist.read(folder, "Fashion-MNIST", CLASS_NAMES);
  }

  /**
   * Fetches from the publisher what {@code folder} does not have yet, 31 MB in all. Each file is
   * checked before it gets its name; what is cut off goes on with the next call.
   *
   * @throws FormatException if the server has something else
   * @throws java.io.UncheckedIOException if there is no connection, it is cut off again and again,
   *     or a file cannot be written
   */
  public static void fetch(Path folder, DownloadListener listener) {
    PUBLISHED.fetch(folder, Download.standard(), listener);
  }

  /**
   * Copies the four files, plain or .gz, from another folder.
   *
   * @throws FormatException if one is missing or not the one published; nothing is copied then
   * @throws java.io.UncheckedIOException if a file cannot be read or written
   */
  public static void copy(Path from, Path folder) {
    PUBLISHED.copy(from, folder);
  }
}
