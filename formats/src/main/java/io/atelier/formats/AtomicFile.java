package io.atelier.formats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Replaces a file as a whole: whoever reads it, at any moment and after any crash, finds the old
 * content or the new.
 *
 * <p>The content goes to a temporary file in the same folder, is forced to the disk and moved over
 * the target; then the folder is forced. A failure deletes the temporary file and leaves the target
 * untouched. Only a process that is killed leaves its temporary file behind, named {@code
 * target.PID-THREAD.tmp}.
 */
public final class AtomicFile {
  /** Writes the whole content of a file. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Writes to {@code channel}, which is empty, stands at its start and is closed by the caller.
     */
    void write(FileChannel channel) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Replaces {@code target} with what {@code body} writes, or creates it.
   *
   * @throws java.io.UncheckedIOException if it cannot be written; the message begins with the path
   */
  public static void write(Path target, Writer body) {
    var temporary = temporary(target);
    try {
      try {
        writeAndForce(temporary, body);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary); // it is still there only after a failure
      }
      forceFolder(target);
    } catch (IOException e) {
      throw FileTrouble.writing(target, e);
    }
  }

  /** Replaces {@code target} with {@code content}, as {@link #write(Path, Writer)} does. */
  public static void write(Path target, byte[] content) {
    write(target, channel -> writeFully(channel, ByteBuffer.wrap(content)));
  }

  /**
   * Deletes the temporary files that killed processes left in a folder; nobody else may be writing
   * there.
   */
  public static void clean(Path folder) {
    try (var files = Files.newDirectoryStream(folder, "*.*-*.tmp")) {
      for (var file : files) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw FileTrouble.writing(folder, e);
    }
  }

  /** Writes all that remains in {@code buffer}; a channel may take less at a time. */
  static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static Path temporary(Path target) {
    long process = ProcessHandle.current().pid();
    long thread = Thread.currentThread().threadId();
    return target.resolveSibling(target.getFileName() + "." + process + "-" + thread + ".tmp");
  }

  private static void writeAndForce(Path temporary, Writer body) throws IOException {
    try (var channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      body.write(channel);
      channel.force(true);
    }
  }

  /**
   * Makes the new name itself survive a loss of power. Windows can neither open a folder nor needs
   * to.
   */
  private static void forceFolder(Path target) throws IOException {
    var folder = target.toAbsolutePath().getParent();
    if (folder == null || System.getProperty("os.name").startsWith("Windows")) {
      return;
    }
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
