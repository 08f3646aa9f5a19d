package io.atelier.formats;

import static java.util.Objects.requireNonNull;

import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named tensors in a file that other programs read and that cannot run code. Immutable.
 *
 * <p>The file is the length of a header as eight bytes, low byte first; the header, a JSON object
 * that gives each tensor its type, shape and place; and the data. F64 is read as DOUBLE; F32, F16
 * and BF16 as FLOAT; I64 as LONG; I32 and U8 as INT; BOOL as BOOL; any other type is refused by
 * name. A header is checked as a whole, against itself and against the length of the file, before
 * memory is taken for data, and all that is wrong with it is said at once. A tensor is written in
 * its own type: FLOAT as F32, INT as I32. The same content is always written as the same bytes, and
 * as the bytes of the reference implementation.
 *
 * <p>Source: https://github.com/huggingface/safetensors, "Format".
 *
 * @param tensors by name, in the order of the file
 * @param metadata free text by name, often empty
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
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
    return Source.open(path, Safetensors::read);
  }

  static Safetensors read(Source source) throws IOException {
    var header = SafetensorsHeader.read(source);
    var tensors = new LinkedHashMap<String, Tensor>();
    var problems = new Problems(source.name());
    for (var entry : header.entries()) {
      try {
        tensors.put(entry.name(), header.tensor(entry, source));
      } catch (FormatException e) {
        problems.add("", e);
      }
    }
    problems.throwIfAny();
    return new Safetensors(tensors, header.metadata());
  }

  /**
   * Replaces a file, or creates it, as {@link AtomicFile} does.
   *
   * @throws java.io.UncheckedIOException if it cannot be written; the message begins with the path
   */
  public void write(Path path) {
    var header = SafetensorsHeader.of(tensors, metadata);
    byte[] json = header.toBytes();
    AtomicFile.write(
        path,
        channel -> {
          var target = Channels.newOutputStream(channel);
          var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
          target.write(length.putLong(json.length).array());
          target.write(json);
          for (var entry : header.entries()) {
            Elements.write(requireNonNull(tensors.get(entry.name())), target);
          }
        });
  }
}
