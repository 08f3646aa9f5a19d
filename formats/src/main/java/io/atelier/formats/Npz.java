package io.atelier.formats;

import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Named arrays in a file of NumPy, {@code .npz}, that cannot run code. Immutable.
 *
 * <p>The file is a zip archive with an entry {@code name.npy} for each array, see {@link Npy};
 * entries are stored or deflated. Every size is checked against the length of the file before
 * memory is taken: an entry inflates to no more than its header promises, all of them to no more
 * than 2 GiB. Holes, overlaps, names that come twice or lead out of a folder, encryption and wrong
 * checksums are refused, and all that is wrong is said at once. Entries are written stored, by the
 * bytes of their names, with one fixed time: the same content is always the same bytes.
 *
 * <p>Source: NumPy, {@code numpy.savez}.
 *
 * @param tensors by name, in the order of the file
 */
public record Npz(Map<String, Tensor> tensors) {
  private static final String SUFFIX = ".npy";

  /** Fixed, and within what a zip file can say without a time zone. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException if a name is not a plain relative path
   */
  public Npz {
    for (var name : tensors.keySet()) {
      if (!ZipDirectory.isPlain(name)) {
        throw new IllegalArgumentException(
            "an array in a zip file cannot be called '" + name + "'");
      }
    }
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * Reads all arrays of a file.
   *
   * @throws FormatException if it is not an npz file, or is corrupt, truncated or has bytes left
   *     over, or holds elements that are not read
   * @throws java.io.UncheckedIOException if it cannot be read; the message begins with the path
   */
  public static Npz read(Path path) {
    return Source.open(path, Npz::read);
  }

  static Npz read(Source source) throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    var problems = new Problems(source.name());
    for (var entry : ZipDirectory.read(source).entries()) {
      try {
        tensors.put(name(entry, source.name()), array(entry, source).tensor());
      } catch (FormatException e) {
        problems.add("entry " + entry.name() + ": ", e);
      }
    }
    problems.throwIfAny();
    return new Npz(tensors);
  }

  /** The name of an array: that of its entry without the suffix. */
  static String name(ZipDirectory.Entry entry, String file) {
    var name = entry.name();
    if (!name.endsWith(SUFFIX) || !ZipDirectory.isPlain(withoutSuffix(name))) {
      throw new FormatException(file, "it is not called NAME.npy");
    }
    return withoutSuffix(name);
  }

  private static String withoutSuffix(String name) {
    return name.substring(0, name.length() - SUFFIX.length());
  }

  /** What an entry holds. */
  record Array(NpyHeader header, Tensor tensor) {}

  static Array array(ZipDirectory.Entry entry, Source source) throws IOException {
    return entry.read(
        source,
        content -> {
          var header = NpyHeader.read(content, entry.size(), source.name());
          return new Array(header, header.tensor(content, source.name()));
        });
  }

  /**
   * Replaces a file, or creates it, as {@link AtomicFile} does.
   *
   * @throws IllegalArgumentException if the arrays take more than 2 GiB
   * @throws java.io.UncheckedIOException if it cannot be written; the message begins with the path
   */
  public void write(Path path) {
    Comparator<String> byBytes =
        Comparator.comparing(
            name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
    var ordered = new TreeMap<String, Tensor>(byBytes);
    ordered.putAll(tensors);
    long total = tensors.values().stream().mapToLong(Npz::length).sum();
    if (total > ZipDirectory.LIMIT) {
      throw new IllegalArgumentException(
          "the arrays take " + total + " bytes; the limit is " + ZipDirectory.LIMIT);
    }
    AtomicFile.write(path, channel -> write(ordered, channel));
  }

  private static void write(Map<String, Tensor> tensors, FileChannel channel) throws IOException {
    var zip = new ZipOutputStream(Channels.newOutputStream(channel));
    for (var named : tensors.entrySet()) {
      zip.putNextEntry(entry(named.getKey(), named.getValue()));
      Npy.write(named.getValue(), zip);
    }
    zip.finish();
  }

  /** A stored entry needs its checksum in front, so the array is encoded once for nothing. */
  private static ZipEntry entry(String name, Tensor tensor) throws IOException {
    var nothing = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
    Npy.write(tensor, nothing);
    var entry = new ZipEntry(name + SUFFIX);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(length(tensor));
    entry.setCrc(nothing.getChecksum().getValue());
    entry.setTimeLocal(TIME);
    return entry;
  }

  private static long length(Tensor tensor) {
    return NpyHeader.of(tensor).length
        + Elements.of(Dtype.of(tensor.elementType()), tensor.shape()).length();
  }
}
