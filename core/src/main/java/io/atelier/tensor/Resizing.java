package io.atelier.tensor;

import io.atelier.kernel.Resample;
import io.atelier.kernel.Taps;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Operations that give images [N, C, H, W] and signals [N, C, L] other sizes: interpolation, and
 * padding with their own values; {@code pad(axis, before, after, value)} pads with a constant.
 */
sealed interface Resizing permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * So many times as large along each axis but the first two.
   *
   * <p>Shapes: [N, C, H, W] -> [N, C, factor H, factor W]; [N, C, L] -> [N, C, factor L].
   *
   * @throws ShapeException unless these are images or signals, and the factor at least 1
   */
  default Tensor upsample(int factor, Interpolation how) {
    String call = "upsample(" + self().described() + ", times " + factor + ")";
    int axes = requireImages(call, self());
    if (factor < 1) {
      throw new ShapeException(
          call, "the factor must be at least 1; resize(...) makes images smaller");
    }
    return resize(
        how,
        IntStream.range(2, 2 + axes)
            .map(axis ->
                Shape.size(call, "makes an axis of", (long) self().shape().size(axis) * factor))
            .toArray());
  }

  /**
   * Interpolated to these sizes, larger or smaller, without smoothing.
   *
   * <p>Shapes: [N, C, H, W] -> [N, C, h, w]; [N, C, L] -> [N, C, l].
   *
   * @param sizes of the result, one for each axis but the first two, or one for all
   * @throws ShapeException unless these are images or signals of FLOAT or DOUBLE with at least one
   *     value, and the sizes are at least 1
   */
  default Tensor resize(Interpolation how, int... sizes) {
    int[] all = sizes("resize", self(), sizes);
    var shape = self().shape();
    for (int axis = 0; axis < all.length; axis++) {
      shape = shape.with(axis + 2, all[axis]);
    }
    Tensor.length(shape); // refused before the tables of an axis are made
    return resampled(
        self(),
        IntStream.range(0, all.length)
            .mapToObj(axis -> interpolated(self().shape().size(axis + 2), all[axis], how))
            .toList());
  }

  /**
   * With values of its own put before and after what is there, along an axis.
   *
   * <p>Shapes: [..., n, ...] -> [..., before + n + after, ...].
   *
   * @throws ShapeException if {@code before} or {@code after} is negative or more than n has for
   *     this kind of padding, or the values are not FLOAT or DOUBLE
   */
  default Tensor pad(int axis, int before, int after, Padding how) {
    var shape = self().shape();
    int at = shape.axis(axis);
    if (before == 0 && after == 0) {
      return self();
    }
    var taps = padded("axis " + axis, shape.size(at), before, after, how);
    int outer = shape.product(0, at);
    int inner = shape.product(at + 1, shape.rank());
    var padded =
        inner == 1
            ? new Resampled(Taps.identity(1), taps).apply(self().reshape(outer, 1, taps.in()))
            : new Resampled(taps, Taps.identity(inner))
                .apply(self().reshape(outer, taps.in(), inner));
    return padded.reshape(shape.with(at, taps.out()));
  }

  /**
   * Padded with values of its own as a window pads with zeros: before {@code window.unpadded()}
   * moves over it.
   *
   * <p>Shapes: [N, C, H, W] -> [N, C, H + before + after, W + before + after]; likewise [N, C, L].
   *
   * @param window only whose paddings are read
   * @throws ShapeException unless these are images or signals, and the padding fits
   */
  default Tensor pad(Window window, Padding how) {
    String call = "pad(" + self().described() + ", " + window + ", " + how + ")";
    int axes = requireImages(call, self());
    var over = window.over(axes, () -> call);
    return resampled(
        self(),
        IntStream.range(0, axes)
            .mapToObj(axis -> {
              int in = self().shape().size(axis + 2);
              int before = over.paddingBefore(axis);
              return padded("axis " + (axis + 2), in, before, over.paddingAfter(axis), how);
            })
            .toList());
  }

  private Taps padded(String axis, int n, int before, int after, Padding how) {
    int most =
        switch (how) {
          case REFLECT -> n - 1;
          case REPLICATE -> n == 0 ? 0 : Integer.MAX_VALUE - n;
          case CIRCULAR -> n;
        };
    String call =
        "pad("
            + self().described()
            + ", "
            + axis
            + ", "
            + before
            + " and "
            + after
            + ", "
            + how
            + ")";
    if (Math.min(before, after) < 0 || Math.max(before, after) > most) {
      throw new ShapeException(
          call,
          Math.min(before, after) < 0
              ? "padding must be >= 0; slice(axis, from, to) cuts off"
              : "of " + n + " values at most " + Math.max(0, most) + " can stand before or after");
    }
    return copies(
        n,
        Shape.size(call, "makes an axis of", (long) before + after + n),
        i ->
            switch (how) {
              case REFLECT -> n - 1 - Math.abs(n - 1 - Math.abs(i - before));
              case REPLICATE -> Math.clamp((long) i - before, 0, n - 1);
              case CIRCULAR -> Math.floorMod(i - before, n);
            });
  }

  /**
   * The number of axes of an image or a signal.
   *
   * @throws ShapeException if it is neither, or of whole numbers
   */
  static int requireImages(String call, Tensor x) {
    int axes = x.shape().rank() - 2;
    if (axes != 1 && axes != 2) {
      throw new ShapeException(call, "needs images [N, C, H, W] or signals [N, C, L]");
    }
    if (!x.elementType().isFloating()) {
      throw new ShapeException(call, "needs FLOAT or DOUBLE; to(FLOAT) converts");
    }
    return axes;
  }

  /** A size for each axis of an image or a signal, where one may stand for all. */
  static int[] sizes(String name, Tensor x, int... sizes) {
    String call = name + "(" + x.described() + " to " + Arrays.toString(sizes) + ")";
    int axes = requireImages(call, x);
    if (x.shape().product(2, 2 + axes) == 0) {
      throw new ShapeException(call, "there is no value to make others of");
    }
    if ((sizes.length != 1 && sizes.length != axes)
        || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
      throw new ShapeException(
          call,
          axes == 2
              ? "needs a height and a width of at least 1, or one size for both"
              : "needs one size of at least 1");
    }
    return IntStream.range(0, axes).map(axis -> sizes[sizes.length == 1 ? 0 : axis]).toArray();
  }

  /** Images or signals resampled along each axis but the first two. */
  static Tensor resampled(Tensor x, List<Taps> taps) {
    var rows = taps.size() == 2 ? taps.getFirst() : Taps.identity(x.shape().size(1));
    return new Resampled(rows, taps.getLast()).apply(x);
  }

  private static Taps interpolated(int in, int out, Interpolation how) {
    return how == Interpolation.NEAREST
        ? copies(in, out, i -> (int) ((long) i * in / out))
        : between(in, out, how);
  }

  /** Every output a copy of one input. */
  private static Taps copies(int in, int out, IntUnaryOperator place) {
    int[][] places = new int[out][1];
    double[][] weights = new double[out][1];
    for (int i = 0; i < out; i++) {
      places[i][0] = place.applyAsInt(i);
      weights[i][0] = 1;
    }
    return Taps.of(in, places, weights);
  }

  /** Every output between the two inputs next to it. */
  private static Taps between(int in, int out, Interpolation how) {
    int[][] places = new int[out][];
    double[][] weights = new double[out][];
    for (int i = 0; i < out; i++) {
      double at =
          how == Interpolation.LINEAR
              ? Math.max(0, (i + 0.5) * in / out - 0.5)
              : out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
      int low = Math.min((int) at, in - 1);
      double share = at - low;
      boolean one = share == 0 || low == in - 1;
      places[i] = one ? new int[] {low} : new int[] {low, low + 1};
      weights[i] = one ? new double[] {1} : new double[] {1 - share, share};
    }
    return Taps.of(in, places, weights);
  }

  /** An operation that makes images of other sizes. */
  sealed interface Rule extends Op permits Resampled {}

  /**
   * Weighted sums along rows and columns, {@code y = rows x columns^T}: interpolation, padding,
   * averages over windows. Either matrix is sparse, and the derivative is the same with both
   * transposed. [..., H, W] -> [..., h, w]
   */
  record Resampled(Taps rows, Taps columns) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var shape = inputs[0].shape();
      int rank = shape.rank();
      if (rank < 2 || shape.size(-2) != rows.in() || shape.size(-1) != columns.in()) {
        throw new ShapeException(
            call(inputs), "the last sizes must be " + rows.in() + " and " + columns.in());
      }
      return shape.with(-2, rows.out()).with(-1, columns.out());
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int planes = shape.product(0, shape.rank() - 2);
      if (x.elementType() == ElementType.FLOAT) {
        var y = Tensor.floats(shape);
        Resample.run(x.floats(), x.offset(), y.floats(), 0, planes, rows, columns);
        return y;
      }
      var y = Tensor.doubles(shape);
      Taps.reference(x.doubles(), x.offset(), y.doubles(), planes, rows, columns);
      return y;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(
          new Resampled(rows.transposed(), columns.transposed()).apply(chain.upstream()));
    }

    static List<Sample> samples() {
      var three = copies(3, 4, i -> i % 3);
      var linear = between(4, 7, Interpolation.LINEAR);
      return List.of(
          Sample.of(new Resampled(three, linear), Sample.uniform(-1, 1, 2, 3, 3, 4)),
          Sample.of(new Resampled(linear, three), Sample.uniform(-1, 1, 5, 4, 3)),
          Sample.of(
              new Resampled(between(17, 33, Interpolation.LINEAR_ALIGNED), Taps.identity(19)),
              Sample.uniform(-1, 1, 17, 19)),
          Sample.of(
              new Resampled(Taps.identity(2), between(37, 5, Interpolation.LINEAR)),
              Sample.uniform(-1, 1, 2, 37)),
          Sample.of(
              new Resampled(
                  Taps.of(2, new int[][] {{}, {0, 1}}, new double[][] {{}, {0.5, 2}}),
                  Taps.of(3, new int[][] {{0, 1, 2}, {1}}, new double[][] {{0.5, 1, 2}, {3}})),
              Sample.uniform(-1, 1, 3, 2, 3)),
          Sample.of(new Resampled(Taps.identity(1), Taps.identity(1)), Sample.uniform(-1, 1, 1, 1)),
          Sample.of(new Resampled(three, linear), Sample.uniform(-1, 1, 0, 2, 3, 4)));
    }
  }
}
