package io.atelier.tensor;

import io.atelier.kernel.Convolver;
import io.atelier.kernel.Convolver.Axis;
import io.atelier.kernel.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Convolution of images and signals by small windows of weights, and its transpose. */
sealed interface Convolution permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** {@link #convolution(Tensor, Tensor, Window, int)} without bias, in one group. */
  default Tensor convolution(Tensor weight, Window window) {
    return convolution(weight, null, window, 1);
  }

  /** {@link #convolution(Tensor, Tensor, Window, int)} in one group. */
  default Tensor convolution(Tensor weight, Tensor bias, Window window) {
    return convolution(weight, bias, window, 1);
  }

  /**
   * What a window of weights sees at each of its places: {@code y[n, f, i, j] = b[f] + sum over c,
   * u, v of w[f, c, u, v] x[n, c, i s + u d - p, j s + v d - p]}, with stride {@code s}, dilation
   * {@code d} and padding {@code p} by zeros. (Cross-correlation, as everybody calls convolution.)
   *
   * <p>Shapes: x [N, C, H, W] or [N, C, L]; weight [F, C/groups, h, w] or [F, C/groups, l]; bias
   * [F]; y [N, F, H', W'] or [N, F, L'], sizes by {@link Window#outputs}.
   *
   * <p>Source: LeCun and others 1989, "Backpropagation applied to handwritten zip code
   * recognition".
   *
   * @param bias added to every place, or null
   * @param groups parts of the channels that are seen by a part of the filters each; as many as
   *     channels is a depth-wise convolution
   * @throws ShapeException if the shapes do not fit each other or the window
   */
  default Tensor convolution(Tensor weight, @Nullable Tensor bias, Window window, int groups) {
    return convolved(self(), weight, bias, new Convolve(window, groups, false));
  }

  /**
   * A convolution and ReLU at once, {@code max(y, 0)}, with the bits of {@link #convolution(Tensor,
   * Tensor, Window, int)} and {@link Tensor#relu} and one pass over memory less in each direction.
   */
  default Tensor convolutionRelu(Tensor weight, @Nullable Tensor bias, Window window, int groups) {
    return convolved(self(), weight, bias, new Convolve(window, groups, true));
  }

  private static Tensor convolved(
      Tensor x, Tensor weight, @Nullable Tensor bias, Convolve operation) {
    if (x.shape().rank() == 3 && weight.shape().rank() == 3) {
      var line = line(operation.window, () -> operation.call(operands(x, weight, bias)));
      var seen = new Convolve(line, operation.groups, operation.rectified);
      return convolved(image(x), image(weight), bias, seen).squeeze(2);
    }
    return operation.apply(operands(x, weight, bias));
  }

  private static Tensor[] operands(Tensor x, Tensor weight, @Nullable Tensor bias) {
    return bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias};
  }

  /** A signal as an image of one row: [N, C, L] -> [N, C, 1, L]. */
  private static Tensor image(Tensor x) {
    var shape = x.shape();
    return x.reshape(shape.size(0), shape.size(1), 1, shape.size(2));
  }

  /** A window on a signal as one on an image of one row. */
  private static Window line(Window window, Supplier<String> call) {
    var along = window.over(1, call);
    return new Window(
        List.of(1, along.sizeAlong(0)),
        List.of(1, along.strideAlong(0)),
        List.of(1, along.dilationAlong(0)),
        List.of(0, along.paddingBefore(0)),
        List.of(0, along.paddingAfter(0)));
  }

  /** {@link #transposedConvolution(Tensor, Tensor, Window, int, int...)} in one group. */
  default Tensor transposedConvolution(Tensor weight, @Nullable Tensor bias, Window window) {
    return transposedConvolution(weight, bias, window, 1);
  }

  /**
   * The transpose of a convolution, which makes images larger: each element of x spreads the
   * weights over the places that it would be seen from. It is the derivative of a convolution with
   * respect to its input.
   *
   * <p>Shapes: x [N, C, H, W] or [N, C, L]; weight [C, F/groups, h, w] or [C, F/groups, l]; bias
   * [F]; y [N, F, H', W'] or [N, F, L'] with {@code H' = (H - 1) stride + reach - padding + extra}.
   *
   * <p>Source: Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning",
   * section 4.
   *
   * @param bias added to every place, or null
   * @param extra rows and columns more at the end, each below the stride; none by default
   * @throws ShapeException if the shapes do not fit each other or the window
   */
  default Tensor transposedConvolution(
      Tensor weight, @Nullable Tensor bias, Window window, int groups, int... extra) {
    var operation =
        new TransposedConvolve(
            window,
            groups,
            extra.length == 0 ? 0 : extra[0],
            extra.length == 0 ? 0 : extra[extra.length - 1]);
    boolean signal = self().shape().rank() == 3 && weight.shape().rank() == 3;
    if (extra.length > (signal ? 1 : 2)) {
      throw new ShapeException(
          operation.call(operands(self(), weight, bias)),
          "takes one extra number for each axis of "
              + (signal ? "a signal" : "an image")
              + ", got "
              + Arrays.toString(extra));
    }
    if (signal) {
      var line = line(window, () -> operation.call(operands(self(), weight, bias)));
      int[] along = extra.length == 0 ? extra : new int[] {0, extra[0]};
      return image(self())
          .transposedConvolution(image(weight), bias, line, groups, along)
          .squeeze(2);
    }
    var result = operation.apply(self(), weight);
    if (bias == null) {
      return result;
    }
    if (!bias.shape().equals(Shape.of(result.shape().size(1)))) {
      throw new ShapeException(
          operation.call(self(), weight, bias),
          "the bias must have shape [" + result.shape().size(1) + "], got " + bias.shape());
    }
    return result.plus(bias.reshape(result.shape().size(1), 1, 1));
  }

  /** A convolution of images, or one of its derivatives: each is linear in both operands. */
  sealed interface Rule extends Op permits Convolve, TransposedConvolve, ConvolveWeight {
    /** The window, over two axes. */
    Window window();

    /** The number of groups. */
    int groups();

    /** Refuses what is no pair of images, and groups that do not divide both. */
    default void requireImages(Tensor... inputs) {
      requireFloating(inputs);
      for (int i = 0; i < 2; i++) {
        if (inputs[i].shape().rank() != 4) {
          throw new ShapeException(
              call(inputs),
              "images are [N, C, H, W] and weights [F, C/groups, h, w]; signals [N, C, L] and [F, C/groups, l]");
        }
      }
      if (groups() < 1) {
        throw new ShapeException(call(inputs), "groups must be at least 1, got " + groups());
      }
      window().over(2, () -> call(inputs));
    }

    /** The sizes of the kernel's axes, given those of the image and of the result. */
    default Convolver.Sizes sizes(Shape x, int filters, Shape y) {
      var over = window().over(2);
      var axes = new ArrayList<Axis>();
      for (int i = 0; i < 2; i++) {
        axes.add(
            new Axis(
                x.size(2 + i),
                over.sizeAlong(i),
                over.strideAlong(i),
                over.dilationAlong(i),
                over.paddingBefore(i),
                y.size(2 + i)));
      }
      return new Convolver.Sizes(x.size(0), x.size(1), filters, groups(), axes.get(0), axes.get(1));
    }

    /** Runs a kernel, and lets the step tell how long it took. */
    default void time(Convolver.Sizes sizes, Runnable kernel) {
      int count = sizes.batch() * sizes.groups();
      Step.time(count, sizes.groupFilters(), sizes.places(), sizes.depth(), false, false, kernel);
    }
  }

  /** How a window moves over images, as messages show it. */
  private static String rule(Window window, Shape image) {
    var text = new StringBuilder("the window ").append(window);
    return text.append(" does not fit into an image of ")
        .append(image.size(2))
        .append(" x ")
        .append(image.size(3))
        .toString();
  }

  /**
   * A convolution, with or without ReLU.
   *
   * <p>x [N, C, H, W], weight [F, C/groups, h, w], bias [F] or none -> [N, F, H', W']
   */
  record Convolve(Window window, int groups, boolean rectified) implements Rule {
    @Override
    public String name() {
      return rectified ? "convolutionRelu" : "convolution";
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireImages(inputs);
      var x = inputs[0].shape();
      var weight = inputs[1].shape();
      int filters = weight.size(0);
      if (x.size(1) != groups * weight.size(1) || filters % groups != 0) {
        throw new ShapeException(
            call(inputs),
            "the channels of x ("
                + x.size(1)
                + ") must be groups ("
                + groups
                + ") times the channels of the weight ("
                + weight.size(1)
                + "), and the filters ("
                + filters
                + ") divisible by groups"
                + "\n  rule: x [N, C, H, W], weight [F, C/groups, h, w] -> [N, F, H', W']");
      }
      var over = window.over(2);
      if (weight.size(2) != over.sizeAlong(0) || weight.size(3) != over.sizeAlong(1)) {
        throw new ShapeException(
            call(inputs), "the weight's last sizes must be those of the window " + window);
      }
      if (inputs.length > 2 && !inputs[2].shape().equals(Shape.of(filters))) {
        throw new ShapeException(
            call(inputs), "the bias must have shape [" + filters + "], got " + inputs[2].shape());
      }
      return outputs(this, window, x, filters, inputs);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      var weight = inputs[1];
      var bias = inputs.length > 2 ? inputs[2] : null;
      var sizes = sizes(x.shape(), shape.size(1), shape);
      if (x.elementType() == ElementType.FLOAT) {
        var y = Tensor.floats(shape);
        time(
            sizes,
            () ->
                Convolver.forward(
                    sizes,
                    x.floats(),
                    x.offset(),
                    weight.floats(),
                    weight.offset(),
                    bias == null ? null : bias.floats(),
                    bias == null ? 0 : bias.offset(),
                    rectified,
                    y.floats(),
                    y.offset()));
        return y;
      }
      double[] values = x.toDoubles();
      double[] weights = weight.toDoubles();
      double[] sums = new double[Tensor.length(shape)];
      Reference.convolve(sizes, (i, w, o) -> sums[o] += values[i] * weights[w]);
      var y = Tensor.wrap(sums, shape);
      y = bias == null ? y : y.plus(bias.detached().reshape(shape.size(1), 1, 1));
      return rectified ? y.relu() : y;
    }

    /**
     * {@code dx} is the transposed convolution of {@code dz} by the weights, {@code dw} a sum over
     * places and images, {@code db} the sum of {@code dz} over both, where {@code dz} is {@code
     * dy}, with ReLU {@code dy [y > 0]}.
     */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var sums = chain.upstream();
      var upstream = rectified ? sums.times(chain.output().positive()) : sums;
      var x = chain.input(0);
      var gradients = new ArrayList<@Nullable Tensor>();
      gradients.add(
          chain.needs(0)
              ? TransposedConvolve.to(x.shape(), upstream.shape(), window, groups)
                  .apply(upstream, chain.input(1))
              : null);
      gradients.add(chain.needs(1) ? new ConvolveWeight(window, groups).apply(x, upstream) : null);
      if (chain.inputs().size() > 2) {
        gradients.add(chain.needs(2) ? upstream.sum(0, 2, 3) : null);
      }
      return gradients;
    }

    static List<Sample> samples() {
      var samples = new ArrayList<Sample>();
      for (var sizes : ConvolutionSamples.all()) {
        samples.add(
            Sample.of(
                new Convolve(sizes.window(), sizes.groups(), false),
                Sample.uniform(-1, 1, sizes.image().toArray()),
                Sample.uniform(-1, 1, sizes.weight().toArray())));
      }
      for (boolean rectified : new boolean[] {false, true}) {
        samples.add(
            Sample.of(
                new Convolve(Window.of(3).padding(1), 2, rectified),
                Sample.uniform(-1, 1, 2, 4, 5, 7),
                Sample.uniform(-1, 1, 6, 2, 3, 3),
                Sample.uniform(-1, 1, 6)));
      }
      return samples;
    }
  }

  /** The shape of a convolution's result. */
  private static Shape outputs(Op op, Window window, Shape x, int filters, Tensor... inputs) {
    var over = window.over(2);
    int height = over.outputs(0, x.size(2));
    int width = over.outputs(1, x.size(3));
    if (height < 1 || width < 1) {
      throw new ShapeException(op.call(inputs), rule(window, x));
    }
    requirePadded(op, window, x, inputs);
    return Shape.of(x.size(0), filters, height, width);
  }

  /** Refuses an image that does not fit an array with its padding, as the kernel lays it out. */
  private static void requirePadded(Op op, Window window, Shape x, Tensor... inputs) {
    var over = window.over(2);
    long[] sides = new long[2];
    for (int axis = 0; axis < 2; axis++) {
      sides[axis] = (long) x.size(2 + axis) + over.paddingBefore(axis) + over.paddingAfter(axis);
    }
    double most = Integer.MAX_VALUE - 64.0 - sides[1]; // the kernel reads a row further
    if ((double) x.size(1) * sides[0] * sides[1] > most) {
      throw new ShapeException(
          op.call(inputs),
          "padded to [%d, %d, %d] an image does not fit a Java array"
              .formatted(x.size(1), sides[0], sides[1]));
    }
  }

  /**
   * The transpose of a convolution with respect to its images.
   *
   * <p>y [N, F, H', W'], weight [F, C/groups, h, w] -> [N, C, H, W]
   *
   * @param rows rows at the end that the window does not reach
   * @param columns columns at the end that the window does not reach
   */
  record TransposedConvolve(Window window, int groups, int rows, int columns) implements Rule {
    /** That from results of this shape to images of that one. */
    static TransposedConvolve to(Shape image, Shape result, Window window, int groups) {
      var over = window.over(2);
      return new TransposedConvolve(
          window,
          groups,
          (int) (image.size(2) - inputs(over, 0, result.size(2))),
          (int) (image.size(3) - inputs(over, 1, result.size(3))));
    }

    private static long inputs(Window over, int axis, int output) {
      return (output - 1L) * over.strideAlong(axis)
          + over.reach(axis)
          - over.paddingBefore(axis)
          - over.paddingAfter(axis);
    }

    @Override
    public String name() {
      return "transposedConvolution";
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireImages(inputs);
      var y = inputs[0].shape();
      var weight = inputs[1].shape();
      if (y.size(1) != weight.size(0) || y.size(1) % groups != 0) {
        throw new ShapeException(
            call(inputs),
            "the channels of x ("
                + y.size(1)
                + ") must be the first size of the weight ("
                + weight.size(0)
                + ") and divisible by groups ("
                + groups
                + ")"
                + "\n  rule: x [N, C, H, W], weight [C, F/groups, h, w] -> [N, F, H', W']");
      }
      var over = window.over(2);
      if (weight.size(2) != over.sizeAlong(0) || weight.size(3) != over.sizeAlong(1)) {
        throw new ShapeException(
            call(inputs), "the weight's last sizes must be those of the window " + window);
      }
      long height = inputs(over, 0, y.size(2)) + rows;
      long width = inputs(over, 1, y.size(3)) + columns;
      if (rows < 0
          || columns < 0
          || rows >= over.strideAlong(0)
          || columns >= over.strideAlong(1)) {
        throw new ShapeException(
            call(inputs),
            "the extra rows and columns (" + rows + ", " + columns + ") must be below the stride");
      }
      if (height < 1 || width < 1) {
        throw new ShapeException(
            call(inputs),
            "the result would be " + height + " x " + width + "; less padding makes it larger");
      }
      return Shape.of(
          y.size(0),
          weight.size(1) * groups,
          Shape.size(call(inputs), "makes an axis of", height),
          Shape.size(call(inputs), "makes an axis of", width));
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var y = inputs[0];
      var weight = inputs[1];
      var sizes = sizes(shape, y.shape().size(1), y.shape());
      if (y.elementType() == ElementType.FLOAT) {
        var x = Tensor.floats(shape);
        time(
            sizes,
            () ->
                Convolver.inputGradient(
                    sizes,
                    y.floats(),
                    y.offset(),
                    weight.floats(),
                    weight.offset(),
                    x.floats(),
                    x.offset()));
        return x;
      }
      double[] values = y.toDoubles();
      double[] weights = weight.toDoubles();
      double[] sums = new double[Tensor.length(shape)];
      Reference.convolve(sizes, (i, w, o) -> sums[i] += values[o] * weights[w]);
      return Tensor.wrap(sums, shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var upstream = chain.upstream();
      return Arrays.asList(
          chain.needs(0)
              ? new Convolve(window, groups, false).apply(upstream, chain.input(1))
              : null,
          chain.needs(1)
              ? new ConvolveWeight(window, groups).apply(upstream, chain.input(0))
              : null);
    }

    static List<Sample> samples() {
      var samples = new ArrayList<Sample>();
      for (var sizes : ConvolutionSamples.all()) {
        samples.add(
            Sample.of(
                to(sizes.image(), sizes.result(), sizes.window(), sizes.groups()),
                Sample.uniform(-1, 1, sizes.result().toArray()),
                Sample.uniform(-1, 1, sizes.weight().toArray())));
      }
      return samples;
    }
  }

  /**
   * The derivative of a convolution with respect to its weights.
   *
   * <p>x [N, C, H, W], y [N, F, H', W'] -> [F, C/groups, h, w]
   */
  record ConvolveWeight(Window window, int groups) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireImages(inputs);
      var x = inputs[0].shape();
      var y = inputs[1].shape();
      var over = window.over(2);
      var expected = outputs(this, window, x, y.size(1), inputs);
      if (!y.equals(expected) || x.size(1) % groups != 0 || y.size(1) % groups != 0) {
        throw new ShapeException(
            call(inputs),
            "a convolution by the window "
                + window
                + " in "
                + groups
                + " groups makes "
                + expected
                + " of the first, not the second");
      }
      return Shape.of(y.size(1), x.size(1) / groups, over.sizeAlong(0), over.sizeAlong(1));
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      var y = inputs[1];
      var sizes = sizes(x.shape(), y.shape().size(1), y.shape());
      if (x.elementType() == ElementType.FLOAT) {
        var weight = Tensor.floats(shape);
        time(
            sizes,
            () ->
                Convolver.weightGradient(
                    sizes,
                    x.floats(),
                    x.offset(),
                    y.floats(),
                    y.offset(),
                    weight.floats(),
                    weight.offset()));
        return weight;
      }
      double[] values = x.toDoubles();
      double[] upstream = y.toDoubles();
      double[] sums = new double[Tensor.length(shape)];
      Reference.convolve(sizes, (i, w, o) -> sums[w] += values[i] * upstream[o]);
      return Tensor.wrap(sums, shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var upstream = chain.upstream();
      var x = chain.input(0).shape();
      var y = chain.input(1).shape();
      return Arrays.asList(
          chain.needs(0)
              ? TransposedConvolve.to(x, y, window, groups).apply(chain.input(1), upstream)
              : null,
          chain.needs(1)
              ? new Convolve(window, groups, false).apply(chain.input(0), upstream)
              : null);
    }

    static List<Sample> samples() {
      var samples = new ArrayList<Sample>();
      for (var sizes : ConvolutionSamples.all()) {
        samples.add(
            Sample.of(
                new ConvolveWeight(sizes.window(), sizes.groups()),
                Sample.uniform(-1, 1, sizes.image().toArray()),
                Sample.uniform(-1, 1, sizes.result().toArray())));
      }
      return samples;
    }
  }
}
