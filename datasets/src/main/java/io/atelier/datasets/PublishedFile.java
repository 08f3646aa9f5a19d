package io.atelier.datasets;

import io.atelier.formats.FileTrouble;
import io.atelier.formats.FormatException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file as its publisher has it, compressed by gzip.
 *
 * <p>It is known by its content: who compresses it again, or not at all, has the same file.
 *
 * @param name without the .gz
 * @param size of the compressed file at the publisher's, in bytes
 * @param contentSize of the file without compression, in bytes
 * @param sha256 of the file without compression
 */
record PublishedFile(String name, long size, long contentSize, String sha256) {
  private static final int GZIP = 0x1F8B;

  /**
   * Reads a file, compressed or not, to see whether it is this one.
   *
   * @throws FormatException if it is not
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  void check(Path file) {
    var digest = Sha256.create();
    long length = 0;
    try (var content = content(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = content.read(buffer); count > 0; count = content.read(buffer)) {
        length += count;
        if (length > contentSize) { // a small file can hold terabytes
          throw new FormatException(
              file.toString(),
              "is not the one published: more than %,d bytes".formatted(contentSize));
        }
        digest.update(buffer, 0, count);
      }
    } catch (ZipException | java.io.EOFException e) {
      throw new FormatException(
          file.toString(), "is not the one published: its compression is damaged or cut off");
    } catch (IOException e) {
      throw FileTrouble.reading(file, e);
    }
    var found = Sha256.hex(digest);
    if (!found.equals(sha256)) {
      throw new FormatException(
          file.toString(),
          "is not the one published: the SHA-256 of its content is %s and should be %s"
              .formatted(found, sha256));
    }
  }

  private static InputStream content(Path file) throws IOException {
    var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in.mark(2);
    boolean compressed = (in.read() << 8 | in.read()) == GZIP;
    in.reset();
    return compressed ? new GZIPInputStream(in, 1 << 16) : in;
  }
}
