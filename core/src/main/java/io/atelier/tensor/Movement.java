package io.atelier.tensor;

import io.atelier.kernel.Strides;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Operations that arrange all elements anew, of any element type, and compute nothing. */
sealed interface Movement permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The same elements in the same order under another shape; storage is shared. */
  default Tensor reshape(Shape shape) {
    return shape.equals(self().shape()) ? self() : new Reshape(shape).apply(self());
  }

  /**
   * The same elements in the same order under another shape; storage is shared.
   *
   * @param sizes one of which may be -1: as large as the others leave it
   * @throws ShapeException if the elements do not fill the shape
   */
  default Tensor reshape(int... sizes) {
    return reshape(Reshape.inferred(self().shape(), sizes));
  }

  /** Without an axis of size 1: [..., 1, ...] -> [..., ...]; storage is shared. */
  default Tensor squeeze(int axis) {
    var shape = self().shape();
    int at = shape.axis(axis);
    if (shape.size(at) != 1) {
      throw new ShapeException(
          "squeeze(" + shape + ", axis " + axis + ")",
          "only an axis of size 1 can be left out, got " + shape.size(at));
    }
    return reshape(shape.without(at));
  }

  /** Without all axes of size 1: [2, 1, 3, 1] -> [2, 3]; storage is shared. */
  default Tensor squeeze() {
    return reshape(
        Shape.of(Arrays.stream(self().shape().toArray()).filter(size -> size != 1).toArray()));
  }

  /**
   * With a new axis of size 1: [..., ...] -> [..., 1, ...]; storage is shared.
   *
   * @param axis where the new axis stands in the result; -1 is the last
   */
  default Tensor unsqueeze(int axis) {
    int[] sizes = self().shape().toArray();
    int at = axis < 0 ? axis + sizes.length + 1 : axis;
    if (at < 0 || at > sizes.length) {
      throw new ShapeException(
          "unsqueeze(" + self().shape() + ", axis " + axis + ")",
          "the result has " + (sizes.length + 1) + " axes and no such axis");
    }
    return reshape(
        Shape.of(
            IntStream.concat(
                    IntStream.concat(Arrays.stream(sizes, 0, at), IntStream.of(1)),
                    Arrays.stream(sizes, at, sizes.length))
                .toArray()));
  }

  /**
   * Rows and columns exchanged: [M, N] -> [N, M].
   *
   * @throws ShapeException if there are not 2 axes
   */
  default Tensor transpose() {
    int rank = self().shape().rank();
    if (rank != 2) {
      throw new ShapeException(
          "transpose(" + self().shape() + ")",
          "needs 2 axes, got " + rank + "; transpose(axis, axis) exchanges any two");
    }
    return permute(1, 0);
  }

  /** Two axes exchanged; negative ones count from the end. */
  default Tensor transpose(int axis, int other) {
    var shape = self().shape();
    int[] order = IntStream.range(0, shape.rank()).toArray();
    order[shape.axis(axis)] = shape.axis(other);
    order[shape.axis(other)] = shape.axis(axis);
    return permute(order);
  }

  /**
   * The axes in another order: axis {@code i} of the result is axis {@code order[i]} of this.
   *
   * @param order every axis once
   * @throws ShapeException if an axis is missing or named twice
   */
  default Tensor permute(int... order) {
    var shape = self().shape();
    var axes = Arrays.stream(order).map(shape::axis).boxed().toList();
    if (axes.stream().distinct().count() != shape.rank() || axes.size() != shape.rank()) {
      throw new ShapeException(
          "permute(" + shape + " to axes " + Arrays.toString(order) + ")",
          "must name each of the " + shape.rank() + " axes once");
    }
    boolean same = IntStream.range(0, axes.size()).allMatch(axis -> axes.get(axis) == axis);
    return same ? self() : new Permute(axes).apply(self());
  }

  /**
   * Repeated to a larger shape: axes are added in front, sizes of 1 are repeated.
   *
   * @throws ShapeException if another size differs
   */
  default Tensor expanded(Shape shape) {
    return shape.equals(self().shape()) ? self() : new Expand(shape).apply(self());
  }

  /** Repeated to a larger shape: axes are added in front, sizes of 1 are repeated. */
  default Tensor expanded(int... sizes) {
    return expanded(Shape.of(sizes));
  }

  /**
   * The whole tensor laid end to end along each axis: [2, 3] repeated (2, 1) times is [4, 3].
   *
   * @param times how often, for each axis; further ones in front add axes
   * @throws ShapeException if there are fewer numbers than axes
   */
  default Tensor repeat(int... times) {
    var shape = self().shape();
    int added = times.length - shape.rank();
    if (added < 0) {
      throw new ShapeException(
          "repeat(" + shape + ", " + Arrays.toString(times) + ")",
          "needs a number for each of the " + shape.rank() + " axes, got " + times.length);
    }
    int[] apart = new int[2 * times.length]; // [1, n, 1, m]
    int[] repeated = new int[2 * times.length]; // [times, n, times, m]
    int[] together = new int[times.length]; // [times n, times m]
    for (int axis = 0; axis < times.length; axis++) {
      int size = axis < added ? 1 : shape.size(axis - added);
      apart[2 * axis] = 1;
      repeated[2 * axis] = times[axis];
      apart[2 * axis + 1] = size;
      repeated[2 * axis + 1] = size;
      together[axis] = times[axis] * size;
    }
    return reshape(Shape.of(apart)).expanded(Shape.of(repeated)).reshape(Shape.of(together));
  }

  /** An operation that arranges all elements anew. */
  sealed interface Rule extends Op permits Reshape, Permute, Expand {}

  /** The same elements under another shape. [...] -> [to] */
  record Reshape(Shape to) implements Rule {
    /** These sizes, where one of -1 is replaced by what is left. */
    static Shape inferred(Shape from, int... sizes) {
      int open = -1;
      long others = 1;
      for (int axis = 0; axis < sizes.length; axis++) {
        if (sizes[axis] == -1 && open < 0) {
          open = axis;
        } else {
          others *= sizes[axis];
        }
      }
      if (open < 0) {
        return Shape.of(sizes);
      }
      if (others <= 0 || from.count() % others != 0) {
        throw new ShapeException(
            "reshape(" + from + " to " + Arrays.toString(sizes) + ")",
            "the other sizes leave no whole number of "
                + from.count()
                + " elements for -1, which may stand once");
      }
      int[] known = sizes.clone();
      known[open] = Math.toIntExact(from.count() / others);
      return Shape.of(known);
    }

    @Override
    public Shape shape(Tensor... inputs) {
      if (to.count() != inputs[0].shape().count()) {
        throw new ShapeException(
            "reshape(" + inputs[0].shape() + " to " + to + ")",
            inputs[0].shape().count() + " elements do not fill " + to.count());
      }
      return to;
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return inputs[0].viewed(shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().reshape(chain.input(0).shape()));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Reshape(Shape.of(6)), Sample.uniform(-1, 1, 2, 3)),
          Sample.of(new Reshape(Shape.of()), Sample.uniform(-1, 1, 1, 1)),
          Sample.of(new Reshape(Shape.of(3, 0)), Sample.uniform(-1, 1, 0)));
    }
  }

  /** Axes in another order. [...] -> the sizes in that order */
  record Permute(List<Integer> order) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      return Shape.of(order.stream().mapToInt(inputs[0].shape()::size).toArray());
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      int[] steps = Strides.dense(inputs[0].shape().toArray());
      return copy(inputs[0], order.stream().mapToInt(axis -> steps[axis]).toArray(), shape);
    }

    /** The order that undoes this one. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(
          chain.upstream().permute(IntStream.range(0, order.size()).map(order::indexOf).toArray()));
    }

    static List<Sample> samples() {
      var exchanged = new Permute(List.of(1, 0));
      return List.of(
          Sample.of(exchanged, Sample.uniform(-1, 1, 3, 5)),
          Sample.of(exchanged, Sample.uniform(-1, 1, 1, 17)),
          Sample.of(exchanged, Sample.uniform(-1, 1, 0, 2)),
          Sample.of(new Permute(List.of(2, 0, 1)), Sample.uniform(-1, 1, 2, 3, 17)),
          Sample.of(new Permute(List.of(0, 2, 1, 3)), Sample.uniform(-1, 1, 2, 3, 2, 5)));
    }
  }

  /** Repeated along new axes in front and along axes of size 1. [...] -> [to] */
  record Expand(Shape to) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      var from = inputs[0].shape();
      int added = to.rank() - from.rank();
      boolean fits = added >= 0;
      for (int axis = 0; fits && axis < from.rank(); axis++) {
        fits = from.size(axis) == to.size(axis + added) || from.size(axis) == 1;
      }
      if (!fits) {
        throw new ShapeException(
            "expanded(" + from + " to " + to + ")",
            "aligned at the last axis, sizes must be equal or 1");
      }
      return to;
    }

    /** An axis that is repeated is one along which the source does not move. */
    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var from = inputs[0].shape();
      int[] dense = Strides.dense(from.toArray());
      int[] steps = new int[shape.rank()];
      int added = shape.rank() - from.rank();
      for (int axis = 0; axis < from.rank(); axis++) {
        steps[axis + added] = from.size(axis) == 1 ? 0 : dense[axis];
      }
      return copy(inputs[0], steps, shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(unexpanded(chain.upstream(), chain.input(0).shape()));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Expand(Shape.of(4, 3)), Sample.uniform(-1, 1, 3)),
          Sample.of(new Expand(Shape.of(4, 3)), Sample.uniform(-1, 1, 4, 1)),
          Sample.of(new Expand(Shape.of(2, 4, 3)), Sample.uniform(-1, 1, 4, 1)),
          Sample.of(new Expand(Shape.of(2, 3)), Sample.uniform(-1, 1)),
          Sample.of(new Expand(Shape.of(1, 1)), Sample.uniform(-1, 1)),
          Sample.of(new Expand(Shape.of(0, 3)), Sample.uniform(-1, 1, 1, 3)));
    }
  }

  /** The shape to which two operands are repeated. */
  static Shape broadcast(Op op, Tensor a, Tensor b) {
    int rank = Math.max(a.shape().rank(), b.shape().rank());
    int[] sizes = new int[rank];
    for (int axis = 1; axis <= rank; axis++) {
      int left = axis <= a.shape().rank() ? a.shape().size(-axis) : 1;
      int right = axis <= b.shape().rank() ? b.shape().size(-axis) : 1;
      if (left != right && left != 1 && right != 1) {
        throw new ShapeException(
            op.call(a, b),
            "sizes at axis -" + axis + " must be equal or 1, got " + left + " and " + right);
      }
      sizes[rank - axis] = left == 1 ? right : left;
    }
    return Shape.of(sizes);
  }

  /** Adds up what was repeated to expand a tensor of shape {@code from}. */
  static Tensor unexpanded(Tensor x, Shape from) {
    int added = x.shape().rank() - from.rank();
    var repeated = new ArrayList<Integer>();
    for (int axis = 0; axis < x.shape().rank(); axis++) {
      if (axis < added || from.size(axis - added) != x.shape().size(axis)) {
        repeated.add(axis);
      }
    }
    var sum = repeated.isEmpty() ? x : x.sum(new Axes(repeated, false));
    return sum.reshape(from);
  }

  /** The elements that one meets going through {@code x} by {@code steps} from its first. */
  private static Tensor copy(Tensor x, int[] steps, Shape shape) {
    var y = Elements.create(x.elementType(), shape);
    int[] sizes = shape.toArray();
    Strides.copy(
        sizes, Elements.of(x), x.offset(), steps, Elements.of(y), y.offset(), Strides.dense(sizes));
    return y;
  }
}
