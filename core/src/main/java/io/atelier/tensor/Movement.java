package io.atelier.tensor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations that move elements and compute nothing. */
sealed interface Movement permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The same elements in the same order under another shape; storage is shared. */
  default Tensor reshape(Shape shape) {
    return shape.equals(self().shape()) ? self() : new Reshape(shape).apply(self());
  }

  /** The same elements in the same order under another shape; storage is shared. */
  default Tensor reshape(int... sizes) {
    return reshape(Shape.of(sizes));
  }

  /** Rows and columns exchanged: [M, N] -> [N, M]. */
  default Tensor transpose() {
    return new Transpose().apply(self());
  }

  /**
   * Repeated to a larger shape: axes are added in front, sizes of 1 are repeated.
   *
   * @throws ShapeException if another size differs
   */
  default Tensor expanded(Shape shape) {
    return shape.equals(self().shape()) ? self() : new Expand(shape).apply(self());
  }

  /** An operation that moves elements. */
  sealed interface Rule extends Op permits Reshape, Transpose, Expand {}

  /** The same elements under another shape. [...] -> [to] */
  record Reshape(Shape to) implements Rule {
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

  /** Rows and columns exchanged. [M, N] -> [N, M] */
  record Transpose() implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var shape = inputs[0].shape();
      if (shape.rank() != 2) {
        throw new ShapeException(call(inputs), "needs 2 axes, got " + shape.rank());
      }
      return Shape.of(shape.size(1), shape.size(0));
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      int columns = shape.size(0); // of the source
      int rows = shape.size(1);
      return copy(inputs[0], shape, index -> index % rows * columns + index / rows);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().transpose());
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Transpose(), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Transpose(), Sample.uniform(-1, 1, 1, 17)),
          Sample.of(new Transpose(), Sample.uniform(-1, 1, 0, 2)));
    }
  }

  /** Repeated along new axes in front and along axes of size 1. [...] -> [to] */
  record Expand(Shape to) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
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

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int[] steps = steps(x.shape(), shape);
      int[] sizes = shape.toArray();
      return copy(
          x,
          shape,
          index -> {
            int from = 0;
            int rest = index;
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
              from += rest % sizes[axis] * steps[axis];
              rest /= sizes[axis];
            }
            return from;
          });
    }

    /** How far the source moves for one step along each axis of the result. */
    private static int[] steps(Shape from, Shape to) {
      int[] steps = new int[to.rank()];
      int added = to.rank() - from.rank();
      int step = 1;
      for (int axis = from.rank() - 1; axis >= 0; axis--) {
        steps[axis + added] = from.size(axis) == 1 ? 0 : step;
        step *= from.size(axis);
      }
      return steps;
    }

    /** Adds up what was repeated. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var from = chain.input(0).shape();
      var sum = chain.upstream();
      while (sum.shape().rank() > from.rank()) {
        sum = sum.sum(0);
      }
      for (int axis = 0; axis < from.rank(); axis++) {
        if (from.size(axis) == 1 && sum.shape().size(axis) != 1) {
          sum = sum.sum(axis).reshape(sum.shape().with(axis, 1));
        }
      }
      return List.of(sum);
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Expand(Shape.of(4, 3)), Sample.uniform(-1, 1, 3)),
          Sample.of(new Expand(Shape.of(4, 3)), Sample.uniform(-1, 1, 4, 1)),
          Sample.of(new Expand(Shape.of(2, 4, 3)), Sample.uniform(-1, 1, 4, 1)),
          Sample.of(new Expand(Shape.of(2, 3)), Sample.uniform(-1, 1)),
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

  /** Where an element of the result comes from. */
  @FunctionalInterface
  interface Source {
    int index(int resultIndex);
  }

  private static Tensor copy(Tensor x, Shape shape, Source source) {
    if (x.elementType() == ElementType.FLOAT) {
      var y = Tensor.floats(shape);
      float[] from = x.floats();
      float[] to = y.floats();
      for (int i = 0; i < y.count(); i++) {
        to[i] = from[x.offset() + source.index(i)];
      }
      return y;
    }
    double[] from = x.doubles();
    double[] to = new double[Tensor.length(shape)];
    Arrays.setAll(to, i -> from[x.offset() + source.index(i)]);
    return Tensor.wrap(to, shape);
  }
}
