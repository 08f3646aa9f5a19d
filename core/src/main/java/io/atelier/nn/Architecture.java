package io.atelier.nn;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A network written as one line of text: {@code 784-1000relu-10}.
 *
 * <p>A plan, without weights: {@link #create} makes the layers.
 *
 * @param inputs the number of input values
 * @param items what follows, in order
 */
public record Architecture(int inputs, List<Item> items) {
  /** The grammar, for a reader at a terminal. */
  public static final String GRAMMAR =
      """
      A network is a line of items, separated by - or blanks:

        784-1000relu-10          784 inputs, a hidden layer of 1000 units, 10 outputs
        784-128relu-64tanh-10    two hidden layers
        784-512relu-dropout0.5-10

        INPUTS              a number: how many values one example has; it comes first
        UNITS[ACTIVATION]   a fully connected layer with this many outputs, at most 1,000,000,000;
                            the activation follows it without a space
        dropoutP            in training, drops each value with probability P, 0 <= P < 1

      Activations: sigmoid, relu, gelu, softplus, elu, selu, tanh.
      The last layer has one output for each class and no activation: the loss is applied to it.
      """;

  /** The most units that a layer may have. */
  private static final int LARGEST = 1_000_000_000;

  /** One item of the line: a plan of a layer, or a layer that needs none. */
  public sealed interface Item extends Layer permits Dense, Activation, Dropout {}

  /** Copies the list. */
  public Architecture {
    items = List.copyOf(items);
  }

  /**
   * Reads a line of text.
   *
   * @throws SyntaxException with the place of the first thing that is not understood
   */
  public static Architecture parse(String text) {
    return new Parser(text).parse();
  }

  /** The number of outputs: the units of the last layer. */
  public int outputs() {
    int outputs = inputs;
    for (var item : items) {
      if (item instanceof Dense(int units)) {
        outputs = units;
      }
    }
    return outputs;
  }

  /** The same network with dropout after each hidden activation. */
  public Architecture withDropout(double probability) {
    if (probability == 0) {
      return this;
    }
    var dropout = new Dropout(probability);
    return new Architecture(
        inputs,
        items.stream()
            .flatMap(
                item -> item instanceof Activation ? Stream.of(item, dropout) : Stream.of(item))
            .toList());
  }

  /** The layers, with new random weights (made when they are first read). */
  public Sequential create(Rng rng) {
    return Sequential.create(Shape.of(inputs), rng, items.toArray(Layer[]::new));
  }

  /** The line of text that {@link #parse} reads. */
  @Override
  public String toString() {
    var text = new StringBuilder().append(inputs);
    for (var item : items) {
      switch (item) {
        case Dense(int units) -> text.append('-').append(units);
        case Activation activation -> text.append(activation.toString());
        case Dropout(double probability) -> text.append("-dropout").append(probability);
      }
    }
    return text.toString();
  }

  /**
   * One line of the table of a network.
   *
   * @param name of the layer, {@code Linear}
   * @param path of its parameters, {@code 0}
   * @param output the shape of its output for one example
   * @param parameters the number of trained values
   */
  public record Row(String name, String path, Shape output, long parameters) {}

  /** The network as a table of layers, counted without making a weight. */
  public List<Row> rows() {
    var rows = new ArrayList<Row>();
    var shape = Shape.of(inputs);
    var layers = create(Rng.of(0)).layers();
    for (int i = 0; i < layers.size(); i++) {
      var layer = layers.get(i);
      shape = layer.output(shape);
      var name =
          switch (layer) {
            case Linear _ -> "fully connected";
            case Dropout(var probability) -> "dropout " + probability;
            default -> layer.toString();
          };
      rows.add(new Row(name, Integer.toString(i), shape, Modules.count(layer)));
    }
    return rows;
  }

  /** Reads a line from left to right. */
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    Architecture parse() {
      skipSeparators();
      int inputs = number("the number of inputs");
      var items = new ArrayList<Item>();
      int layers = 0;
      while (separator()) {
        if (text.startsWith("dropout", at)) {
          at += "dropout".length();
          items.add(new Dropout(probability()));
        } else {
          items.add(Dense.of(number("a number of units, or dropout")));
          layers++;
          if (at < text.length() && Character.isLetter(text.charAt(at))) {
            items.add(activation());
          }
        }
      }
      if (at < text.length()) {
        throw error(at, "expected - or a blank before this");
      }
      if (layers == 0) {
        throw error(at, "a network needs at least one layer after its inputs, as in 784-10");
      }
      return new Architecture(inputs, items);
    }

    /** Whether another item follows; moves to its beginning. */
    private boolean separator() {
      int before = at;
      skipSeparators();
      if (at == text.length()) {
        if (at > before && text.charAt(at - 1) == '-') {
          throw error(at, "expected another layer after the last -");
        }
        return false;
      }
      return at > before;
    }

    private void skipSeparators() {
      while (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == ' ')) {
        at++;
      }
    }

    private int number(String what) {
      int from = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      if (at == from) {
        throw error(from, "expected " + what);
      }
      String digits = text.substring(from, at);
      long value = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
      if (value < 1 || value > LARGEST) {
        throw error(from, "expected a number from 1 to 1,000,000,000");
      }
      return (int) value;
    }

    private Activation activation() {
      int from = at;
      while (at < text.length() && Character.isLetter(text.charAt(at))) {
        at++;
      }
      String name = text.substring(from, at);
      for (var activation : Activation.values()) {
        if (activation.toString().equals(name.toLowerCase(Locale.ROOT))) {
          return activation;
        }
      }
      String known =
          Stream.of(Activation.values())
              .map(Activation::toString)
              .collect(Collectors.joining(", "));
      throw error(from, "unknown activation " + name + "; known are " + known);
    }

    private double probability() {
      int from = at;
      while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
      try {
        double value = Double.parseDouble(text.substring(from, at));
        if (value < 1) {
          return value;
        }
      } catch (NumberFormatException _) {
        // said below
      }
      throw error(from, "expected a probability of at least 0 and below 1, as in dropout0.5");
    }

    private SyntaxException error(int place, String problem) {
      return new SyntaxException(text, place, problem);
    }
  }
}
