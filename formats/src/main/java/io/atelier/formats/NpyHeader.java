package io.atelier.formats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.atelier.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What stands in front of the data of an npy file: magic number, version, and the literal of a
 * Python dictionary.
 *
 * @param type the element type as NumPy writes it, {@code <f4}
 */
record NpyHeader(String type, Elements elements) {
  /** NumPy itself reads no longer ones from strangers. */
  private static final int LONGEST = 10_000;

  private static final String MAGIC = "\u0093NUMPY";
  private static final int ALIGNMENT = 64;

  /** NumPy leaves room for the first size to grow to so many digits. */
  private static final int DIGITS = 21;

  /**
   * Reads a header and checks that what it promises fills the file.
   *
   * @param size the length of the file
   * @throws FormatException with all that is wrong
   */
  static NpyHeader read(InputStream source, long size, String file) throws IOException {
    byte[] start = source.readNBytes(8);
    if (start.length < 8 || !new String(start, 0, 6, ISO_8859_1).equals(MAGIC)) {
      throw new FormatException(
          file,
          "not an npy file: it begins with the bytes %s and not with 93 4e 55 4d 50 59 and a version"
              .formatted(HexFormat.ofDelimiter(" ").formatHex(start)));
    }
    int version = start[6] & 0xff;
    if (version < 1 || version > 3 || start[7] != 0) {
      throw new FormatException(
          file,
          "its version is %d.%d; 1.0, 2.0 and 3.0 are read".formatted(version, start[7] & 0xff));
    }
    byte[] lengthBytes = source.readNBytes(version == 1 ? 2 : 4);
    long length = 0;
    for (int i = lengthBytes.length - 1; i >= 0; i--) {
      length = (length << 8) | (lengthBytes[i] & 0xff);
    }
    if (length > LONGEST) {
      throw new FormatException(
          file, "its header claims %d bytes and the limit is %d".formatted(length, LONGEST));
    }
    byte[] text = source.readNBytes((int) length);
    long follow = size - 8 - (version == 1 ? 2 : 4) - length;
    if (text.length < length || follow < 0) {
      throw new FormatException(
          file,
          "truncated: its header claims %d bytes and %d follow".formatted(length, text.length));
    }
    var dictionary = NpyDictionary.parse(new String(text, ISO_8859_1), file);
    var problems = new Problems(file);
    var elements = elements(dictionary, follow, problems);
    problems.throwIfAny();
    if (elements == null) {
      throw new AssertionError("no elements and no problem");
    }
    return new NpyHeader(dictionary.descr(), elements);
  }

  private static @Nullable Elements elements(
      NpyDictionary dictionary, long follow, Problems problems) {
    var type = dictionary.descr();
    var dtype = dtype(type);
    if (dtype == null) {
      problems.add(
          type.contains("O")
              ? "its elements are Python objects (%s), whose data are programs (pickles), and no program in a file is run here; save numbers, as by array.astype('float32')"
                  .formatted(type)
              : "its element type %s is not read; f2, f4, f8, i4, i8, u1 and b1 are"
                  .formatted(type));
    }
    long[] sizes = dictionary.shape().stream().mapToLong(Long::longValue).toArray();
    var described = Arrays.toString(sizes) + " of " + type;
    try {
      long count = Elements.count(sizes, dtype == null ? Dtype.U8 : dtype);
      if (count > Elements.LONGEST_ARRAY) {
        problems.add(
            "%s has %d elements; the limit is %d"
                .formatted(described, count, Elements.LONGEST_ARRAY));
      } else if (dtype != null) {
        if (count * dtype.bytes != follow) {
          problems.add(
              "%s: %s takes %d bytes and %d follow the header"
                  .formatted(
                      follow < count * dtype.bytes ? "truncated" : "oversized",
                      described,
                      count * dtype.bytes,
                      follow));
        }
        var order = type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        return new Elements(dtype, order, dictionary.fortranOrder(), Elements.shape(sizes));
      }
    } catch (ArithmeticException e) {
      problems.add(described + " is more than can be counted");
    }
    return null;
  }

  /** Bytes have no order, which is written as a stroke. */
  private static @Nullable Dtype dtype(String type) {
    return switch (type) {
      case "<f2", ">f2" -> Dtype.F16;
      case "<f4", ">f4" -> Dtype.F32;
      case "<f8", ">f8" -> Dtype.F64;
      case "<i4", ">i4" -> Dtype.I32;
      case "<i8", ">i8" -> Dtype.I64;
      case "|u1" -> Dtype.U8;
      case "|b1" -> Dtype.BOOL;
      default -> null;
    };
  }

  /** Reads the data that follow the header. */
  Tensor tensor(InputStream source, String file) throws IOException {
    try {
      return elements.read(source, file, "");
    } catch (EOFException e) {
      throw new FormatException(file, "truncated: its data end before their promised end");
    }
  }

  /** The bytes that stand before the data of a tensor, the same as NumPy's. */
  static byte[] of(Tensor tensor) {
    var type =
        switch (tensor.elementType()) {
          case FLOAT -> "<f4";
          case DOUBLE -> "<f8";
          case INT -> "<i4";
          case LONG -> "<i8";
          case BOOL -> "|b1";
        };
    int[] sizes = tensor.shape().toArray();
    var shape = Arrays.stream(sizes).mapToObj(String::valueOf).collect(Collectors.joining(", "));
    var text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(type, shape, sizes.length == 1 ? "," : "");
    if (sizes.length > 0) {
      text += " ".repeat(DIGITS - String.valueOf(sizes[0]).length());
    }
    text += " ".repeat(ALIGNMENT - (10 + text.length() + 1) % ALIGNMENT) + "\n";
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "the header takes " + text.length() + " bytes; the limit is " + LONGEST);
    }
    return ByteBuffer.allocate(10 + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC.getBytes(ISO_8859_1))
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length())
        .put(text.getBytes(ISO_8859_1))
        .array();
  }
}
