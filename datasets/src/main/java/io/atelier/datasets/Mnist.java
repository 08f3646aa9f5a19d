package io.atelier.datasets;

import static java.util.Objects.requireNonNull;

import io.atelier.data.ByteDataset;
import io.atelier.datasets.MnistFile.Content;
import io.atelier.formats.FormatException;
import io.atelier.formats.Idx;
import io.atelier.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * MNIST, 60,000 + 10,000 handwritten digits of 28 x 28 pixels, or any set of labelled images in
 * four such files.
 *
 * <p>Images are unsigned bytes of shape [1, rows, columns]; in MNIST 0 is paper and 255 ink. The
 * files are read by a thread of their own, the training part first. Of the bundled set everything
 * but the pixels and labels is known, so that only who asks for a batch waits for them.
 * Thread-safe.
 *
 * <p>Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */
public final class Mnist implements LabelledImages {
  /** The {@link #sha256} of the four files as they were published. */
  private static final String PUBLISHED =
      "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a";

  private static final Shape PIXELS = Shape.of(1, 28, 28);

  private final String name;
  private final boolean isBundled;
  private final List<String> classNames;
  private final CompletableFuture<ByteDataset> train = new CompletableFuture<>();
  private final CompletableFuture<ByteDataset> test = new CompletableFuture<>();
  private final CompletableFuture<String> hash = new CompletableFuture<>();

  private Mnist(
      String name,
      boolean isBundled,
      List<String> classNames,
      Function<MnistFile, Content> source) {
    this.name = name;
    this.isBundled = isBundled;
    this.classNames = classNames;
    Thread.ofPlatform().daemon().name("reader of " + name).start(() -> load(source));
  }

  /** The set that comes with Atelier. Does not wait for it. */
  public static Mnist bundled() {
    return new Mnist("MNIST", true, List.of(), Mnist::resource);
  }

  /**
   * Reads a folder with four IDX files, plain or compressed by gzip, and waits until all are read.
   *
   * @throws FormatException if a file is missing or corrupt, if labels and images do not fit each
   *     other, or if there are none
   * @throws UncheckedIOException if a file cannot be read
   */
  public static Mnist read(Path folder) {
    return read(folder, folder.toString(), List.of());
  }

  /** Reads a folder whose set has a name, and its classes too. */
  static Mnist read(Path folder, String name, List<String> classNames) {
    var paths = MnistFile.findAll(folder);
    var mnist =
        new Mnist(
            name,
            false,
            classNames,
            file -> {
              var path = requireNonNull(paths.get(file));
              return new Content(path.toString(), Idx.read(path));
            });
    mnist.test();
    return mnist;
  }

  /** What to call it: MNIST, or the folder. */
  @Override
  public String name() {
    return name;
  }

  /** The images to learn from. */
  @Override
  public ByteDataset train() {
    return isBundled ? ByteDataset.awaited(60_000, PIXELS, 10, () -> await(train)) : await(train);
  }

  /** The images to judge by. */
  @Override
  public ByteDataset test() {
    return isBundled ? ByteDataset.awaited(10_000, PIXELS, 10, () -> await(test)) : await(test);
  }

  /** The names of the classes; of digits, and where nobody gave names, their numbers. */
  @Override
  public List<String> classNames() {
    return classNames.isEmpty()
        ? IntStream.range(0, train().classes()).mapToObj(Integer::toString).toList()
        : classNames;
  }

  /**
   * The SHA-256 of the four files, uncompressed and one after the other: training images, training
   * labels, test images, test labels. In lower-case hexadecimal digits.
   */
  @Override
  public String sha256() {
    return isBundled ? PUBLISHED : await(hash);
  }

  /** Small files first, since the number of classes comes from both. */
  private void load(Function<MnistFile, Content> source) {
    try {
      var trainLabels = source.apply(MnistFile.TRAIN_LABELS);
      var testLabels = source.apply(MnistFile.TEST_LABELS);
      int classes = 1 + Math.max(largest(trainLabels), largest(testLabels));
      var trainImages = source.apply(MnistFile.TRAIN_IMAGES);
      train.complete(part(trainImages, trainLabels, classes));
      var testImages = source.apply(MnistFile.TEST_IMAGES);
      requireSameSizes(trainImages, testImages);
      test.complete(part(testImages, testLabels, classes));
      if (!isBundled) {
        hash.complete(sha256(trainImages, trainLabels, testImages, testLabels));
      }
    } catch (RuntimeException | Error e) {
      train.completeExceptionally(e);
      test.completeExceptionally(e);
      hash.completeExceptionally(e);
    }
  }

  private static int largest(Content labels) {
    requireAxes(labels, 1, "labels have one, their number");
    int largest = 0;
    for (byte label : labels.idx().values()) {
      largest = Math.max(largest, label & 0xff);
    }
    return largest;
  }

  private static ByteDataset part(Content images, Content labels, int classes) {
    requireAxes(images, 3, "images have three: number, rows, columns");
    int count = images.idx().size(0);
    if (count != labels.idx().size(0)) {
      throw new FormatException(
          labels.name(),
          "%d labels do not fit the %d images of %s"
              .formatted(labels.idx().size(0), count, images.name()));
    }
    var shape = Shape.of(1, images.idx().size(1), images.idx().size(2));
    if (count == 0 || shape.count() == 0) {
      throw new FormatException(
          images.name(), "its sizes are " + images.idx() + ": there is nothing to learn from");
    }
    return new ByteDataset(images.idx().values(), labels.idx().values(), shape, classes);
  }

  private static void requireAxes(Content content, int axes, String rule) {
    if (content.idx().rank() != axes) {
      throw new FormatException(content.name(), "its sizes are " + content.idx() + "; " + rule);
    }
  }

  private static void requireSameSizes(Content train, Content test) {
    requireAxes(test, 3, "images have three: number, rows, columns");
    if (train.idx().size(1) != test.idx().size(1) || train.idx().size(2) != test.idx().size(2)) {
      throw new FormatException(
          test.name(),
          "its sizes are %s and those of %s are %s; rows and columns must be equal"
              .formatted(test.idx(), train.name(), train.idx()));
    }
  }

  private static String sha256(Content... contents) {
    var digest = Sha256.create();
    for (var content : contents) {
      digest.update(content.idx().header());
      digest.update(content.idx().values());
    }
    return Sha256.hex(digest);
  }

  private static Content resource(MnistFile file) {
    var path = "mnist/" + file.fileName() + ".gz";
    try (var stream = Mnist.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException("the build of Atelier lacks " + path);
      }
      return new Content(path, Idx.read(stream, path));
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** What went wrong on the reading thread is thrown as it is. */
  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}
