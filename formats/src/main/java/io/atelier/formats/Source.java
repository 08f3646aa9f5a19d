package io.atelier.formats;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The bytes of a file, or of an array, and the name that messages give them. Thread-confined. */
interface Source {
  /** How messages call it. */
  String name();

  /** The number of bytes. */
  long size();

  /**
   * Reads at least one byte from position {@code at} on.
   *
   * @return how many, or -1 behind the last
   */
  int read(ByteBuffer into, long at) throws IOException;

  /** Makes a value of a source. */
  @FunctionalInterface
  interface Reader<T> {
    /** Reads what it needs. */
    T read(Source source) throws IOException;
  }

  /**
   * Opens a file, lets {@code reader} read and closes it.
   *
   * @throws java.io.UncheckedIOException if it cannot be read; the message begins with the path
   */
  static <T> T open(Path path, Reader<T> reader) {
    try (var channel = FileChannel.open(path)) {
      return reader.read(new OfFile(path.toString(), channel, channel.size()));
    } catch (IOException e) {
      throw FileTrouble.reading(path, e);
    }
  }

  /** Bytes in memory. */
  static Source of(byte[] bytes, String name) {
    return new OfArray(name, ByteBuffer.wrap(bytes));
  }

  /**
   * Exactly {@code length} bytes from {@code at} on, numbers low byte first.
   *
   * @throws FormatException if there are fewer, as when a file shrinks while it is read
   */
  default ByteBuffer bytes(long at, int length) throws IOException {
    var buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (read(buffer, at + buffer.position()) < 0) {
        throw new FormatException(name(), "truncated while it was read");
      }
    }
    return buffer.flip();
  }

  /** The bytes from {@code at} on, at most {@code length}, as a stream that need not be closed. */
  default InputStream stream(long at, long length) {
    return new Part(this, at, Math.min(size(), at + length));
  }

  /** A file. */
  record OfFile(String name, FileChannel channel, long size) implements Source {
    @Override
    public int read(ByteBuffer into, long at) throws IOException {
      return channel.read(into, at);
    }
  }

  /** An array. */
  record OfArray(String name, ByteBuffer content) implements Source {
    @Override
    public long size() {
      return content.capacity();
    }

    @Override
    public int read(ByteBuffer into, long at) {
      if (at >= content.capacity()) {
        return -1;
      }
      int length = (int) Math.min(into.remaining(), content.capacity() - at);
      into.put(content.slice((int) at, length));
      return length;
    }
  }

  /** The bytes from {@code at} to before {@code end}, without a buffer. */
  final class Part extends InputStream {
    private final Source source;
    private final long end;
    private long at;

    private Part(Source source, long at, long end) {
      this.source = source;
      this.at = at;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int wanted = (int) Math.min(length, end - at);
      int count = wanted <= 0 ? -1 : source.read(ByteBuffer.wrap(into, offset, wanted), at);
      at += Math.max(0, count);
      return count;
    }
  }
}
