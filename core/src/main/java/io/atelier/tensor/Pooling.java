package io.atelier.tensor;

import io.atelier.kernel.MaxPooling;
import io.atelier.kernel.Span;
import io.atelier.kernel.Taps;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Operations that take what a {@link Window} covers to one value, in images [N, C, H, W] and
 * signals [N, C, L]; each channel by itself.
 *
 * <p>A window moves by its stride, which is 1 unless it says otherwise; the layers of {@code nn}
 * move by the size, as PyTorch's do.
 */
sealed interface Pooling permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The largest value under the window; not a number if one is not. Padding counts as minus
   * infinity. The derivative goes to the first of equals, row by row, as in PyTorch.
   *
   * <p>Shapes: [N, C, H, W] -> [N, C, h, w] with {@code h = floor((H + before + after - reach) /
   * stride) + 1} and {@code reach = dilation (size - 1) + 1}; [N, C, L] -> [N, C, l].
   *
   * @throws ShapeException unless these are images or signals of FLOAT or DOUBLE into which the
   *     window fits, or if it holds nothing but padding somewhere
   */
  default Tensor maxPool(Window window) {
    return new MaxPool(window).apply(self());
  }

  /**
   * The mean of what the window covers; padding counts as zeros.
   *
   * <p>Shapes: as {@link #maxPool}.
   *
   * @throws ShapeException as {@link #maxPool}
   */
  default Tensor averagePool(Window window) {
    return averagePool(window, true);
  }

  /**
   * The mean of what the window covers inside the image: padding does not count. PyTorch's {@code
   * count_include_pad=False}.
   *
   * <p>Shapes: as {@link #maxPool}.
   *
   * @throws ShapeException as {@link #maxPool}
   */
  default Tensor averagePoolInside(Window window) {
    return averagePool(window, false);
  }

  private Tensor averagePool(Window window, boolean padded) {
    var spans = spans("averagePool", self(), window);
    return Resizing.resampled(
        self(),
        spans.stream()
            .map(span -> average(span.in(), covered(span), padded ? span.size() : 0))
            .toList());
  }

  /**
   * The mean of each of so many parts along each axis: part {@code i} goes from {@code floor(i H /
   * h)} to before {@code ceil((i + 1) H / h)}, as PyTorch has it.
   *
   * <p>Shapes: [N, C, H, W] -> [N, C, h, w]; [N, C, L] -> [N, C, l].
   *
   * @param sizes of the result, one for each axis but the first two, or one for all
   * @throws ShapeException unless these are images or signals of FLOAT or DOUBLE with at least one
   *     value, and the sizes are at least 1
   */
  default Tensor adaptiveAveragePool(int... sizes) {
    int[] all = Resizing.sizes("adaptiveAveragePool", self(), sizes);
    return Resizing.resampled(
        self(),
        IntStream.range(0, all.length)
            .mapToObj(axis -> {
              int in = self().shape().size(axis + 2);
              return average(in, parts(in, all[axis]), 0);
            })
            .toList());
  }

  /**
   * The largest value of each of so many parts, which are those of {@link #adaptiveAveragePool}.
   *
   * @throws ShapeException as {@link #adaptiveAveragePool}
   */
  default Tensor adaptiveMaxPool(int... sizes) {
    int[] all = Resizing.sizes("adaptiveMaxPool", self(), sizes);
    var covered =
        IntStream.range(0, all.length)
            .mapToObj(axis -> parts(self().shape().size(axis + 2), all[axis]))
            .toList();
    var shape = self().shape();
    for (int axis = 0; axis < all.length; axis++) {
      shape = shape.with(axis + 2, all[axis]);
    }
    return picked(self(), Tensor.wrap(places(self(), covered), flat(shape))).reshape(shape);
  }

  /**
   * The mean of each channel: [N, C, H, W] -> [N, C]; [N, C, L] -> [N, C].
   *
   * @throws ShapeException unless these are images or signals of FLOAT or DOUBLE
   */
  default Tensor globalAveragePool() {
    int axes = Resizing.requireImages("globalAveragePool(" + self().described() + ")", self());
    return axes == 2 ? self().mean(-2, -1) : self().mean(-1);
  }

  /** The mean over the places of each output; {@code count} of them, or all if that is 0. */
  private static Taps average(int in, int[][] places, int count) {
    double[][] weights = new double[places.length][];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = new double[places[i].length];
      Arrays.fill(weights[i], 1.0 / (count == 0 ? places[i].length : count));
    }
    return Taps.of(in, places, weights);
  }

  /** The places inside that each window covers along an axis. */
  private static int[][] covered(Span span) {
    return IntStream.range(0, span.out())
        .mapToObj(i ->
            IntStream.range(span.firstTap(i), span.endTap(i))
                .map(tap -> span.place(i, tap))
                .toArray())
        .toArray(int[][]::new);
  }

  /** The places of each of {@code out} parts of an axis. */
  private static int[][] parts(int in, int out) {
    return IntStream.range(0, out)
        .mapToObj(i ->
            IntStream.range(
                    (int) ((long) i * in / out), (int) Math.ceilDiv((i + 1L) * in, (long) out))
                .toArray())
        .toArray(int[][]::new);
  }

  /** The places of a window along each axis of an image or a signal. */
  private static List<Span> spans(String name, Tensor x, Window window) {
    String call = name + "(" + x.described() + ", " + window + ")";
    int axes = Resizing.requireImages(call, x);
    int given =
        Stream.of(
                window.size(), window.stride(), window.dilation(), window.before(), window.after())
            .mapToInt(List::size)
            .max()
            .getAsInt();
    if (given > 1 && given != axes) {
      throw new ShapeException(
          call, "the window has " + given + " axes and x has " + axes + " to move along");
    }
    var over = window.over(axes);
    return IntStream.range(0, axes)
        .mapToObj(axis -> span(call, over, axis, x.shape().size(axis + 2)))
        .toList();
  }

  private static Span span(String call, Window window, int axis, int in) {
    int out = window.outputs(axis, in);
    int reach = window.reach(axis);
    if (out < 1 || in == 0) {
      throw new ShapeException(
          call,
          (reach == window.sizeAlong(axis)
                  ? "a window of " + reach
                  : "a window that reaches over " + reach + " values")
              + " does not fit into axis "
              + (axis + 2)
              + " of size "
              + in
              + " with padding "
              + window.paddingBefore(axis)
              + " and "
              + window.paddingAfter(axis)
              + "; a smaller window or more padding does");
    }
    var span =
        new Span(
            in,
            window.sizeAlong(axis),
            window.strideAlong(axis),
            window.dilationAlong(axis),
            window.paddingBefore(axis),
            out);
    if (IntStream.range(0, out).anyMatch(i -> span.firstTap(i) >= span.endTap(i))) {
      throw new ShapeException(
          call,
          "along axis "
              + (axis + 2)
              + " a window holds nothing but padding; pad by at most half of its size");
    }
    return span;
  }

  /**
   * Where in its image the largest value of each window stands, the first of equals, or the last
   * that is not a number: what max pooling is.
   *
   * @param covered the places of each window along each axis
   */
  private static int[] places(Tensor x, List<int[][]> covered) {
    int[][] rows = covered.size() == 2 ? covered.getFirst() : new int[][] {{0}};
    int[][] columns = covered.getLast();
    int width = x.shape().size(-1);
    int image = x.shape().product(2, x.shape().rank());
    int planes = x.shape().product(0, 2);
    int[] places = new int[planes * rows.length * columns.length];
    int next = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int[] row : rows) {
        for (int[] column : columns) {
          int best = row[0] * width + column[0];
          for (int r : row) {
            for (int c : column) {
              double value = x.number(plane * image + r * width + c);
              if (value > x.number(plane * image + best) || Double.isNaN(value)) {
                best = r * width + c;
              }
            }
          }
          places[next++] = best;
        }
      }
    }
    return places;
  }

  /** The elements at these places of each image. x [N, C, H, W], places [N C, h w] -> [N C, h w] */
  private static Tensor picked(Tensor x, Tensor places) {
    return x.reshape(flat(x.shape())).gather(1, places);
  }

  /** Each image as a row: [N C, H W]. */
  private static Shape flat(Shape shape) {
    return Shape.of(shape.product(0, 2), shape.product(2, shape.rank()));
  }

  /** An operation under a window. */
  sealed interface Rule extends Op permits MaxPool, ToLargest {
    Window window();

    /** Images under the window. */
    default Shape pooled(Tensor x) {
      var shape = x.shape();
      var spans = spans("maxPool", x, window());
      for (int axis = 0; axis < spans.size(); axis++) {
        shape = shape.with(axis + 2, spans.get(axis).out());
      }
      return shape;
    }

    /** Where the largest values of images stand. [N C, h w] */
    default Tensor places(Tensor x) {
      var covered = spans("maxPool", x, window()).stream().map(Pooling::covered).toList();
      return Tensor.wrap(Pooling.places(x, covered), flat(pooled(x)));
    }

    /** The kernel for images like these; a signal is an image of one row. */
    default MaxPooling kernel(Tensor x) {
      var spans = spans("maxPool", x, window());
      var rows = spans.size() == 2 ? spans.getFirst() : new Span(1, 1, 1, 1, 0, 1);
      return new MaxPooling(rows, spans.getLast());
    }
  }

  /** The largest value under a window. [N, C, H, W] -> [N, C, h, w] */
  record MaxPool(Window window) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      return pooled(inputs[0]);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      if (x.elementType() == ElementType.DOUBLE) {
        return picked(x.detached(), places(x)).viewed(shape);
      }
      var y = Tensor.floats(shape);
      kernel(x).largest(x.floats(), x.offset(), y.floats(), 0, shape.product(0, 2));
      return y;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(new ToLargest(window).apply(chain.input(0).detached(), chain.upstream()));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new MaxPool(Window.of(2).stride(2)), Sample.uniform(-1, 1, 2, 3, 6, 4)),
          Sample.of(new MaxPool(Window.of(2).stride(2)), Sample.uniform(-1, 1, 1, 2, 7, 41)),
          Sample.of(
              new MaxPool(Window.of(3).stride(2).padding(1)), Sample.uniform(-1, 1, 2, 2, 5, 36)),
          Sample.of(new MaxPool(Window.of(3).padding(1)), Sample.uniform(-1, 1, 1, 3, 4, 19)),
          Sample.of(new MaxPool(Window.of(3).padding(1)), Sample.uniform(-1, 1, 2, 1, 13, 3)),
          Sample.of(
              new MaxPool(Window.of(2, 3).stride(3, 1).dilation(1, 2).padding(1)),
              Sample.uniform(-1, 1, 2, 1, 6, 7)),
          Sample.of(new MaxPool(Window.of(3).stride(3)), Sample.uniform(-1, 1, 2, 2, 11)),
          Sample.of(new MaxPool(Window.of(1)), Sample.uniform(-1, 1, 1, 1, 1, 1)),
          Sample.of(new MaxPool(Window.of(2).stride(2)), Sample.uniform(-1, 1, 0, 3, 4, 4)));
    }
  }

  /**
   * The way back: values added up where the largest under the window stand. x [N, C, H, W], values
   * [N, C, h, w] -> [N, C, H, W]
   */
  record ToLargest(Window window) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var pooled = pooled(inputs[0]);
      if (!inputs[1].shape().equals(pooled)) {
        throw new ShapeException(
            call(inputs), "needs one value for each window " + window + ", " + pooled);
      }
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      var values = inputs[1];
      if (x.elementType() == ElementType.DOUBLE) {
        return Tensor.doubles(flat(shape))
            .scatterAdd(1, places(x), values.detached().reshape(flat(values.shape())))
            .viewed(shape);
      }
      var y = Tensor.floats(shape);
      kernel(x)
          .toLargest(
              x.floats(),
              x.offset(),
              values.floats(),
              values.offset(),
              y.floats(),
              0,
              shape.product(0, 2));
      return y;
    }

    /** Moving x a little moves no value to another place. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var x = chain.input(0);
      var zeros = chain.needs(0) ? Tensor.filled(0, x.shape(), x.elementType()) : null;
      return Arrays.asList(
          zeros, picked(chain.upstream(), places(x)).reshape(chain.input(1).shape()));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(
              new ToLargest(Window.of(2).stride(2)),
              Sample.uniform(0, 1, 2, 3, 7, 4),
              Sample.uniform(-1, 1, 2, 3, 3, 2)),
          Sample.of(
              new ToLargest(Window.of(3).stride(2).padding(1)),
              Sample.uniform(0, 1, 2, 1, 5, 36),
              Sample.uniform(-1, 1, 2, 1, 3, 18)),
          Sample.of(
              new ToLargest(Window.of(3, 2).dilation(1, 2).padding(1, 0)),
              Sample.uniform(0, 1, 1, 2, 4, 23),
              Sample.uniform(-1, 1, 1, 2, 4, 21)),
          Sample.of(
              new ToLargest(Window.of(3)),
              Sample.uniform(0, 1, 2, 2, 11),
              Sample.uniform(-1, 1, 2, 2, 9)),
          Sample.of(
              new ToLargest(Window.of(2)),
              Sample.uniform(0, 1, 0, 2, 3, 3),
              Sample.uniform(-1, 1, 0, 2, 2, 2)));
    }
  }
}
