package io.atelier.nn;

import io.atelier.tensor.Buffer;
import io.atelier.tensor.Cell;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is inside a model: a walk over its records and lists.
 *
 * <p>A path is the names of the record components joined by dots, a list's elements by their place:
 * {@code hidden.weight}, {@code blocks.0.weight}; {@code runningMean} is {@code running_mean}
 * there, as PyTorch writes names. The list of a {@link Sequential} adds no name of its own. A
 * {@link Parameter} or {@link Buffer} that stands in several places is one, known by the first.
 * Nothing is looked for in arrays, maps and classes that are no records.
 */
public final class Modules {
  private Modules() {}

  /** The parameters of a model by path, in the order of the record components. */
  public static Map<String, Parameter> parameters(Object model) {
    return cells(model, Parameter.class);
  }

  /** The buffers of a model by path, in the order of the record components. */
  public static Map<String, Buffer> buffers(Object model) {
    return cells(model, Buffer.class);
  }

  /**
   * The layers of a model by path, each before those that it consists of; the model itself, if it
   * is a layer, has the empty path. A layer that stands in several places is met in each.
   */
  public static Map<String, Layer> layers(Object model) {
    var found = new LinkedHashMap<String, Layer>();
    addLayers("", model, found);
    return Collections.unmodifiableMap(found);
  }

  private static void addLayers(String path, @Nullable Object node, Map<String, Layer> found) {
    if (node instanceof Layer layer) {
      found.put(path, layer);
    }
    Parts.of(node).forEach((name, part) -> addLayers(Parts.join(path, name), part, found));
  }

  /** The number of trained values, counted without making them. */
  public static long count(Object model) {
    return count(parameters(model).values());
  }

  /** The number of values in buffers, which are not trained. */
  public static long countBuffers(Object model) {
    return count(buffers(model).values());
  }

  private static long count(Collection<? extends Cell> cells) {
    return cells.stream().mapToLong(cell -> cell.shape().count()).sum();
  }

  /**
   * The model as a tree of layers, with the number of its values in the last line.
   *
   * <pre>
   * Sequential(
   *   (0): Linear(weight=[1000, 784], bias=[1000])
   *   (1): relu
   *   (2): Linear(weight=[10, 1000], bias=[10])
   * )
   * 795,010 parameters
   * </pre>
   */
  public static String describe(Object model) {
    long buffers = countBuffers(model);
    return new Description().of("", model)
        + String.format(Locale.ROOT, "\n%,d parameters", count(model))
        + (buffers == 0 ? "" : String.format(Locale.ROOT, ", %,d values in buffers", buffers));
  }

  /**
   * Some parameters of a model, for an optimiser that is to train only these:
   *
   * <pre>{@code
   * var adam = Adam.rate(1e-3).over(Modules.trainable(model, path -> path.startsWith("head.")));
   * }</pre>
   *
   * <p>The others stay as they are. Their gradients are computed all the same, unless no derivative
   * is wanted below a layer: {@code head.forward(body.forward(x).detached())} stops there.
   *
   * @throws IllegalArgumentException if no path is chosen
   */
  public static Map<String, Parameter> trainable(Object model, Predicate<String> chosen) {
    var found = new LinkedHashMap<>(parameters(model));
    found.keySet().removeIf(chosen.negate());
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "none of the parameters is chosen to be trained: "
              + String.join(", ", parameters(model).keySet()));
    }
    return Collections.unmodifiableMap(found);
  }

  /**
   * A model with another part; everything else is the same, not a copy.
   *
   * <pre>{@code
   * var classifier = Modules.replace(pretrained, "output", Linear.create(512, 2, rng));
   * var tied = Modules.replace(model, "output.weight", model.embedding().weight());
   * }</pre>
   *
   * <p>Records on the way to the part are made anew by their canonical constructors.
   *
   * @throws IllegalArgumentException if there is no such path, or the part is not of the type that
   *     its record declares
   */
  @SuppressWarnings("unchecked") // a record is replaced by one of its class
  public static <M> M replace(M model, String path, Object part) {
    return (M) replaced(model, "", path, part);
  }

  private static Object replaced(@Nullable Object node, String at, String path, Object part) {
    int dot = path.indexOf('.');
    String name = dot < 0 ? path : path.substring(0, dot);
    var parts = Parts.of(node);
    if (node == null || !parts.containsKey(name)) {
      throw new IllegalArgumentException(
          (at.isEmpty() ? "the model" : at)
              + " has no part "
              + name
              + (parts.isEmpty() ? "" : "; it has " + String.join(", ", parts.keySet())));
    }
    var below =
        dot < 0
            ? part
            : replaced(parts.get(name), Parts.join(at, name), path.substring(dot + 1), part);
    return Parts.with(node, name, below);
  }

  /** A copy of the values of all parameters and buffers by path. */
  public static Map<String, Tensor> weights(Object model) {
    var copies = new LinkedHashMap<String, Tensor>();
    cells(model, Cell.class).forEach((path, cell) -> copies.put(path, cell.value().kept()));
    return copies;
  }

  /**
   * Gives the parameters and buffers of a model the values of the same names.
   *
   * <p>Values that stand in several places of the model may be given under any of their names, and
   * under several if they are equal.
   *
   * @return everything that does not fit; if there is anything, no value was changed
   */
  public static List<String> load(Object model, Map<String, Tensor> weights) {
    var values = new LinkedHashMap<Cell, Tensor>();
    var unknown = new LinkedHashSet<>(weights.keySet());
    var problems = new ArrayList<String>();
    walk(
        "",
        model,
        (path, cell) -> {
          var tensor = weights.get(path);
          if (tensor != null) {
            unknown.remove(path);
            var other = values.putIfAbsent(cell, tensor);
            var problem = misfit(path, cell, tensor, other);
            if (problem != null) {
              problems.add(problem);
            }
          }
        });
    cells(model, Cell.class)
        .forEach((path, cell) -> {
          if (!values.containsKey(cell)) {
            problems.add(path + " is missing");
          }
        });
    unknown.forEach(path -> problems.add("the model has no " + path));
    if (problems.isEmpty()) {
      values.forEach(Cell::set);
    }
    return problems;
  }

  /** Why values do not fit where they are to go, if so. */
  private static @Nullable String misfit(
      String path, Cell cell, Tensor tensor, @Nullable Tensor underAnotherName) {
    if (!tensor.shape().equals(cell.shape())) {
      return path + " is " + tensor.shape() + " in the file and " + cell.shape() + " in the model";
    }
    if (!cell.holds(tensor.elementType())) {
      return path + " holds " + tensor.elementType() + " in the file, which a " + cell + " cannot";
    }
    if (underAnotherName != null && !same(tensor, underAnotherName)) {
      return path + " differs from another name of the same " + cell;
    }
    return null;
  }

  private static boolean same(Tensor left, Tensor right) {
    return left.shape().equals(right.shape())
        && left.elementType() == right.elementType()
        && left.equalTo(right).all().item() == 1;
  }

  private static <C extends Cell> Map<String, C> cells(Object model, Class<C> type) {
    var found = new LinkedHashMap<C, String>();
    walk(
        "",
        model,
        (path, cell) -> {
          if (type.isInstance(cell)) {
            found.putIfAbsent(type.cast(cell), path);
          }
        });
    var byPath = new LinkedHashMap<String, C>();
    found.forEach((cell, path) -> byPath.put(path, cell));
    return Collections.unmodifiableMap(byPath);
  }

  /** Visits every place in which a parameter or a buffer stands, in order. */
  private static void walk(String path, @Nullable Object node, BiConsumer<String, Cell> visitor) {
    if (node instanceof Cell cell) {
      visitor.accept(path, cell);
    }
    Parts.of(node).forEach((name, part) -> walk(Parts.join(path, name), part, visitor));
  }
}
