package io.atelier.nn;

import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is inside a model: a walk over its records and lists. */
public final class Modules {
  private Modules() {}

  /**
   * The parameters of a model by path, in the order of the record components.
   *
   * <p>A path is the names of the components joined by dots, a list's elements by their place:
   * {@code hidden.weight}, {@code blocks.0.weight}. The list of a {@link Sequential} adds no name
   * of its own. A parameter that stands in two places is named by the first.
   */
  public static Map<String, Parameter> parameters(Object model) {
    var found = new LinkedHashMap<String, Parameter>();
    collect("", model, found);
    return Collections.unmodifiableMap(found);
  }

  /** The number of trained values, counted without making them. */
  public static long count(Object model) {
    return parameters(model).values().stream().mapToLong(p -> p.shape().count()).sum();
  }

  /** A copy of the values of all parameters by path. */
  public static Map<String, Tensor> weights(Object model) {
    var copies = new LinkedHashMap<String, Tensor>();
    parameters(model).forEach((path, parameter) -> copies.put(path, parameter.value().kept()));
    return copies;
  }

  /**
   * Gives the parameters of a model the values of the same names.
   *
   * @return everything that does not fit; if there is anything, no value was changed
   */
  public static List<String> load(Object model, Map<String, Tensor> weights) {
    var parameters = parameters(model);
    var problems = new ArrayList<String>();
    var changes = new ArrayList<Runnable>();
    parameters.forEach((path, parameter) -> {
      var tensor = weights.get(path);
      if (tensor == null) {
        problems.add(path + " is missing");
      } else if (!tensor.shape().equals(parameter.shape())) {
        problems.add(
            path
                + " is "
                + tensor.shape()
                + " in the file and "
                + parameter.shape()
                + " in the model");
      } else if (!tensor.elementType().isFloating()) {
        problems.add(path + " holds " + tensor.elementType());
      } else {
        changes.add(() -> parameter.set(tensor));
      }
    });
    for (var path : weights.keySet()) {
      if (!parameters.containsKey(path)) {
        problems.add("the model has no " + path);
      }
    }
    if (problems.isEmpty()) {
      changes.forEach(Runnable::run);
    }
    return problems;
  }

  private static void collect(String path, Object node, Map<String, Parameter> found) {
    switch (node) {
      case Parameter parameter -> {
        if (!found.containsValue(parameter)) {
          found.put(path, parameter);
        }
      }
      case Sequential sequential -> collect(path, sequential.layers(), found);
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          collect(join(path, Integer.toString(i)), list.get(i), found);
        }
      }
      case Record module -> {
        for (var component : module.getClass().getRecordComponents()) {
          collect(join(path, component.getName()), read(module, component), found);
        }
      }
      default -> {}
    }
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static Object read(Record module, RecordComponent component) {
    try {
      var accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(module);
    } catch (InaccessibleObjectException e) {
      throw new IllegalArgumentException(
          "the record "
              + module.getClass().getName()
              + " cannot be read: add `opens "
              + module.getClass().getPackageName()
              + " to io.atelier.core` to its module",
          e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("reading " + component + " of " + module.getClass(), e);
    }
  }
}
