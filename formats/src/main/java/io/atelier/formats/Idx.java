package io.atelier.formats;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An array of unsigned bytes from an IDX file, the format in which MNIST is published. Immutable.
 *
 * <p>The file is a header and the values, last axis fastest: two zero bytes, a byte for the element
 * type (8 for unsigned bytes, the only one read here), a byte for the number of axes, then each
 * size as four bytes, high byte first. Files are read plain or compressed by gzip, whatever their
 * names.
 *
 * <p>Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section
 * "File formats".
 */
public final class Idx {
  /** An array cannot be longer, which also keeps a file's content below 2 GiB. */
  private static final int LONGEST = Integer.MAX_VALUE - 8;

  /** What a header may claim in memory before that many values have been seen. */
  private static final int FIRST_PIECE = 64 << 20;

  private static final int UNSIGNED_BYTE = 8;
  private static final int UNKNOWN = -1;

  private final int[] sizes;
  private final byte[] values;

  private Idx(int[] sizes, byte[] values) {
    this.sizes = sizes;
    this.values = values;
  }

  /**
   * Reads a file.
   *
   * @throws FormatException if it is not an IDX file of unsigned bytes, or truncated, or has bytes
   *     left over
   * @throws UncheckedIOException if it cannot be read; the message begins with the path
   */
  public static Idx read(Path path) {
    return Source.open(path, Idx::read);
  }

  static Idx read(Source source) throws IOException {
    return read(buffered(source.stream(0, source.size())), source.size(), source.name());
  }

  /**
   * Reads a stream to its end and leaves it open. Messages call it {@code name}.
   *
   * @throws FormatException if it is not an IDX file of unsigned bytes, or truncated, or has bytes
   *     left over
   * @throws UncheckedIOException if it cannot be read
   */
  public static Idx read(InputStream stream, String name) {
    try {
      return read(buffered(stream), UNKNOWN, name);
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Idx read(BufferedInputStream source, long length, String name) throws IOException {
    return isCompressed(source)
        ? readCompressed(source, length, name)
        : new Decoder(source, length, FIRST_PIECE, name).decode();
  }

  /** Number of axes, at least 1. */
  public int rank() {
    return sizes.length;
  }

  /** Size of an axis, counted from 0; it may be 0. */
  public int size(int axis) {
    return sizes[axis];
  }

  /**
   * All values, last axis fastest; {@code values()[i] & 0xff} is 0 to 255.
   *
   * <p>This is no copy, so that images are in memory once: nobody may write to it.
   */
  public byte[] values() {
    return values;
  }

  /** The bytes that stand before the values in a file. */
  public byte[] header() {
    var header = ByteBuffer.allocate(4 + 4 * sizes.length);
    header.put(2, (byte) UNSIGNED_BYTE).put(3, (byte) sizes.length);
    header.position(4).asIntBuffer().put(sizes);
    return header.array();
  }

  /** The sizes, as in {@code [60000, 28, 28]}. */
  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }

  private static BufferedInputStream buffered(InputStream stream) {
    return new BufferedInputStream(stream, 1 << 16);
  }

  /** Looks at the first two bytes; those of an IDX file are zero. */
  private static boolean isCompressed(BufferedInputStream source) throws IOException {
    source.mark(2);
    int magic = source.read() | source.read() << 8;
    source.reset();
    return magic == GZIPInputStream.GZIP_MAGIC;
  }

  private static Idx readCompressed(InputStream source, long length, String name)
      throws IOException {
    long most = length == UNKNOWN ? FIRST_PIECE : ZipDirectory.EXPANSION * length;
    try {
      var inflated = new GZIPInputStream(source, 1 << 16);
      return new Decoder(inflated, UNKNOWN, (int) Math.min(most, FIRST_PIECE), name).decode();
    } catch (EOFException e) {
      throw new FormatException(name, "truncated: the gzip stream has no end");
    } catch (ZipException e) {
      throw new FormatException(name, "its gzip stream is corrupt: " + e.getMessage());
    }
  }

  /**
   * Reads one array from {@code source}, of which {@code length} bytes come.
   *
   * @param length may be UNKNOWN
   * @param firstPiece what may be taken in memory before as much has been seen, if it is
   */
  private record Decoder(InputStream source, long length, int firstPiece, String name) {
    Idx decode() throws IOException {
      int[] sizes = readSizes();
      long count = count(sizes);
      long follow = length - 4 - 4L * sizes.length;
      if (length != UNKNOWN && follow != count) {
        throw misfit(sizes, count, follow);
      }
      byte[] values = readValues(sizes, (int) count);
      if (source.read() >= 0) {
        throw misfit(sizes, count, UNKNOWN);
      }
      return new Idx(sizes, values);
    }

    private int[] readSizes() throws IOException {
      byte[] magic = source.readNBytes(4);
      if (magic.length < 4 || magic[0] != 0 || magic[1] != 0 || magic[3] == 0) {
        throw new FormatException(
            name,
            "not an IDX file: it begins with the bytes "
                + HexFormat.ofDelimiter(" ").formatHex(magic)
                + " and not with two zeros, an element type and a number of axes");
      }
      if (magic[2] != UNSIGNED_BYTE) {
        throw new FormatException(
            name, "its element type is " + magic[2] + "; only unsigned bytes (8) are read");
      }
      int rank = magic[3] & 0xff;
      byte[] header = source.readNBytes(4 * rank);
      if (header.length < 4 * rank) {
        throw new FormatException(
            name,
            "truncated: the sizes of %d axes take %d bytes and %d follow"
                .formatted(rank, 4 * rank, header.length));
      }
      int[] sizes = new int[rank];
      ByteBuffer.wrap(header).asIntBuffer().get(sizes);
      return sizes;
    }

    private long count(int[] sizes) {
      long count = 1;
      for (int size : sizes) {
        if (size < 0) {
          throw new FormatException(
              name,
              "one of its sizes is "
                  + Integer.toUnsignedString(size)
                  + "; the limit is "
                  + LONGEST);
        }
        count = Math.min(count * size, 1L << 31); // no overflow; a later size may be 0
      }
      if (count > LONGEST) {
        throw new FormatException(
            name,
            "its sizes "
                + Arrays.toString(sizes)
                + " make more values than the limit of "
                + LONGEST);
      }
      return count;
    }

    private byte[] readValues(int[] sizes, int count) throws IOException {
      byte[] values = new byte[length == UNKNOWN ? Math.min(count, firstPiece) : count];
      int filled = 0;
      while (true) {
        filled += source.readNBytes(values, filled, values.length - filled);
        if (filled < values.length) {
          throw misfit(sizes, count, filled);
        }
        if (filled == count) {
          return values;
        }
        values = Arrays.copyOf(values, (int) Math.min(count, 2L * filled));
      }
    }

    private FormatException misfit(int[] sizes, long expected, long found) {
      var promise =
          "its sizes %s promise %d values and ".formatted(Arrays.toString(sizes), expected);
      if (found == UNKNOWN) {
        return new FormatException(name, "oversized: " + promise + "more follow");
      }
      var verdict = found < expected ? "truncated: " : "oversized: ";
      return new FormatException(name, verdict + promise + found + " follow");
    }
  }
}
