package io.atelier.nn;

import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One level of the tree that a model is: the components of a record, the elements of a list. */
final class Parts {
  private Parts() {}

  /** What a node consists of, by name and in order; nothing for what is no node. */
  static Map<String, @Nullable Object> of(@Nullable Object node) {
    var parts = new LinkedHashMap<String, @Nullable Object>();
    switch (node) {
      case Sequential sequential -> parts.putAll(of(sequential.layers()));
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          parts.put(Integer.toString(i), list.get(i));
        }
      }
      case Record module -> {
        for (var component : module.getClass().getRecordComponents()) {
          parts.put(name(component), read(module, component));
        }
      }
      case null, default -> {}
    }
    return parts;
  }

  /**
   * The same node with another part.
   *
   * @throws IllegalArgumentException if the part is not of the type that the node declares
   */
  static Object with(Object node, String name, Object part) {
    return switch (node) {
      case Sequential sequential -> {
        requireType(Layer.class, sequential, name, part);
        yield new Sequential(with(sequential.layers(), name, (Layer) part));
      }
      case List<?> list -> with(list, name, part);
      case Record module -> with(module, name, part);
      default -> throw new AssertionError(node + " has no parts");
    };
  }

  @SuppressWarnings("unchecked") // what a list may hold is not known when it runs
  private static <T> List<T> with(List<?> list, String name, T part) {
    var copy = new ArrayList<T>((List<T>) list);
    copy.set(Integer.parseInt(name), part);
    return copy;
  }

  /** A component's name as PyTorch would write it: {@code runningMean} is running_mean. */
  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  /** The path of a part. */
  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static Record with(Record module, String name, Object part) {
    var components = module.getClass().getRecordComponents();
    var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    var arguments = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      if (name(components[i]).equals(name)) {
        requireType(MethodType.methodType(types[i]).wrap().returnType(), module, name, part);
        arguments[i] = part;
      } else {
        arguments[i] = read(module, components[i]);
      }
    }
    try {
      return create(module.getClass().getDeclaredConstructor(types), arguments);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(module.getClass() + " has no canonical constructor", e);
    }
  }

  private static <R extends Record> R create(
      Constructor<R> constructor, @Nullable Object[] arguments) {
    try {
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InaccessibleObjectException e) {
      throw closed(constructor.getDeclaringClass(), e);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException("creating " + constructor.getDeclaringClass(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("creating " + constructor.getDeclaringClass(), e);
    }
  }

  private static void requireType(Class<?> type, Record module, String name, Object part) {
    if (!type.isInstance(part)) {
      throw new IllegalArgumentException(
          "the part "
              + name
              + " of "
              + module.getClass().getSimpleName()
              + " must be a "
              + type.getSimpleName()
              + ", got a "
              + part.getClass().getSimpleName());
    }
  }

  private static @Nullable Object read(Record module, RecordComponent component) {
    try {
      var accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(module);
    } catch (InaccessibleObjectException e) {
      throw closed(module.getClass(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("reading " + component + " of " + module.getClass(), e);
    }
  }

  private static IllegalArgumentException closed(Class<?> type, InaccessibleObjectException cause) {
    return new IllegalArgumentException(
        "the record "
            + type.getName()
            + " cannot be read: add `opens "
            + type.getPackageName()
            + " to io.atelier.core` to its module",
        cause);
  }
}
