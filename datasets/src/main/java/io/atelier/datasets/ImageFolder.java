package io.atelier.datasets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparing;

import io.atelier.data.Dataset;
import io.atelier.datasets.Pictures.Picture;
import io.atelier.formats.FileTrouble;
import io.atelier.formats.FormatException;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Pictures sorted into folders: one for each class, named after it, with PNG and JPEG files.
 *
 * <pre>
 * pets/cat/1.jpg            pets/train/cat/1.jpg
 * pets/cat/2.png      or    pets/train/dog/1.jpg
 * pets/dog/1.jpg            pets/test/cat/2.png
 * </pre>
 *
 * <p>Classes are numbered in the order of their names. Without {@code train} and {@code test} every
 * fifth picture of a class, drawn at random but always the same, is set aside to judge by; one of
 * the two alone, with pictures in it, is a class. Names that begin with a dot and files that do not
 * end in .png, .jpg or .jpeg are passed over.
 *
 * <p>Each picture is set upright as EXIF says, and brought to one size: the largest part in the
 * middle that has the aspect wanted is scaled, each pixel the mean of the area that it covers. A
 * part of at most 512 MiB in that size is decoded at once and kept; of a larger one each batch is
 * decoded when it is made. Thread-safe.
 */
public final class ImageFolder implements LabelledImages {
  private static final long MOST_BYTES = 512L << 20;
  private static final int MOST_CLASSES = 256;
  private static final int SPLIT_SEED = 42;
  private static final int TEST_SHARE = 5;

  private final Path folder;
  private final List<String> classNames;
  private final List<Picture> files;
  private final Dataset train;
  private final Dataset test;

  private ImageFolder(
      Path folder,
      List<String> classNames,
      List<Picture> training,
      List<Picture> judging,
      Shape size,
      long mostBytes) {
    this.folder = folder;
    this.classNames = List.copyOf(classNames);
    this.files = Stream.concat(training.stream(), judging.stream()).toList();
    this.train = new Pictures(training, size, classNames.size()).within(mostBytes);
    this.test = new Pictures(judging, size, classNames.size()).within(mostBytes);
  }

  /**
   * Reads a folder.
   *
   * @param size of the images: [1, H, W] in shades of grey or [3, H, W] in red, green and blue
   * @throws IllegalArgumentException if the size is no such, or more than an array holds
   * @throws FormatException if the folders are not as described here, or a file is not a whole
   *     picture; it names the folder or file
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static ImageFolder read(Path folder, Shape size) {
    return read(folder, size, MOST_BYTES);
  }

  static ImageFolder read(Path folder, Shape size, long mostBytes) {
    if (size.rank() != 3 || (size.size(0) != 1 && size.size(0) != 3) || size.count() == 0) {
      throw new IllegalArgumentException(
          "pictures are read as [1, H, W] in grey or [3, H, W] in colour, not as " + size);
    }
    if (size.count() > Pictures.MOST_VALUES) {
      throw new IllegalArgumentException(
          "pictures " + size + " have more values than the 2,147,483,639 of a Java array");
    }
    if (!Files.isDirectory(folder)) {
      throw new FormatException(
          folder.toString(), Files.exists(folder) ? "is not a folder" : "there is no such folder");
    }
    var train = folder.resolve("train");
    var test = folder.resolve("test");
    boolean isSplit = Files.isDirectory(train) && Files.isDirectory(test);
    if (!isSplit && (holdsFolders(train) || holdsFolders(test))) {
      throw new FormatException(
          folder.toString(), "has only one of the folders train and test; it needs both or none");
    }
    var training = new ArrayList<Picture>();
    var judging = new ArrayList<Picture>();
    var classNames = classNames(isSplit ? train : folder);
    if (isSplit) {
      training.addAll(pictures(train, classNames, classNames));
      judging.addAll(pictures(test, known(classNames(test), classNames, test), classNames));
    } else {
      split(pictures(folder, classNames, classNames), training, judging);
    }
    return new ImageFolder(folder, classNames, training, judging, size, mostBytes);
  }

  /** Whether it is a folder of folders; one of pictures only is a class, whatever its name. */
  private static boolean holdsFolders(Path folder) {
    return Files.isDirectory(folder) && list(folder).stream().anyMatch(Files::isDirectory);
  }

  /** These names, if all are of classes to learn. */
  private static List<String> known(List<String> names, List<String> learned, Path test) {
    for (var name : names) {
      if (!learned.contains(name)) {
        throw new FormatException(
            test.resolve(name).toString(), "is a class that there is nothing to learn of in train");
      }
    }
    return names;
  }

  private static List<String> classNames(Path folder) {
    var names = list(folder).stream().filter(Files::isDirectory).map(ImageFolder::name).toList();
    if (names.size() < 2 || names.size() > MOST_CLASSES) {
      throw new FormatException(
          folder.toString(),
          "has "
              + (names.isEmpty()
                  ? "no folders"
                  : names.size() == 1 ? "1 folder" : names.size() + " folders")
              + " in it; pictures are read from one for each class, 2 to "
              + MOST_CLASSES
              + ", as in cat/1.jpg, dog/1.jpg");
    }
    return names;
  }

  /** The pictures of these classes, class by class, labelled with their place among all. */
  private static List<Picture> pictures(Path folder, List<String> names, List<String> all) {
    var pictures = new ArrayList<Picture>();
    for (var name : names) {
      var own = folder.resolve(name);
      int before = pictures.size();
      for (var file : list(own)) {
        var lower = name(file).toLowerCase(Locale.ROOT);
        if (lower.endsWith(".png") || lower.endsWith(".jpg") || lower.endsWith(".jpeg")) {
          pictures.add(new Picture(file, all.indexOf(name)));
        }
      }
      if (pictures.size() == before) {
        throw new FormatException(own.toString(), "has no picture in it, .png, .jpg or .jpeg");
      }
    }
    return pictures;
  }

  /** Sets a fifth of each class aside, at least one picture. */
  private static void split(List<Picture> all, List<Picture> training, List<Picture> judging) {
    for (int label = 0; label <= all.getLast().label(); label++) {
      int wanted = label;
      var own = all.stream().filter(picture -> picture.label() == wanted).toList();
      if (own.size() < 2) {
        throw new FormatException(
            String.valueOf(own.getFirst().file().getParent()),
            "has 1 picture; each class needs at least 2, as some are set aside for the test");
      }
      int[] order = Rng.of(SPLIT_SEED).keyed(label).permutation(own.size());
      int aside = Math.max(1, own.size() / TEST_SHARE);
      for (int i = 0; i < order.length; i++) {
        (i < aside ? judging : training).add(own.get(order[i]));
      }
    }
  }

  /** What is in a folder, by name, but for what begins with a dot. */
  private static List<Path> list(Path folder) {
    try (var content = Files.list(folder)) {
      return content
          .filter(path -> !name(path).startsWith("."))
          .sorted(comparing(ImageFolder::name))
          .toList();
    } catch (IOException e) {
      throw FileTrouble.reading(folder, e);
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** The folder. */
  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public Dataset train() {
    return train;
  }

  @Override
  public Dataset test() {
    return test;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  /**
   * The SHA-256 of all pictures, those to learn from first: of each its path within the folder, a
   * zero byte and the SHA-256 of the file. Reads all files.
   */
  @Override
  public String sha256() {
    var all = Sha256.create();
    for (var picture : files) {
      var path = folder.relativize(picture.file()).toString().replace('\\', '/');
      all.update((path + '\0').getBytes(UTF_8));
      try {
        all.update(Sha256.create().digest(Files.readAllBytes(picture.file())));
      } catch (IOException e) {
        throw FileTrouble.reading(picture.file(), e);
      }
    }
    return Sha256.hex(all);
  }
}
