package io.atelier.formats;

import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;

/**
 * One array in a file of NumPy, {@code .npy}, that cannot run code. Immutable.
 *
 * <p>The file is a short text that gives element type, order and shape, and the data. Versions 1.0,
 * 2.0 and 3.0 are read, elements in either byte order: {@code f8} as DOUBLE; {@code f4} and {@code
 * f2} as FLOAT; {@code i8} as LONG; {@code i4} and {@code u1} as INT; {@code b1} as BOOL. An array
 * in Fortran's order, first axis fastest, is turned to rows. Other types are refused by name,
 * arrays of Python objects among them, whose data are programs. Every size is checked against the
 * length of the file before memory is taken. The same tensor is always written as the same bytes,
 * and as the bytes of {@code numpy.save}.
 *
 * <p>Source: NumPy, "A simple file format for NumPy arrays" ({@code numpy.lib.format}).
 *
 * @param tensor the array
 */
public record Npy(Tensor tensor) {
  /**
   * Reads the array of a file.
   *
   * @throws FormatException if it is not an npy file, or is corrupt, truncated or has bytes left
   *     over, or holds elements that are not read
   * @throws java.io.UncheckedIOException if it cannot be read; the message begins with the path
   */
  public static Npy read(Path path) {
    return Source.open(path, Npy::read);
  }

  static Npy read(Source source) throws IOException {
    var stream = source.stream(0, source.size());
    var header = NpyHeader.read(stream, source.size(), source.name());
    return new Npy(header.tensor(stream, source.name()));
  }

  /**
   * Replaces a file, or creates it, as {@link AtomicFile} does.
   *
   * @throws java.io.UncheckedIOException if it cannot be written; the message begins with the path
   */
  public void write(Path path) {
    AtomicFile.write(path, channel -> write(tensor, Channels.newOutputStream(channel)));
  }

  static void write(Tensor tensor, OutputStream target) throws IOException {
    target.write(NpyHeader.of(tensor));
    Elements.write(tensor, target);
  }
}
