package io.atelier.nn;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Window;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A network written as one line of text: {@code 784-1000relu-10}, {@code conv10x5relu-pool2-10}.
 *
 * <p>A plan, without weights: {@link #create} makes the layers.
 *
 * @param inputs the number of input values, if the line begins with it; else the data decides
 * @param items what follows, in order
 */
public record Architecture(OptionalInt inputs, List<Item> items) implements Plan {
  /** The grammar, for a reader at a terminal. */
  public static final String GRAMMAR =
      """
      A network is a line of items, separated by - or blanks:

        784-1000relu-10          784 inputs, a hidden layer of 1000 units, 10 outputs
        784-512relu-dropout0.5-10
        conv10x5relu-pool2-conv20x5relu-pool2-128relu-10
        conv32x3p1-bn-relu-conv64x3s2p1-bn-relu-gap-10

        INPUTS              a number at the very beginning: how many values one example has.
                            A line that begins otherwise takes examples as the data has them,
                            images as [channels, rows, columns]
        UNITS[ACTIVATION]   a fully connected layer with this many outputs, at most 1,000,000,000;
                            the first one flattens what comes before it
        convCxK[OPTIONS][ACTIVATION]
                            a convolution to C channels by windows of K x K
        poolK[OPTIONS]      the largest value of each window of K x K; moves by K
        avgpoolK[OPTIONS]   the mean of each window
        gap                 the mean of each whole channel
        bn  ln  in          normalisation: of each channel over the batch, of the last axis, of each
                            channel of an image
        dropoutP            in training, drops each value with probability P, 0 <= P < 1
        flatten             all values of an example in one row
        ACTIVATION          sigmoid, relu, gelu, softplus, elu, selu, tanh

        OPTIONS             sN stride, pN padding at all edges, same (padded so that the size stays at
                            stride 1, as in pool3s1same), dN dilation, gN groups, nobias (these two
                            of conv), as in conv64x3s2p1

      The last layer has one output for each class and no activation: the loss is applied to it.
      """;

  /** One item of the line: a plan of a layer, or a layer that needs none. */
  public sealed interface Item extends Layer
      permits Activation,
          AveragePool,
          Dense,
          Dropout,
          Filters,
          Flatten,
          GlobalAveragePool,
          MaxPool,
          Norm {}

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no line of text for an item: one with a window
   *     that is not square, with other unequal padding than {@code same}, or a mean of the values
   *     inside only
   */
  public Architecture {
    items = List.copyOf(items);
    for (var item : items) {
      if (!isSayable(item)) {
        throw new IllegalArgumentException(
            "a line of text has square windows, padded alike at all edges or same, and means that"
                + " count padding; not "
                + item);
      }
    }
  }

  private static boolean isSayable(Item item) {
    return switch (item) {
      case AveragePool pool -> pool.countsPadding() && isSayable(pool.window());
      case Filters filters -> isSayable(filters.window());
      case MaxPool pool -> isSayable(pool.window());
      case Activation _, Dense _, Dropout _, Flatten _, GlobalAveragePool _, Norm _ -> true;
    };
  }

  /** Whether the numbers along the first axis are all there is to say. */
  private static boolean isSayable(Window window) {
    var square =
        Window.of(window.sizeAlong(0))
            .stride(window.strideAlong(0))
            .dilation(window.dilationAlong(0));
    int padding = window.paddingBefore(0);
    return Stream.of(square.padding(padding), square.same())
        .anyMatch(said -> said.over(2).equals(window.over(2)));
  }

  /**
   * Reads a line of text.
   *
   * @throws SyntaxException with the place of the first thing that is not understood
   */
  public static Architecture parse(String text) {
    return new ArchitectureParser(text).parse();
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

  /**
   * The layers of a line that begins with its inputs, with new random weights (made when they are
   * first read).
   *
   * @throws IllegalStateException if the line leaves the inputs to the data
   */
  public Sequential create(Rng rng) {
    return create(
        Shape.of(
            inputs.orElseThrow(() ->
                new IllegalStateException(this + " takes its inputs from the data: give a shape"))),
        rng);
  }

  /**
   * The layers for examples of this shape, with new random weights (made when they are first read).
   *
   * @param input the shape of an example: the inputs of the line if it begins with them
   * @throws ShapeException if a layer does not fit what comes before it
   */
  @Override
  public Sequential create(Shape input, Rng rng) {
    if (inputs.isPresent() && !input.equals(Shape.of(inputs.getAsInt()))) {
      throw new ShapeException(
          this + " of " + input, "begins with " + inputs.getAsInt() + " inputs");
    }
    var layers = new ArrayList<Layer>();
    boolean flat = inputs.isPresent();
    for (var item : items) {
      if (item instanceof Dense && !flat) {
        layers.add(new Flatten());
      }
      layers.add(item);
      flat |= item instanceof Dense || item instanceof Flatten || item instanceof GlobalAveragePool;
    }
    return Sequential.create(input, rng, layers.toArray(Layer[]::new));
  }

  /** The line of text that {@link #parse} reads. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    inputs.ifPresent(text::append);
    Item before = null;
    for (var item : items) {
      boolean behind =
          item instanceof Activation && (before instanceof Dense || before instanceof Filters);
      text.append(behind || text.isEmpty() ? "" : "-").append(text(item));
      before = item;
    }
    return text.toString();
  }

  private static String text(Item item) {
    return switch (item) {
      case Activation activation -> activation.toString();
      case AveragePool pool -> "avgpool" + pooling(pool.window());
      case Dense(int units) -> Integer.toString(units);
      case Dropout(double probability) ->
          "dropout" + BigDecimal.valueOf(probability).toPlainString();
      case Filters filters ->
          "conv"
              + filters.filters()
              + "x"
              + filters.window().sizeAlong(0)
              + option("s", filters.window().strideAlong(0), 1)
              + options(filters.window())
              + option("g", filters.groups(), 1)
              + (filters.biased() ? "" : ArchitectureParser.UNBIASED);
      case Flatten _ -> "flatten";
      case GlobalAveragePool _ -> "gap";
      case MaxPool pool -> "pool" + pooling(pool.window());
      case Norm norm ->
          switch (norm) {
            case BATCH -> "bn";
            case LAYER -> "ln";
            case INSTANCE -> "in";
          };
    };
  }

  private static String pooling(Window window) {
    return window.sizeAlong(0)
        + option("s", window.strideAlong(0), window.sizeAlong(0))
        + options(window);
  }

  private static String options(Window window) {
    var padding =
        window.paddingBefore(0) == window.paddingAfter(0)
            ? option("p", window.paddingBefore(0), 0)
            : "same";
    return padding + option("d", window.dilationAlong(0), 1);
  }

  private static String option(String name, int value, int usual) {
    return value == usual ? "" : name + value;
  }
}
