package io.atelier.formats;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Turns an {@link IOException} into an unchecked one whose message begins with the path and says
 * what happened.
 */
public final class FileTrouble {
  private FileTrouble() {}

  /** {@code path: cannot be read: why}. */
  public static UncheckedIOException reading(Path path, IOException cause) {
    return new UncheckedIOException(path + ": cannot be read: " + reason(path, cause), cause);
  }

  /** {@code path: cannot be written: why}. */
  public static UncheckedIOException writing(Path path, IOException cause) {
    return new UncheckedIOException(path + ": cannot be written: " + reason(path, cause), cause);
  }

  /** The JDK's messages for the usual failures are the bare path; this says it in words. */
  private static String reason(Path path, IOException cause) {
    return switch (cause) {
      case NoSuchFileException _ -> "there is no " + missing(path);
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> "it is not a folder";
      case FileSystemException failure -> orKind(failure.getReason(), failure);
      case IOException other -> orKind(other.getMessage(), other);
    };
  }

  private static String orKind(@Nullable String words, IOException cause) {
    return words != null ? words : cause.getClass().getSimpleName();
  }

  private static String missing(Path path) {
    var folder = path.toAbsolutePath().getParent();
    return folder == null || Files.isDirectory(folder) ? "such file" : "folder " + folder;
  }
}
