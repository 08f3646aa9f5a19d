package io.atelier.formats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * The table at the end of a zip file, checked strictly: entries fill the file from its first byte
 * to the table without holes or overlaps, their own headers agree with it, names are plain and
 * different, and no size is beyond what its bytes can hold.
 *
 * <p>Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", sections 4.3 and 4.4.
 *
 * @param entries in the order of the file
 */
record ZipDirectory(List<Entry> entries) {
  /** The most that all entries together may become in memory. */
  static final long LIMIT = 1L << 31;

  /** Deflate makes at most so many bytes of one. */
  static final int EXPANSION = 1032;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  private static final int ENCRYPTED = 1;
  private static final int SIZES_FOLLOW = 1 << 3;
  private static final int NAME_IS_UTF8 = 1 << 11;
  private static final int KNOWN_FLAGS = 0b110 | SIZES_FOLLOW | NAME_IS_UTF8;

  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_LENGTH = 30;
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_LENGTH = 46;
  private static final int END = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final long IN_ZIP64 = 0xffff_ffffL;

  /**
   * One entry.
   *
   * @param packed its bytes in the file
   * @param size its bytes when they are inflated
   * @param offset where its own header begins
   */
  record Entry(
      String name, int flags, int method, int crc, long packed, long size, long offset, long data) {
    private long end() {
      return data + packed;
    }

    /** Makes a value of a stream of {@link Entry#size} bytes, all of which it takes. */
    @FunctionalInterface
    interface Reader<T> {
      /** Reads what it needs. */
      T read(InputStream content) throws IOException;
    }

    /**
     * Opens the entry, lets {@code reader} read, and checks that this was all and arrived as it was
     * sent.
     */
    <T> T read(Source source, Reader<T> reader) throws IOException {
      var inflater = new Inflater(true);
      try {
        var bytes = source.stream(data, packed);
        var content = method == STORED ? bytes : new InflaterInputStream(bytes, inflater, 1 << 13);
        var checked = new CheckedInputStream(content, new CRC32());
        T value = reader.read(checked);
        if (checked.read() >= 0 || (method == DEFLATED && inflater.getBytesRead() != packed)) {
          throw new FormatException(source.name(), "oversized: its data go on after their end");
        }
        if ((int) checked.getChecksum().getValue() != crc) {
          throw new FormatException(source.name(), "its checksum is wrong: its data have changed");
        }
        return value;
      } catch (EOFException e) {
        throw new FormatException(source.name(), "truncated: its deflated data have no end");
      } catch (ZipException e) {
        throw new FormatException(
            source.name(), "its deflated data are corrupt: " + e.getMessage());
      } finally {
        inflater.end();
      }
    }
  }

  /**
   * Reads the table.
   *
   * @throws FormatException with all that is wrong
   */
  static ZipDirectory read(Source source) throws IOException {
    var file = source.name();
    long tableEnd = source.size() - END_LENGTH;
    var end = tableEnd < 0 ? null : source.bytes(tableEnd, END_LENGTH);
    if (end == null || end.getInt(0) != END) {
      throw new FormatException(
          file, "not a zip file, or truncated: its last 22 bytes are no end of a table of entries");
    }
    int count = unsigned(end.getShort(10));
    long length = unsigned(end.getInt(12));
    long offset = unsigned(end.getInt(16));
    boolean isOneDisk =
        end.getShort(4) == 0 && end.getShort(6) == 0 && end.getShort(8) == end.getShort(10);
    if (!isOneDisk || end.getShort(20) != 0 || offset + length != tableEnd || length > LIMIT) {
      throw new FormatException(
          file,
          "its table of %d entries, %d bytes from byte %d on, does not end where the end of the file begins, at byte %d"
              .formatted(count, length, offset, tableEnd));
    }
    return new Table(source, source.bytes(offset, (int) length), offset).read(count);
  }

  private static int unsigned(short value) {
    return Short.toUnsignedInt(value);
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }

  /** Whether a name is a relative path without tricks. */
  static boolean isPlain(String name) {
    return !name.isEmpty()
        && name.chars().noneMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c))
        && Arrays.stream(name.split("/", -1)).noneMatch(Set.of("", ".", "..")::contains);
  }

  /** A pass through the table. */
  private record Table(Source source, ByteBuffer bytes, long offset) {
    ZipDirectory read(int count) throws IOException {
      var problems = new Problems(source.name());
      var entries = new ArrayList<Entry>();
      var names = new HashSet<String>();
      for (int i = 0; i < count; i++) {
        var entry = entry();
        if (!names.add(entry.name)) {
          problems.add("it has the entry " + entry.name + " twice");
        }
        check(entry, problems);
        entries.add(entry);
      }
      if (bytes.hasRemaining()) {
        problems.add("its table of entries goes on after " + count);
      }
      problems.throwIfAny();
      entries.sort(Comparator.comparingLong(Entry::offset));
      requireCover(entries, problems);
      problems.throwIfAny();
      return new ZipDirectory(entries);
    }

    /** Takes the next entry from the table. */
    private Entry entry() throws IOException {
      int at = bytes.position();
      int names = CENTRAL_LENGTH;
      if (bytes.remaining() < names || bytes.getInt(at) != CENTRAL) {
        throw new FormatException(source.name(), "its table of entries is corrupt");
      }
      byte[] name = new byte[unsigned(bytes.getShort(at + 28))];
      int rest = unsigned(bytes.getShort(at + 30)) + unsigned(bytes.getShort(at + 32));
      if (bytes.remaining() < names + name.length + rest) {
        throw new FormatException(source.name(), "its table of entries is corrupt");
      }
      bytes.get(at + names, name);
      bytes.position(at + names + name.length + rest);
      int flags = unsigned(bytes.getShort(at + 8));
      var text = new String(name, (flags & NAME_IS_UTF8) != 0 ? UTF_8 : ISO_8859_1);
      long local = unsigned(bytes.getInt(at + 42));
      return new Entry(
          text,
          flags,
          unsigned(bytes.getShort(at + 10)),
          bytes.getInt(at + 16),
          unsigned(bytes.getInt(at + 20)),
          unsigned(bytes.getInt(at + 24)),
          local,
          data(local, at, name, text));
    }

    /**
     * Where the data of an entry begin, whose own header must agree with the table's at {@code at}.
     */
    private long data(long local, int at, byte[] name, String text) throws IOException {
      long room = offset - local;
      if (room >= LOCAL_LENGTH + name.length) {
        var header = source.bytes(local, LOCAL_LENGTH + name.length);
        boolean agrees =
            header.getInt(0) == LOCAL
                && header.getShort(6) == bytes.getShort(at + 8)
                && header.getShort(8) == bytes.getShort(at + 10)
                && sizeAgrees(header, 18, bytes.getInt(at + 20))
                && sizeAgrees(header, 22, bytes.getInt(at + 24))
                && unsigned(header.getShort(26)) == name.length
                && header.slice(LOCAL_LENGTH, name.length).equals(ByteBuffer.wrap(name));
        if (agrees) {
          return local + LOCAL_LENGTH + name.length + unsigned(header.getShort(28));
        }
      }
      throw new FormatException(
          source.name(), "the header of entry " + text + " does not agree with the table");
    }

    private static boolean sizeAgrees(ByteBuffer header, int at, int size) {
      boolean follows = (header.getShort(6) & SIZES_FOLLOW) != 0 && header.getInt(at) == 0;
      return header.getInt(at) == size || unsigned(header.getInt(at)) == IN_ZIP64 || follows;
    }

    private static void check(Entry entry, Problems problems) {
      var name = "entry " + entry.name;
      if (!isPlain(entry.name)) {
        problems.add(name + " has a name that could lead out of a folder");
      } else if ((entry.flags & NAME_IS_UTF8) == 0 && entry.name.chars().anyMatch(c -> c > 127)) {
        problems.add(name + " has a name that is neither ASCII nor marked as UTF-8");
      }
      if ((entry.flags & ENCRYPTED) != 0) {
        problems.add(name + " is encrypted");
      } else if ((entry.flags & ~KNOWN_FLAGS) != 0) {
        problems.add("%s has the unknown flags %#x".formatted(name, entry.flags & ~KNOWN_FLAGS));
      }
      if (entry.size == IN_ZIP64 || entry.packed == IN_ZIP64) {
        problems.add(name + " is larger than 4 GiB");
      } else if (entry.method == STORED && entry.packed != entry.size) {
        problems.add(
            "%s is stored, yet claims %d bytes in the file and %d outside"
                .formatted(name, entry.packed, entry.size));
      } else if (entry.method == DEFLATED && entry.size > entry.packed * EXPANSION) {
        problems.add(
            "%s claims %d bytes, and its %d deflated ones cannot hold as many"
                .formatted(name, entry.size, entry.packed));
      } else if (entry.method != STORED && entry.method != DEFLATED) {
        problems.add(
            "%s has compression %d; stored (0) and deflated (8) are read"
                .formatted(name, entry.method));
      }
    }

    private void requireCover(List<Entry> entries, Problems problems) {
      long end = 0;
      long total = 0;
      int slack = 0;
      for (var entry : entries) {
        if (!follows(end, entry.offset, slack)) {
          problems.add(
              "entry %s begins at byte %d and should at byte %d, where the one before it ends"
                  .formatted(entry.name, entry.offset, end));
        }
        end = entry.end();
        total += entry.size;
        slack = (entry.flags & SIZES_FOLLOW) != 0 ? 24 : 0;
      }
      if (!follows(end, offset, slack)) {
        problems.add(
            "its table begins at byte %d and should at byte %d, where the last entry ends"
                .formatted(offset, end));
      }
      if (total > LIMIT) {
        problems.add(
            "its entries claim %d bytes together; the limit is %d".formatted(total, LIMIT));
      }
    }

    /** Sizes that follow an entry take 12 to 24 bytes. */
    private static boolean follows(long end, long next, int slack) {
      return slack == 0 ? next == end : next >= end + 12 && next <= end + slack;
    }
  }
}
