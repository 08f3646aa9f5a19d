package io.atelier.formats;

import static java.util.Objects.requireNonNull;

import io.atelier.formats.SafetensorsHeader.Dtype;
import io.atelier.formats.SafetensorsHeader.Entry;
import io.atelier.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named tensors in a file that other programs read and that cannot run code. Immutable.
 *
 * <p>The file is the length of a header as eight bytes, low byte first; the header, a JSON object
 * that gives each tensor its type, shape and place; and the data. Element types I64, F64, F32, I32
 * and BOOL are read, any other is refused by name. A header is checked as a whole, against itself
 * and against the length of the file, before memory is taken for data. The same content is always
 * written as the same bytes, and as the bytes of the reference implementation.
 *
 * <p>Source: https://github.com/huggingface/safetensors, "Format".
 *
 * @param tensors by name, in the order of the file
 * @param metadata free text by name, often empty
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
  /** The limit of the reference implementation, in bytes. */
  private static final int LONGEST_HEADER = 100_000_000;

  private static final int PIECE = 1 << 16;

  /**
   * Copies both maps.
   *
   * @throws IllegalArgumentException if a tensor is called {@code __metadata__}
   */
  public Safetensors {
    if (tensors.containsKey(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("a tensor cannot be called " + SafetensorsHeader.METADATA);
    }
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /**
   * Reads all tensors of a file.
   *
   * @throws FormatException if it is not a safetensors file, or is corrupt, truncated or has bytes
   *     left over
   * @throws java.io.UncheckedIOException if it cannot be read; the message begins with the path
   */
  public static Safetensors read(Path path) {
    try (var channel = FileChannel.open(path)) {
      var header = readHeader(channel, path.toString());
      var tensors = new LinkedHashMap<String, Tensor>();
      for (var entry : header.entries()) {
        tensors.put(entry.name(), readTensor(channel, entry));
      }
      return new Safetensors(tensors, header.metadata());
    } catch (EOFException e) {
      throw new FormatException(path.toString(), "truncated while it was read");
    } catch (IOException e) {
      throw FileTrouble.reading(path, e);
    }
  }

  /**
   * Replaces a file, or creates it, as {@link AtomicFile} does.
   *
   * @throws java.io.UncheckedIOException if it cannot be written; the message begins with the path
   */
  public void write(Path path) {
    var header = SafetensorsHeader.of(tensors, metadata);
    byte[] json = header.toBytes();
    if (json.length > LONGEST_HEADER) {
      throw new IllegalArgumentException(
          "the header takes " + json.length + " bytes; the limit is " + LONGEST_HEADER);
    }
    AtomicFile.write(
        path,
        channel -> {
          AtomicFile.writeFully(channel, littleEndian(8).putLong(json.length).flip());
          AtomicFile.writeFully(channel, ByteBuffer.wrap(json));
          for (var entry : header.entries()) {
            writeTensor(channel, requireNonNull(tensors.get(entry.name())));
          }
        });
  }

  private static SafetensorsHeader readHeader(FileChannel channel, String file) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw new FormatException(
          file, "truncated: the first 8 bytes are the header's length and the file has " + size);
    }
    long length = fill(channel, littleEndian(8)).getLong();
    if (length < 0 || length > LONGEST_HEADER) {
      throw new FormatException(
          file,
          "not a safetensors file: its header claims %s bytes and the limit is %d"
              .formatted(Long.toUnsignedString(length), LONGEST_HEADER));
    }
    if (length > size - 8) {
      throw new FormatException(
          file, "truncated: its header claims %d bytes and %d follow".formatted(length, size - 8));
    }
    var header =
        SafetensorsHeader.parse(fill(channel, ByteBuffer.allocate((int) length)).array(), file);
    long promised = header.dataLength();
    long found = size - 8 - length;
    if (found != promised) {
      throw new FormatException(
          file,
          "%s: its tensors take %d bytes and %d follow the header"
              .formatted(found < promised ? "truncated" : "oversized", promised, found));
    }
    return header;
  }

  private static Tensor readTensor(FileChannel channel, Entry entry) throws IOException {
    int count = (int) entry.shape().count();
    int[] sizes = entry.shape().toArray();
    return switch (entry.dtype()) {
      case F64 -> {
        var values = new double[count];
        readPieces(
            channel, Dtype.F64, count, (bytes, at, n) -> bytes.asDoubleBuffer().get(values, at, n));
        yield Tensor.of(values, sizes);
      }
      case F32 -> {
        var values = new float[count];
        readPieces(
            channel, Dtype.F32, count, (bytes, at, n) -> bytes.asFloatBuffer().get(values, at, n));
        yield Tensor.of(values, sizes);
      }
      case I32 -> {
        var values = new int[count];
        readPieces(
            channel, Dtype.I32, count, (bytes, at, n) -> bytes.asIntBuffer().get(values, at, n));
        yield Tensor.of(values, sizes);
      }
      case I64 -> {
        var values = new long[count];
        readPieces(
            channel, Dtype.I64, count, (bytes, at, n) -> bytes.asLongBuffer().get(values, at, n));
        yield Tensor.of(values, sizes);
      }
      case BOOL -> {
        var values = new boolean[count];
        readPieces(
            channel,
            Dtype.BOOL,
            count,
            (bytes, at, n) -> {
              for (int i = 0; i < n; i++) {
                values[at + i] = bytes.get(i) != 0;
              }
            });
        yield Tensor.of(values, sizes);
      }
    };
  }

  private static void writeTensor(FileChannel channel, Tensor tensor) throws IOException {
    var dtype = Dtype.of(tensor.elementType());
    switch (dtype) {
      case F64 -> {
        double[] values = tensor.toDoubles();
        writePieces(
            channel,
            dtype,
            values.length,
            (bytes, at, n) -> bytes.asDoubleBuffer().put(values, at, n));
      }
      case F32 -> {
        float[] values = tensor.toFloats();
        writePieces(
            channel,
            dtype,
            values.length,
            (bytes, at, n) -> bytes.asFloatBuffer().put(values, at, n));
      }
      case I32 -> {
        int[] values = tensor.toInts();
        writePieces(
            channel,
            dtype,
            values.length,
            (bytes, at, n) -> bytes.asIntBuffer().put(values, at, n));
      }
      case I64 -> {
        long[] values = tensor.toLongs();
        writePieces(
            channel,
            dtype,
            values.length,
            (bytes, at, n) -> bytes.asLongBuffer().put(values, at, n));
      }
      case BOOL -> {
        boolean[] values = tensor.toBooleans();
        writePieces(
            channel,
            dtype,
            values.length,
            (bytes, at, n) -> {
              for (int i = 0; i < n; i++) {
                bytes.put(i, (byte) (values[at + i] ? 1 : 0));
              }
            });
      }
    }
  }

  /**
   * Moves {@code count} elements between the beginning of {@code bytes} and index {@code at} of an
   * array.
   */
  private interface Piece {
    void move(ByteBuffer bytes, int at, int count);
  }

  private static void readPieces(FileChannel channel, Dtype dtype, int count, Piece piece)
      throws IOException {
    var bytes = littleEndian(PIECE);
    int step = PIECE / dtype.bytes;
    for (int at = 0; at < count; at += step) {
      int n = Math.min(step, count - at);
      piece.move(fill(channel, bytes.clear().limit(n * dtype.bytes)), at, n);
    }
  }

  private static void writePieces(FileChannel channel, Dtype dtype, int count, Piece piece)
      throws IOException {
    var bytes = littleEndian(PIECE);
    int step = PIECE / dtype.bytes;
    for (int at = 0; at < count; at += step) {
      int n = Math.min(step, count - at);
      piece.move(bytes.clear(), at, n);
      AtomicFile.writeFully(channel, bytes.limit(n * dtype.bytes));
    }
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads until {@code buffer} is full and makes it ready to be taken from. */
  private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException();
      }
    }
    return buffer.flip();
  }
}
