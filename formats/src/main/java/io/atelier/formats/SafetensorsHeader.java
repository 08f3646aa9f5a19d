package io.atelier.formats;

import io.atelier.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * What stands in front of the data of a safetensors file: what the data are, without the data.
 *
 * @param start where the data begin in the file
 * @param entries the tensors in the order in which their data follow each other
 */
record SafetensorsHeader(long start, List<Entry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /** The limit of the reference implementation, in bytes. */
  static final int LONGEST = 100_000_000;

  /** Escapes control characters as the reference implementation does. */
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE).build();

  /**
   * One tensor; its data are the bytes from {@code begin} to before {@code end}, counted from the
   * first data byte.
   */
  record Entry(String name, Elements elements, long begin, long end) {}

  /**
   * Lays out tensors as the reference implementation does: by type, then by the bytes of the name.
   *
   * @throws IllegalArgumentException if the header becomes too long
   */
  static SafetensorsHeader of(Map<String, Tensor> tensors, Map<String, String> metadata) {
    Comparator<Map.Entry<String, Tensor>> byType =
        Comparator.comparing(tensor -> Dtype.of(tensor.getValue().elementType()));
    var ordered = new ArrayList<>(tensors.entrySet());
    ordered.sort(byType.thenComparing(SafetensorsHeader::nameBytes, Arrays::compareUnsigned));

    var entries = new ArrayList<Entry>();
    long begin = 0;
    for (var named : ordered) {
      var tensor = named.getValue();
      var elements = Elements.of(Dtype.of(tensor.elementType()), tensor.shape());
      long end = begin + elements.length();
      entries.add(new Entry(named.getKey(), elements, begin, end));
      begin = end;
    }
    return new SafetensorsHeader(0, entries, metadata);
  }

  private static byte[] nameBytes(Map.Entry<String, Tensor> named) {
    return named.getKey().getBytes(StandardCharsets.UTF_8);
  }

  /** The JSON, with blanks at its end up to a multiple of 8 bytes. */
  byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectPropertyStart(METADATA);
        new TreeMap<>(metadata).forEach(json::writeStringProperty);
        json.writeEndObject();
      }
      for (var entry : entries) {
        json.writeObjectPropertyStart(entry.name);
        json.writeStringProperty("dtype", entry.elements.dtype().name());
        json.writeArrayPropertyStart("shape");
        for (int size : entry.elements.shape().toArray()) {
          json.writeNumber(size);
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("data_offsets");
        json.writeNumber(entry.begin);
        json.writeNumber(entry.end);
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    while (bytes.size() % 8 != 0) {
      bytes.write(' ');
    }
    if (bytes.size() > LONGEST) {
      throw new IllegalArgumentException(
          "the header takes " + bytes.size() + " bytes; the limit is " + LONGEST);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads the header strictly and checks that its tensors cover the rest of the file without holes
   * or overlaps.
   *
   * @throws FormatException with all that is wrong
   */
  static SafetensorsHeader read(Source source) throws IOException {
    var file = source.name();
    if (source.size() < 8) {
      throw new FormatException(
          file,
          "truncated: the first 8 bytes are the header's length and the file has " + source.size());
    }
    long length = source.bytes(0, 8).getLong();
    if (length < 0 || length > LONGEST) {
      throw new FormatException(
          file,
          "not a safetensors file: its header claims %s bytes and the limit is %d"
              .formatted(Long.toUnsignedString(length), LONGEST));
    }
    long follow = source.size() - 8;
    if (length > follow) {
      throw new FormatException(
          file, "truncated: its header claims %d bytes and %d follow".formatted(length, follow));
    }
    byte[] text = source.bytes(8, (int) length).array();
    if (length == 0 || text[0] != '{') {
      throw new FormatException(file, "its header must be an object");
    }
    return parse(text, source);
  }

  private static SafetensorsHeader parse(byte[] text, Source source) {
    var utf8 =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var problems = new Problems(source.name());
    var metadata = new TreeMap<String, String>();
    var entries = new ArrayList<Entry>();
    var characters = new InputStreamReader(new ByteArrayInputStream(text), utf8);
    try (var json = JSON.createParser(ObjectReadContext.empty(), characters)) {
      new SafetensorsJson(json, source.name(), problems).read(entries, metadata);
    } catch (JacksonException e) {
      problems.add("its header is not valid JSON: " + e.getOriginalMessage());
    }
    problems.throwIfAny();
    long start = 8L + text.length;
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    requireCover(entries, source.size() - start, problems);
    problems.throwIfAny();
    return new SafetensorsHeader(start, entries, metadata);
  }

  private static void requireCover(List<Entry> entries, long found, Problems problems) {
    long end = 0;
    for (var entry : entries) {
      if (entry.begin != end) {
        problems.add(
            "tensor %s begins at byte %d of the data and should at byte %d, where the one before it ends"
                .formatted(entry.name, entry.begin, end));
      }
      end = entry.end;
    }
    if (found != end) {
      problems.add(
          "%s: its tensors take %d bytes and %d follow the header"
              .formatted(found < end ? "truncated" : "oversized", end, found));
    }
  }

  /** Reads the data of one tensor. */
  Tensor tensor(Entry entry, Source source) throws IOException {
    var data = source.stream(start + entry.begin, entry.end - entry.begin);
    try {
      return entry.elements.read(data, source.name(), "tensor " + entry.name + ": ");
    } catch (EOFException e) {
      throw new FormatException(source.name(), "truncated while it was read");
    }
  }
}
