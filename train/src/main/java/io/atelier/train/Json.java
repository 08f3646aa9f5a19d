package io.atelier.train;

import io.atelier.tensor.Shape;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * Records as JSON, for the files of a run. A component is a member of the object, in the order of
 * the record; an enum constant is what its {@code toString} says, a shape the list of its sizes.
 */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** A member of an object on each line. */
  private static final ObjectWriteContext INDENTED =
      new ObjectWriteContext.Base() {
        @Override
        public PrettyPrinter getPrettyPrinter() {
          return new DefaultPrettyPrinter(); // it counts how deep it is
        }

        @Override
        public boolean hasPrettyPrinter() {
          return true;
        }
      };

  private Json() {}

  /** The object of a record, on several lines. */
  static String indented(Record value) {
    return text(value, INDENTED);
  }

  /** An object on one line, of a record or of a map from names to values. */
  static String line(Object value) {
    return text(value, ObjectWriteContext.empty());
  }

  private static String text(Object value, ObjectWriteContext context) {
    var text = new StringWriter();
    try (var json = FACTORY.createGenerator(context, text)) {
      write(value, json);
    }
    return text.toString();
  }

  private static void write(Object value, JsonGenerator json) {
    switch (value) {
      case Record components -> write(members(components), json);
      case Map<?, ?> members -> {
        json.writeStartObject();
        members.forEach((name, member) -> {
          json.writeName(name.toString());
          write(member, json);
        });
        json.writeEndObject();
      }
      case List<?> elements -> {
        json.writeStartArray();
        elements.forEach(element -> write(element, json));
        json.writeEndArray();
      }
      case Shape shape -> write(Arrays.stream(shape.toArray()).boxed().toList(), json);
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Boolean truth -> json.writeBoolean(truth);
      default -> json.writeString(value.toString());
    }
  }

  private static Map<String, Object> members(Record value) {
    var members = new LinkedHashMap<String, Object>();
    for (var component : value.getClass().getRecordComponents()) {
      try {
        members.put(component.getName(), component.getAccessor().invoke(value));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }
    return members;
  }

  /**
   * Reads an object back as the record that it was.
   *
   * @throws IllegalArgumentException with all that does not fit, or if the text is not an object
   */
  static <T extends Record> T read(String text, Class<T> type) {
    var members = object(text);
    var problems = new ArrayList<String>();
    var components = type.getRecordComponents();
    var values = new @Nullable Object[components.length];
    for (int i = 0; i < values.length; i++) {
      var name = components[i].getName();
      var member = members.remove(name);
      values[i] = member == null ? null : convert(member, components[i].getType());
      if (values[i] == null) {
        problems.add(member == null ? name + " is missing" : name + " cannot be " + line(member));
      }
    }
    members.keySet().forEach(name -> problems.add(name + " is unknown"));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return create(type, values);
  }

  /** A record of the values of its components. */
  private static <T extends Record> T create(Class<T> type, @Nullable Object... values) {
    var types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** The same record with another value of a component. */
  @SuppressWarnings("unchecked") // the class of a record is that of the record
  static <T extends Record> T with(T value, String component, Object replacement) {
    var members = members(value);
    members.replace(component, replacement);
    return (T) create(value.getClass(), members.values().toArray());
  }

  /** A value as a component has it, or null if it is not of its type. */
  private static @Nullable Object convert(Object value, Class<?> type) {
    return switch (value) {
      case Long number when type == long.class -> number;
      case Long number when type == int.class && number == number.intValue() -> number.intValue();
      case Number number when type == double.class -> number.doubleValue();
      case Boolean truth when type == boolean.class -> truth;
      case String words when type == String.class -> words;
      case String words when type.isEnum() ->
          Arrays.stream(type.getEnumConstants())
              .filter(constant -> constant.toString().equals(words))
              .findFirst()
              .orElse(null);
      case List<?> elements when type == List.class -> elements;
      case List<?> sizes when type == Shape.class -> shape(sizes);
      default -> null;
    };
  }

  private static @Nullable Shape shape(List<?> elements) {
    int[] sizes = new int[elements.size()];
    for (int i = 0; i < sizes.length; i++) {
      if (!(elements.get(i) instanceof Long size) || size < 0 || size != size.intValue()) {
        return null;
      }
      sizes[i] = size.intValue();
    }
    return Shape.of(sizes);
  }

  /**
   * The members of an object: texts, whole numbers as Long, others as Double, truths, lists and
   * maps.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static Map<String, Object> object(String text) {
    try (var json = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it must be an object");
      }
      var members = object(json);
      if (json.nextToken() != null) {
        throw new IllegalArgumentException("it goes on after its end");
      }
      return members;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  private static Map<String, Object> object(JsonParser json) {
    var members = new LinkedHashMap<String, Object>();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      var name = json.currentName();
      json.nextToken();
      if (members.put(name, value(json)) != null) {
        throw new IllegalArgumentException(name + " stands there twice");
      }
    }
    return members;
  }

  private static Object value(JsonParser json) {
    return switch (json.currentToken()) {
      case START_OBJECT -> object(json);
      case START_ARRAY -> {
        var elements = new ArrayList<Object>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(json));
        }
        yield elements;
      }
      case VALUE_STRING -> json.getString();
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw new IllegalArgumentException("it has the value " + json.getString());
    };
  }
}
