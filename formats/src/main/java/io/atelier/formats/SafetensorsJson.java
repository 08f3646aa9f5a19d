package io.atelier.formats;

import io.atelier.formats.SafetensorsHeader.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A recursive descent through the JSON of a safetensors header. What is wrong with one tensor is
 * noted, and the next one is read.
 */
record SafetensorsJson(JsonParser json, String file, Problems problems) {
  private static final String READ =
      Arrays.stream(Dtype.values()).map(Dtype::name).collect(Collectors.joining(", "));

  void read(List<Entry> entries, Map<String, String> metadata) {
    require(JsonToken.START_OBJECT, "its header", "an object");
    var names = new HashSet<String>();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      var name = json.currentName();
      try {
        if (!names.add(name)) {
          throw broken("its header names " + name + " twice");
        }
        if (name.equals(SafetensorsHeader.METADATA)) {
          readMetadata(metadata);
        } else {
          entries.add(entry(name));
        }
      } catch (FormatException e) {
        problems.add("", e);
        leave();
      }
    }
    if (json.nextToken() != null) {
      problems.add("its header goes on after the end of its JSON");
    }
  }

  /** Passes over what is left of a member of the outermost object. */
  private void leave() {
    if (depth() == 1 && json.currentToken() == JsonToken.PROPERTY_NAME) {
      json.nextToken();
    }
    while (depth() > 1) {
      json.nextToken();
    }
  }

  private int depth() {
    return json.streamReadContext().getNestingDepth();
  }

  private void readMetadata(Map<String, String> metadata) {
    require(JsonToken.START_OBJECT, SafetensorsHeader.METADATA, "an object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      var name = json.currentName();
      require(JsonToken.VALUE_STRING, SafetensorsHeader.METADATA + " " + name, "a string");
      if (metadata.put(name, json.getString()) != null) {
        throw broken(SafetensorsHeader.METADATA + " names " + name + " twice");
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
        .orElseThrow(() -> broken(tensor + " has dtype " + name + "; only " + READ + " are read"));
  }

  private long[] numbers(String what) {
    require(JsonToken.START_ARRAY, what, "an array of numbers");
    var numbers = new ArrayList<Long>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getString().startsWith("-")) {
        throw broken(what + " must consist of whole numbers from 0 on");
      }
      if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw broken(what + " has a number beyond 64 bits");
      }
      numbers.add(json.getLongValue());
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private Entry entry(String name, Dtype dtype, long[] sizes, long[] offsets) {
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw broken(
          "tensor %s: its data_offsets %s must be where its data begin and end"
              .formatted(name, Arrays.toString(offsets)));
    }
    var described = "tensor " + name + ": " + Arrays.toString(sizes) + " of " + dtype;
    long count;
    try {
      count = Elements.count(sizes, dtype);
    } catch (ArithmeticException e) {
      throw broken(described + " is more than can be counted");
    }
    long length = offsets[1] - offsets[0];
    if (count * dtype.bytes != length) {
      throw broken(
          "%s takes %d bytes and its data_offsets %s hold %d"
              .formatted(described, count * dtype.bytes, Arrays.toString(offsets), length));
    }
    if (count > Elements.LONGEST_ARRAY) {
      throw broken(
          described + " has " + count + " elements; the limit is " + Elements.LONGEST_ARRAY);
    }
    return new Entry(name, Elements.of(dtype, Elements.shape(sizes)), offsets[0], offsets[1]);
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
