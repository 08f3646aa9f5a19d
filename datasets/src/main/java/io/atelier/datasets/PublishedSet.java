package io.atelier.datasets;

import io.atelier.formats.AtomicFile;
import io.atelier.formats.FileTrouble;
import io.atelier.formats.FormatException;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a data set, and where they are published. What stands under its own name in a folder
 * is whole and checked; what is still on its way ends in {@code .part}.
 *
 * @param address of the folder at the publisher's, with a slash at its end
 */
record PublishedSet(URI address, List<PublishedFile> files) {
  PublishedSet {
    files = List.copyOf(files);
  }

  /** Whether a folder has all files, by name. */
  boolean isIn(Path folder) {
    return files.stream().allMatch(file -> find(file, folder).isPresent());
  }

  /** Compressed or plain; the first of both is read as well, by {@link MnistFile}. */
  private static Optional<Path> find(PublishedFile file, Path folder) {
    return Stream.of(file.name() + ".gz", file.name())
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** Fetches what a folder does not have yet, one file after the other. */
  void fetch(Path folder, Download download, DownloadListener listener) {
    create(folder);
    for (var file : files) {
      if (find(file, folder).filter(found -> isPublished(file, found)).isEmpty()) {
        fetch(file, folder, download, listener);
      }
    }
  }

  private void fetch(
      PublishedFile file, Path folder, Download download, DownloadListener listener) {
    var name = file.name() + ".gz";
    var part = folder.resolve(name + ".part");
    boolean isContinued = Files.exists(part);
    var source = address.resolve(name);
    download.fetch(source, part, file.size(), bytes -> listener.fetched(name, bytes, file.size()));
    if (isPublished(file, part)) {
      place(part, folder.resolve(name));
      delete(part);
      return;
    }
    delete(part);
    if (isContinued) { // the beginning may have been of something else
      fetch(file, folder, download, listener);
    } else {
      throw new FormatException(
          source.toString(), "is not the file that was published; what came was thrown away");
    }
  }

  private static boolean isPublished(PublishedFile file, Path found) {
    try {
      file.check(found);
      return true;
    } catch (FormatException _) {
      return false;
    }
  }

  /**
   * Copies the files from one folder to another; all are checked before the first is copied.
   *
   * @throws FormatException if one is missing or not the one published
   */
  void copy(Path from, Path folder) {
    for (var file : files) {
      file.check(
          find(file, from)
              .orElseThrow(() ->
                  new FormatException(
                      from.toString(), "has no " + file.name() + ".gz, nor " + file.name())));
    }
    create(folder);
    for (var file : files) {
      var source = find(file, from).orElseThrow();
      var target = folder.resolve(String.valueOf(source.getFileName()));
      place(source, target);
      var compressed = folder.resolve(file.name() + ".gz");
      if (!target.equals(compressed) && Files.exists(compressed)) {
        delete(compressed); // it would be read instead
      }
    }
  }

  private static void place(Path source, Path target) {
    AtomicFile.write(target, channel -> Files.copy(source, Channels.newOutputStream(channel)));
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileTrouble.writing(folder, e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw FileTrouble.writing(file, e);
    }
  }
}
