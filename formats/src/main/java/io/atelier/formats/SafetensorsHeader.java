package io.atelier.formats;

import io.atelier.tensor.ElementType;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON in front of the data of a safetensors file: what the data are, without the data.
 *
 * @param entries the tensors in the order in which their data follow each other
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;
  private static final JsonFactory JSON = new JsonFactory();

  /** How elements are stored. The data of a file are written in this order of types. */
  enum Dtype {
    I64(8, ElementType.LONG),
    F64(8, ElementType.DOUBLE),
    F32(4, ElementType.FLOAT),
    I32(4, ElementType.INT),
    BOOL(1, ElementType.BOOL);

    final int bytes;
    final ElementType elementType;

    Dtype(int bytes, ElementType elementType) {
      this.bytes = bytes;
      this.elementType = elementType;
    }

    static Dtype of(ElementType type) {
      return switch (type) {
        case DOUBLE -> F64;
        case FLOAT -> F32;
        case INT -> I32;
        case LONG -> I64;
        case BOOL -> BOOL;
      };
    }
  }

  /**
   * One tensor; its data are the bytes from {@code begin} to before {@code end}, counted from the
   * first data byte.
   */
  record Entry(String name, Dtype dtype, Shape shape, long begin, long end) {}

  /** The length of all data in bytes. */
  long dataLength() {
    return entries.isEmpty() ? 0 : entries.getLast().end();
  }

  /**
   * Lays out tensors as the reference implementation does: by type, then by the bytes of the name.
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
      var dtype = Dtype.of(tensor.elementType());
      long end = begin + tensor.shape().count() * dtype.bytes;
      entries.add(new Entry(named.getKey(), dtype, tensor.shape(), begin, end));
      begin = end;
    }
    return new SafetensorsHeader(entries, metadata);
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
        json.writeStringProperty("dtype", entry.dtype.name());
        json.writeArrayPropertyStart("shape");
        for (int size : entry.shape.toArray()) {
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
    return bytes.toByteArray();
  }

  /**
   * Reads the JSON strictly and checks that the tensors cover the data without holes or overlaps.
   *
   * @throws FormatException if it is not such a header; the message calls the file {@code file}
   */
  static SafetensorsHeader parse(byte[] bytes, String file) {
    var utf8 =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var text = new InputStreamReader(new ByteArrayInputStream(bytes), utf8);
    try (var json = JSON.createParser(ObjectReadContext.empty(), text)) {
      return new Reader(json, file).header();
    } catch (JacksonException e) {
      throw new FormatException(file, "its header is not valid JSON: " + e.getOriginalMessage());
    }
  }

  /** A recursive descent through the JSON. */
  private record Reader(JsonParser json, String file) {
    SafetensorsHeader header() {
      var entries = new ArrayList<Entry>();
      var metadata = new TreeMap<String, String>();
      require(JsonToken.START_OBJECT, "its header", "an object");
      var names = new HashSet<String>();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        var name = json.currentName();
        if (!names.add(name)) {
          throw broken("its header names " + name + " twice");
        }
        if (name.equals(METADATA)) {
          readMetadata(metadata);
        } else {
          entries.add(entry(name));
        }
      }
      if (json.nextToken() != null) {
        throw broken("its header goes on after the end of its JSON");
      }
      entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      requireNoGaps(entries);
      return new SafetensorsHeader(entries, metadata);
    }

    private void readMetadata(Map<String, String> metadata) {
      require(JsonToken.START_OBJECT, METADATA, "an object");
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        var name = json.currentName();
        require(JsonToken.VALUE_STRING, METADATA + " " + name, "a string");
        if (metadata.put(name, json.getString()) != null) {
          throw broken(METADATA + " names " + name + " twice");
        }
      }
    }

    private Entry entry(String name) {
      var tensor = "tensor " + name;
      require(JsonToken.START_OBJECT, tensor, "an object");
      Dtype dtype = null;
      long[] sizes = null;
      long[] offsets = null;
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        var field = json.currentName();
        boolean first =
            switch (field) {
              case "dtype" -> dtype == null;
              case "shape" -> sizes == null;
              case "data_offsets" -> offsets == null;
              default -> throw broken(tensor + " has the unknown field " + field);
            };
        if (!first) {
          throw broken(tensor + " has the field " + field + " twice");
        }
        switch (field) {
          case "dtype" -> dtype = dtype(tensor);
          case "shape" -> sizes = numbers(tensor + ": its shape");
          default -> offsets = numbers(tensor + ": its data_offsets");
        }
      }
      if (dtype == null || sizes == null || offsets == null) {
        throw broken(tensor + " needs dtype, shape and data_offsets, and one is missing");
      }
      return entry(name, dtype, sizes, offsets);
    }

    private Dtype dtype(String tensor) {
      require(JsonToken.VALUE_STRING, tensor + ": its dtype", "a string");
      var name = json.getString();
      return Arrays.stream(Dtype.values())
          .filter(dtype -> dtype.name().equals(name))
          .findFirst()
          .orElseThrow(
              () -> broken(tensor + " has dtype " + name + "; only F64, F32 and I32 are read"));
    }

    private long[] numbers(String what) {
      require(JsonToken.START_ARRAY, what, "an array of numbers");
      var numbers = new ArrayList<Long>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getLongValue() < 0) {
          throw broken(what + " must consist of whole numbers from 0 on");
        }
        numbers.add(json.getLongValue());
      }
      return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private Entry entry(String name, Dtype dtype, long[] sizes, long[] offsets) {
      if (offsets.length != 2 || offsets[0] > offsets[1]) {
        throw broken(
            "tensor "
                + name
                + ": its data_offsets "
                + Arrays.toString(offsets)
                + " must be where its data begin and end");
      }
      var described = "tensor " + name + ": " + Arrays.toString(sizes) + " of " + dtype;
      long length = offsets[1] - offsets[0];
      long elements = 1;
      try {
        for (long size : sizes) {
          elements = Math.multiplyExact(elements, size);
        }
        long expected = Math.multiplyExact(elements, dtype.bytes);
        if (expected != length) {
          throw broken(
              described
                  + " takes "
                  + expected
                  + " bytes and its data_offsets "
                  + Arrays.toString(offsets)
                  + " hold "
                  + length);
        }
        if (elements > LONGEST_ARRAY) {
          throw broken(described + " has " + elements + " elements; the limit is " + LONGEST_ARRAY);
        }
        int[] exact = Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray();
        return new Entry(name, dtype, Shape.of(exact), offsets[0], offsets[1]);
      } catch (ArithmeticException e) {
        throw broken(described + " is more than can be counted");
      }
    }

    private void requireNoGaps(List<Entry> entries) {
      long end = 0;
      for (var entry : entries) {
        if (entry.begin != end) {
          throw broken(
              "tensor "
                  + entry.name
                  + " begins at byte "
                  + entry.begin
                  + " of the data and should at byte "
                  + end
                  + ", where the one before it ends");
        }
        end = entry.end;
      }
    }

    private void require(JsonToken wanted, String what, String kind) {
      if (json.nextToken() != wanted) {
        throw broken(what + " must be " + kind);
      }
    }

    private FormatException broken(String problem) {
      return new FormatException(file, problem);
    }
  }
}
