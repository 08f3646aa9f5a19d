package io.atelier.nn;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A network as a table of layers, counted without making a weight.
 *
 * @param input the shape of an example
 * @param rows a row for each layer, in order
 */
public record Summary(Shape input, List<Row> rows) {
  /**
   * One layer.
   *
   * @param path of the layer, {@code 0} or {@code layer1.0}
   * @param name of the layer, {@code fully connected}
   * @param output the shape of its output for one example
   * @param parameters the number of trained values
   * @param field how many rows and columns of the input one output value depends on, the receptive
   *     field; 0 where a layer before looks at everything, or is not known
   */
  public record Row(String path, String name, Shape output, long parameters, int field) {}

  /** Copies the list. */
  public Summary {
    rows = List.copyOf(rows);
  }

  /**
   * The table of a network.
   *
   * @param input the shape of one example
   */
  public static Summary of(Layer model, Shape input) {
    var walk = new Walk(input);
    walk.add("", model);
    return new Summary(input, walk.rows);
  }

  /** The number of trained values. */
  public long parameters() {
    return rows.stream().mapToLong(Row::parameters).sum();
  }

  /** The shape of the network's output. */
  public Shape output() {
    return rows.isEmpty() ? input : rows.getLast().output();
  }

  /** Follows an example through the layers. */
  private static final class Walk {
    private final List<Row> rows = new ArrayList<>();
    private Shape shape;
    private int field;
    private int jump = 1; // columns of the input between two neighbours

    Walk(Shape input) {
      shape = input;
      field = input.rank() > 1 ? 1 : 0;
    }

    void add(String path, Layer layer) {
      if (layer instanceof Stages composed) {
        composed.stages().forEach((name, stage) -> add(Parts.join(path, name), stage));
        return;
      }
      var before = shape;
      shape = layer.output(shape);
      var window = window(layer);
      if (window != null && field > 0) {
        field += (window.reach(0) - 1) * jump;
        jump *= window.strideAlong(0);
      } else if (shape.rank() < 2 || !isPointwise(layer, before)) {
        field = 0;
      }
      rows.add(new Row(path, name(layer), shape, Modules.count(layer), field));
    }

    /** Whether each output value depends on the values at its own place only. */
    private boolean isPointwise(Layer layer, Shape before) {
      return before.equals(shape)
          && (layer instanceof Activation
              || layer instanceof BatchNorm
              || layer instanceof Dropout);
    }

    private static @Nullable Window window(Layer layer) {
      return switch (layer) {
        case Convolution convolution -> convolution.window();
        case MaxPool pool -> pool.window();
        case AveragePool pool -> pool.window();
        default -> null;
      };
    }

    private static String name(Layer layer) {
      return switch (layer) {
        case Linear _ -> "fully connected";
        case Convolution convolution ->
            "convolution " + text(convolution.window(), 1) + groups(convolution);
        case MaxPool pool -> "max pool " + text(pool.window(), pool.window().sizeAlong(0));
        case AveragePool pool -> "average pool " + text(pool.window(), pool.window().sizeAlong(0));
        case GlobalAveragePool _ -> "global average";
        case BatchNorm _ -> "batch norm";
        case LayerNorm _ -> "layer norm";
        case InstanceNorm _ -> "instance norm";
        case Flatten _ -> "flatten";
        case Dropout(var probability) -> "dropout " + probability;
        case Activation activation -> activation.toString();
        case Record module -> words(module.getClass().getSimpleName());
        default -> layer.toString();
      };
    }

    private static String groups(Convolution convolution) {
      return convolution.groups() == 1 ? "" : " g" + convolution.groups();
    }

    /** {@code 3x3 s2 p1}, in the letters of {@link Architecture}. */
    private static String text(Window window, int usualStride) {
      int size = window.sizeAlong(0);
      int padding = window.paddingBefore(0);
      var text = new StringBuilder().append(size).append('x').append(window.over(2).sizeAlong(1));
      text.append(window.strideAlong(0) == usualStride ? "" : " s" + window.strideAlong(0));
      text.append(padding == 0 && window.paddingAfter(0) == 0 ? "" : " p" + padding);
      text.append(padding == window.paddingAfter(0) ? "" : "/" + window.paddingAfter(0));
      return text.append(window.dilationAlong(0) == 1 ? "" : " d" + window.dilationAlong(0))
          .toString();
    }

    /** {@code BasicBlock} as {@code basic block}. */
    private static String words(String name) {
      return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }
  }
}
