package io.atelier.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A tensor as text: nested brackets, columns aligned, one format for all its numbers.
 *
 * <p>The rules are those of PyTorch's {@code print}: 4 decimals; powers of ten if the largest
 * number is above 10^8 or 1,000 times the smallest, or the smallest is below 10^-4 (in size, zeros
 * and infinities aside); above 1,000 elements the first and last 3 of each axis; lines of 80. Only
 * that whole values of a floating type are shown with their decimals too.
 */
final class Printer {
  private static final int MOST_ELEMENTS = 1000;
  private static final int EDGE = 3;
  private static final int LINE = 80;
  private static final String BEGIN = "tensor(";
  private static final String GAP = "...";

  private final Tensor tensor;
  private final boolean shortened;

  /** For each element that is shown its text, in order. */
  private final List<String> texts;

  private final int width;

  /** How many of the texts have been written. */
  private int written;

  private Printer(Tensor tensor) {
    this.tensor = tensor;
    this.shortened = tensor.count() > MOST_ELEMENTS;
    var places = new ArrayList<Integer>();
    collect(0, 0, places);
    this.texts = texts(tensor, places);
    this.width = texts.stream().mapToInt(String::length).max().orElse(0);
  }

  static String print(Tensor tensor) {
    String values = tensor.count() == 0 ? "[]" : new Printer(tensor).text(0);
    return BEGIN + values + ", " + tensor.elementType() + " " + tensor.shape() + ")";
  }

  /** The indices along an axis that are shown. */
  private int[] shown(int axis) {
    int size = tensor.shape().size(axis);
    return shortens(axis)
        ? IntStream.concat(IntStream.range(0, EDGE), IntStream.range(size - EDGE, size)).toArray()
        : IntStream.range(0, size).toArray();
  }

  private boolean shortens(int axis) {
    return shortened && tensor.shape().size(axis) > 2 * EDGE;
  }

  /** The places of the elements that are shown, in order. */
  private void collect(int axis, int place, List<Integer> places) {
    if (axis == tensor.shape().rank()) {
      places.add(place);
      return;
    }
    for (int i : shown(axis)) {
      collect(axis + 1, place * tensor.shape().size(axis) + i, places);
    }
  }

  private static List<String> texts(Tensor x, List<Integer> places) {
    return switch (x.elementType()) {
      case INT, LONG -> places.stream().map(i -> Long.toString(x.whole(i))).toList();
      case BOOL -> places.stream().map(i -> x.whole(i) == 1 ? "true" : "false").toList();
      case FLOAT, DOUBLE -> {
        double[] sizes =
            places.stream()
                .mapToDouble(i -> Math.abs(x.number(i)))
                .filter(size -> size > 0 && size < Double.POSITIVE_INFINITY)
                .sorted()
                .toArray();
        double least = sizes.length == 0 ? 1 : sizes[0];
        double largest = sizes.length == 0 ? 1 : sizes[sizes.length - 1];
        boolean powers = largest > 1000 * least || largest > 1e8 || least < 1e-4;
        yield places.stream().map(i -> text(x.number(i), powers ? "%.4e" : "%.4f")).toList();
      }
    };
  }

  private static String text(double value, String format) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return String.format(Locale.ROOT, format, value);
  }

  /** What stands from an axis on inside one pair of brackets. */
  private String text(int axis) {
    int rank = tensor.shape().rank();
    if (axis == rank) {
      String text = texts.get(written++);
      return " ".repeat(width - text.length()) + text;
    }
    var parts = new ArrayList<String>();
    for (int i = shown(axis).length; i > 0; i--) {
      if (i == EDGE && shortens(axis)) {
        parts.add(GAP);
      }
      parts.add(text(axis + 1));
    }
    String indent = " ".repeat(BEGIN.length() + axis + 1);
    String between = axis == rank - 1 ? ", " : "," + "\n".repeat(rank - 1 - axis) + indent;
    int perLine = Math.max(1, (LINE - BEGIN.length() - axis) / (width + 2));
    if (axis < rank - 1 || parts.size() <= perLine) {
      return "[" + String.join(between, parts) + "]";
    }
    var lines = new ArrayList<String>();
    for (int from = 0; from < parts.size(); from += perLine) {
      lines.add(String.join(between, parts.subList(from, Math.min(from + perLine, parts.size()))));
    }
    return "[" + String.join(",\n" + indent, lines) + "]";
  }
}
