package io.atelier.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sums of products, written with a letter for each axis.
 *
 * <p>The operands are taken two at a time from left to right. Each pair is one batch of matrix
 * products: letters that both have and that are still needed number the matrices, letters that both
 * have and nobody needs any more are summed, the others are rows and columns. Where there is
 * nothing to sum, or neither rows nor columns, it is a product element by element.
 */
final class Einsum {
  private static final String TERM = "[a-zA-Z]*(\\.\\.\\.)?[a-zA-Z]*";
  private static final Pattern EQUATION =
      Pattern.compile(TERM + "(," + TERM + ")*(->" + TERM + ")?");

  /** The axes of an ellipsis are named from here on, the last axis first. */
  private static final char ELLIPSIS = '\uE000';

  /** A tensor with a name for each axis. */
  private record Named(String axes, Tensor values) {}

  /** The size of an axis, and where it was seen first. */
  private record Size(int size, String operand) {}

  private final String call;
  private final Map<Character, Size> sizes = new TreeMap<>();

  private Einsum(String call) {
    this.call = call;
  }

  static Tensor of(String equation, Tensor... operands) {
    var shapes =
        Stream.of(operands)
            .map(x ->
                (x.elementType() == ElementType.FLOAT ? "" : x.elementType() + " ") + x.shape())
            .map(", "::concat)
            .collect(Collectors.joining());
    return new Einsum("einsum(\"" + equation + "\"" + shapes + ")")
        .evaluate(equation.replace(" ", ""), operands);
  }

  private Tensor evaluate(String equation, Tensor... operands) {
    if (!EQUATION.matcher(equation).matches()) {
      throw mistake(
          "an equation names the axes of each operand by letters, and after -> those of the"
              + " result, as \"ij,jk->ik\"; \"...\" stands once for any axes");
    }
    int arrow = equation.indexOf("->");
    var terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    if (terms.length != operands.length) {
      throw mistake(
          "needs as many operands as terms between commas, "
              + terms.length
              + ", got "
              + operands.length);
    }
    for (var x : operands) {
      if (!x.elementType().isFloating() || x.elementType() != operands[0].elementType()) {
        throw mistake("operands must be FLOAT or DOUBLE, all of one type; to(...) converts");
      }
    }
    var named = new ArrayList<Named>();
    for (int i = 0; i < terms.length; i++) {
      named.add(named("operand " + i + " (" + terms[i] + ")", terms[i], operands[i]));
    }
    String result = arrow < 0 ? implied(named) : required(equation.substring(arrow + 2));
    return evaluate(named, result);
  }

  private Tensor evaluate(List<Named> operands, String result) {
    var left = operands.getFirst();
    for (int i = 1; i < operands.size(); i++) {
      var later = operands.subList(i + 1, operands.size()).stream().map(Named::axes);
      left = product(left, operands.get(i), result + later.collect(Collectors.joining()));
    }
    return arranged(reduced(left, result), result);
  }

  private Named named(String operand, String term, Tensor x) {
    boolean open = term.contains("...");
    int letters = term.length() - (open ? 3 : 0);
    int rest = x.shape().rank() - letters;
    if (rest < 0 || (!open && rest > 0)) {
      throw mistake(
          operand
              + (" must have a letter for each of the " + x.shape().rank())
              + (" axes of " + x.shape() + ", got " + letters));
    }
    String axes = term.replace("...", ellipsis(rest));
    for (int axis = 0; axis < axes.length(); axis++) {
      int size = x.shape().size(axis);
      char name = axes.charAt(axis);
      var seen = sizes.putIfAbsent(name, new Size(size, operand));
      if (seen != null && seen.size != size) {
        throw mistake(
            (name < ELLIPSIS
                    ? String.valueOf(name)
                    : "axis -" + (name - ELLIPSIS + 1) + " of \"...\"")
                + (" is " + seen.size + " in " + seen.operand + " and ")
                + (size + " in " + operand));
      }
    }
    return new Named(axes, x);
  }

  private static String ellipsis(int axes) {
    return IntStream.range(0, axes)
        .mapToObj(i -> String.valueOf((char) (ELLIPSIS + axes - 1 - i)))
        .collect(Collectors.joining());
  }

  /** All axes of an ellipsis, wherever it stood. */
  private String ellipsis() {
    return ellipsis((int) sizes.keySet().stream().filter(name -> name >= ELLIPSIS).count());
  }

  /** Without an arrow: the ellipsis, then the letters that stand once, in alphabetical order. */
  private String implied(List<Named> operands) {
    String all = operands.stream().map(Named::axes).collect(Collectors.joining());
    return ellipsis()
        + sizes.keySet().stream()
            .filter(name -> name < ELLIPSIS && all.indexOf(name) == all.lastIndexOf(name))
            .map(String::valueOf)
            .collect(Collectors.joining());
  }

  private String required(String term) {
    String axes = term.replace("...", ellipsis());
    for (int i = 0; i < axes.length(); i++) {
      char name = axes.charAt(i);
      if (!sizes.containsKey(name)) {
        throw mistake("the result names " + name + ", which no operand has");
      }
      if (axes.indexOf(name) < i) {
        throw mistake("the result names " + name + " twice");
      }
    }
    return axes;
  }

  /** The product of two tensors, summed over all axes but those to keep. */
  private Named product(Named first, Named second, String kept) {
    var a = reduced(first, kept + second.axes);
    var b = reduced(second, kept + first.axes);
    String batch = where(a.axes, name -> has(b.axes, name) && has(kept, name));
    String summed = where(a.axes, name -> has(b.axes, name) && !has(kept, name));
    String rows = where(a.axes, name -> !has(b.axes, name));
    String columns = where(b.axes, name -> !has(a.axes, name));
    String axes = batch + rows + columns;
    if (summed.isEmpty() || axes.equals(batch)) {
      var product = spread(a, axes + summed).times(spread(b, axes + summed));
      return reduced(new Named(axes + summed, product), axes);
    }
    boolean transposeLeft = !rows.isEmpty() && a.axes.equals(batch + summed + rows);
    boolean transposeRight = !columns.isEmpty() && b.axes.equals(batch + columns + summed);
    var left = transposeLeft ? matrices(a, batch, summed, rows) : matrices(a, batch, rows, summed);
    var right =
        transposeRight ? matrices(b, batch, columns, summed) : matrices(b, batch, summed, columns);
    var product = new Contraction.Matmul(transposeLeft, transposeRight).apply(left, right);
    return new Named(axes, product.reshape(shape(axes)));
  }

  /** One matrix for all axes of a batch: [B, M, N], or [M, N] if there is no batch. */
  private Tensor matrices(Named x, String batch, String rows, String columns) {
    int[] matrix = {count(rows), count(columns)};
    return arranged(x, batch + rows + columns)
        .reshape(batch.isEmpty() ? Shape.of(matrix) : Shape.of(count(batch), matrix[0], matrix[1]));
  }

  /** The axes in a given order, with size 1 where the tensor has none. */
  private Tensor spread(Named x, String axes) {
    int[] spread = axes.chars().map(name -> has(x.axes, name) ? size(name) : 1).toArray();
    return arranged(x, where(axes, name -> has(x.axes, name))).reshape(Shape.of(spread));
  }

  private static Tensor arranged(Named x, String axes) {
    return x.values.permute(axes.chars().map(x.axes::indexOf).toArray());
  }

  /** Letters that stand twice become one, and axes that nobody needs are summed. */
  private Named reduced(Named operand, String kept) {
    var x = diagonal(operand);
    int[] summed =
        IntStream.range(0, x.axes.length()).filter(i -> !has(kept, x.axes.charAt(i))).toArray();
    return summed.length == 0
        ? x
        : new Named(where(x.axes, name -> has(kept, name)), x.values.sum(summed));
  }

  /** Where two axes have one name, the elements whose indices are equal: every (n + 1)-th. */
  private static Named diagonal(Named x) {
    int first = 0;
    while (first < x.axes.length() && x.axes.lastIndexOf(x.axes.charAt(first)) == first) {
      first++;
    }
    if (first == x.axes.length()) {
      return x;
    }
    char name = x.axes.charAt(first);
    int second = x.axes.lastIndexOf(name);
    var shape = x.values.shape();
    int n = shape.size(first);
    var others = IntStream.range(0, shape.rank()).boxed().collect(Collectors.toList());
    others.removeAll(List.of(first, second));
    var names = new StringBuilder();
    var order = IntStream.builder();
    var square = IntStream.builder();
    for (int axis : others) {
      names.append(x.axes.charAt(axis));
      order.add(axis);
      square.add(shape.size(axis));
    }
    int[] last = order.add(first).add(second).build().toArray(); // [..., n, n]
    int[] flat = square.add(n * n).build().toArray();
    var row = x.values.permute(last).reshape(Shape.of(flat)).slice(-1, 0, n * n, n + 1);
    return diagonal(new Named(names.append(name).toString(), row));
  }

  private Shape shape(String axes) {
    return Shape.of(axes.chars().map(this::size).toArray());
  }

  private int count(String axes) {
    return Tensor.length(shape(axes));
  }

  private int size(int name) {
    return Objects.requireNonNull(sizes.get((char) name)).size;
  }

  private static boolean has(String axes, int name) {
    return axes.indexOf(name) >= 0;
  }

  private static String where(String axes, IntPredicate condition) {
    return axes.chars()
        .filter(condition)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  private ShapeException mistake(String why) {
    return new ShapeException(call, why);
  }
}
