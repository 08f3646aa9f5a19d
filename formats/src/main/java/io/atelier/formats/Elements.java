package io.atelier.formats;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How the elements of one tensor stand in a file.
 *
 * @param byColumns whether the first axis is the fastest, as in Fortran, and not the last
 */
record Elements(Dtype dtype, ByteOrder order, boolean byColumns, Shape shape) {
  /** The most elements that an array can have. */
  static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private static final int PIECE = 1 << 16;

  /** Elements as safetensors files have them. */
  static Elements of(Dtype dtype, Shape shape) {
    return new Elements(dtype, ByteOrder.LITTLE_ENDIAN, false, shape);
  }

  /**
   * The product of sizes that a header claims.
   *
   * @throws ArithmeticException if it, or as many elements in bytes, or one size is too large
   */
  static long count(long[] sizes, Dtype dtype) {
    long count = 1;
    for (long size : sizes) {
      count = Math.multiplyExact(count, Math.toIntExact(size));
    }
    Math.multiplyExact(count, dtype.bytes);
    return count;
  }

  /** The shape of sizes that {@link #count} has counted. */
  static Shape shape(long[] sizes) {
    return Shape.of(Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray());
  }

  /** The length in bytes. */
  long length() {
    return shape.count() * dtype.bytes;
  }

  /**
   * Reads one tensor and leaves the stream behind its last byte.
   *
   * @throws EOFException if the stream ends before
   * @throws FormatException if an element is none; the message calls the tensor {@code subject}
   */
  Tensor read(InputStream source, String file, String subject) throws IOException {
    int count = Math.toIntExact(shape.count());
    int[] sizes = shape.toArray();
    return switch (dtype) {
      case F64 -> {
        double[] values = new double[count];
        pieces(source, (bytes, at, n) -> bytes.asDoubleBuffer().get(values, at, n));
        yield Tensor.of(byRows(values), sizes);
      }
      case F32 -> {
        float[] values = new float[count];
        pieces(source, (bytes, at, n) -> bytes.asFloatBuffer().get(values, at, n));
        yield Tensor.of(byRows(values), sizes);
      }
      case F16 -> {
        float[] values = new float[count];
        pieces(
            source,
            (bytes, at, n) -> {
              for (int i = 0; i < n; i++) {
                values[at + i] = Float.float16ToFloat(bytes.getShort(2 * i));
              }
            });
        yield Tensor.of(byRows(values), sizes);
      }
      case BF16 -> {
        float[] values = new float[count];
        pieces(
            source,
            (bytes, at, n) -> {
              for (int i = 0; i < n; i++) {
                values[at + i] = Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
              }
            });
        yield Tensor.of(byRows(values), sizes);
      }
      case I64 -> {
        long[] values = new long[count];
        pieces(source, (bytes, at, n) -> bytes.asLongBuffer().get(values, at, n));
        yield Tensor.of(byRows(values), sizes);
      }
      case I32 -> {
        int[] values = new int[count];
        pieces(source, (bytes, at, n) -> bytes.asIntBuffer().get(values, at, n));
        yield Tensor.of(byRows(values), sizes);
      }
      case U8 -> {
        int[] values = new int[count];
        pieces(
            source,
            (bytes, at, n) -> {
              for (int i = 0; i < n; i++) {
                values[at + i] = bytes.get(i) & 0xff;
              }
            });
        yield Tensor.of(byRows(values), sizes);
      }
      case BOOL -> {
        boolean[] values = new boolean[count];
        pieces(
            source,
            (bytes, at, n) -> {
              for (int i = 0; i < n; i++) {
                values[at + i] = truth(bytes.get(i), at + i, file, subject);
              }
            });
        yield Tensor.of(byRows(values), sizes);
      }
    };
  }

  /** Writes a tensor in its own type, by rows, low byte first. */
  static void write(Tensor tensor, OutputStream target) throws IOException {
    var elements = of(Dtype.of(tensor.elementType()), tensor.shape());
    switch (tensor.elementType()) {
      case DOUBLE -> {
        double[] values = tensor.toDoubles();
        elements.pieces(target, (bytes, at, n) -> bytes.asDoubleBuffer().put(values, at, n));
      }
      case FLOAT -> {
        float[] values = tensor.toFloats();
        elements.pieces(target, (bytes, at, n) -> bytes.asFloatBuffer().put(values, at, n));
      }
      case INT -> {
        int[] values = tensor.toInts();
        elements.pieces(target, (bytes, at, n) -> bytes.asIntBuffer().put(values, at, n));
      }
      case LONG -> {
        long[] values = tensor.toLongs();
        elements.pieces(target, (bytes, at, n) -> bytes.asLongBuffer().put(values, at, n));
      }
      case BOOL -> {
        boolean[] values = tensor.toBooleans();
        elements.pieces(
            target,
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
  @FunctionalInterface
  private interface Piece {
    void move(ByteBuffer bytes, int at, int count);
  }

  private void pieces(InputStream source, Piece piece) throws IOException {
    byte[] bytes = buffer();
    var numbers = ByteBuffer.wrap(bytes).order(order);
    int step = bytes.length / dtype.bytes;
    for (long at = 0; at < shape.count(); at += step) {
      int n = (int) Math.min(step, shape.count() - at);
      if (source.readNBytes(bytes, 0, n * dtype.bytes) < n * dtype.bytes) {
        throw new EOFException();
      }
      piece.move(numbers, (int) at, n);
    }
  }

  private void pieces(OutputStream target, Piece piece) throws IOException {
    byte[] bytes = buffer();
    var numbers = ByteBuffer.wrap(bytes).order(order);
    int step = bytes.length / dtype.bytes;
    for (long at = 0; at < shape.count(); at += step) {
      int n = (int) Math.min(step, shape.count() - at);
      piece.move(numbers, (int) at, n);
      target.write(bytes, 0, n * dtype.bytes);
    }
  }

  private byte[] buffer() {
    return new byte[Math.clamp(length(), 8, PIECE)];
  }

  private static boolean truth(byte value, int index, String file, String subject) {
    if ((value & ~1) != 0) {
      throw new FormatException(
          file,
          "%selement %d is the byte %d; true is 1 and false is 0"
              .formatted(subject, index, value & 0xff));
    }
    return value == 1;
  }

  /** The same elements with the last axis fastest. */
  @SuppressWarnings({"unchecked", "SuspiciousSystemArraycopy"})
  private <A> A byRows(A values) {
    if (!byColumns || shape.rank() < 2) {
      return values;
    }
    int[] sizes = shape.toArray();
    int count = (int) shape.count();
    int[] strides = new int[sizes.length];
    for (int axis = sizes.length - 1, stride = 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= sizes[axis];
    }
    var rows = (A) Array.newInstance(values.getClass().getComponentType(), count);
    int[] index = new int[sizes.length];
    for (int from = 0, to = 0; from < count; from++) {
      System.arraycopy(values, from, rows, to, 1);
      for (int axis = 0; axis < sizes.length; axis++) { // count up, first axis fastest
        to += strides[axis];
        if (++index[axis] < sizes[axis]) {
          break;
        }
        to -= sizes[axis] * strides[axis];
        index[axis] = 0;
      }
    }
    return rows;
  }
}
