package io.atelier.nn;

import io.atelier.tensor.Buffer;
import io.atelier.tensor.Cell;
import io.atelier.tensor.Parameter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Draws a model as a tree: a line for each layer, what is inside it indented. */
final class Description {
  private final IdentityHashMap<Cell, String> known = new IdentityHashMap<>();

  /** A node; one that has layers inside takes several lines. */
  String of(String path, @Nullable Object node) {
    return switch (node) {
      case Sequential sequential -> block("Sequential", lines("(%s): %s", path, sequential));
      case List<?> list -> block("List", lines("(%s): %s", path, list));
      case Record module -> {
        var name = module.getClass().getSimpleName();
        boolean flat =
            Parts.of(module).values().stream().allMatch(part -> Parts.of(part).isEmpty());
        yield flat
            ? name + "(" + String.join(", ", lines("%s=%s", path, module)) + ")"
            : block(name, lines("(%s): %s", path, module));
      }
      case Cell cell -> cell(path, cell);
      case Enum<?> constant -> constant.toString();
      case Layer function -> name(function.getClass());
      case null, default -> String.valueOf(node);
    };
  }

  private static String block(String name, List<String> lines) {
    return name + "(\n" + String.join("\n", lines).indent(2) + ")";
  }

  private List<String> lines(String format, String path, Object node) {
    var lines = new ArrayList<String>();
    Parts.of(node)
        .forEach(
            (name, part) -> lines.add(format.formatted(name, of(Parts.join(path, name), part))));
    return lines;
  }

  private static String name(Class<?> type) {
    return type.isHidden() || type.isAnonymousClass() ? "function" : type.getSimpleName();
  }

  private String cell(String path, Cell cell) {
    var first = known.putIfAbsent(cell, path);
    var text =
        switch (cell) {
          case Parameter parameter -> parameter.shape().toString();
          case Buffer buffer -> buffer.toString();
        };
    return first == null ? text : text + " (the same as " + first + ")";
  }
}
