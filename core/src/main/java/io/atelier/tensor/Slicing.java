package io.atelier.tensor;

import io.atelier.kernel.Strides;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Operations that take parts of tensors and put parts together, of any element type. */
sealed interface Slicing permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The elements {@code from} (included) to {@code to} (excluded) along an axis.
   *
   * <p>Shapes: [..., n, ...] -> [..., to - from, ...]. Along the first axis storage is shared.
   *
   * @throws ShapeException unless {@code 0 <= from <= to <= n}
   */
  default Tensor slice(int axis, int from, int to) {
    return slice(axis, from, to, 1);
  }

  /**
   * Every {@code step}-th element from {@code from} (included) to {@code to} (excluded).
   *
   * @param step at least 1; {@code flip} reverses
   * @throws ShapeException unless {@code 0 <= from <= to <= n}
   */
  default Tensor slice(int axis, int from, int to, int step) {
    var shape = self().shape();
    int at = shape.axis(axis);
    if (from < 0 || to < from || to > shape.size(at) || step < 1) {
      throw new ShapeException(
          "slice(" + shape + ", axis " + axis + ", " + from + " to " + to + " by " + step + ")",
          step < 1
              ? "the step must be at least 1; flip(axis) reverses"
              : "must lie within 0 to " + shape.size(at) + ", in ascending order");
    }
    int count = (int) Math.ceilDiv((long) to - from, step);
    return count == shape.size(at) ? self() : new Slice(at, from, count, step).apply(self());
  }

  /**
   * What stands at one index of an axis, which disappears: [..., n, ...] -> [..., ...].
   *
   * @param index from 0; negative ones count from the end
   * @throws ShapeException if there is no such index
   */
  default Tensor select(int axis, int index) {
    var shape = self().shape();
    int at = shape.axis(axis);
    int place = index < 0 ? index + shape.size(at) : index;
    if (place < 0 || place >= shape.size(at)) {
      throw new ShapeException(
          "select(" + shape + ", axis " + axis + ", index " + index + ")",
          "axis " + axis + " has size " + shape.size(at) + " and no such index");
    }
    return slice(at, place, place + 1).squeeze(at);
  }

  /**
   * Consecutive parts of these sizes along an axis.
   *
   * @param sizes which add up to the size of the axis
   * @throws ShapeException if they do not
   */
  default List<Tensor> split(int axis, int... sizes) {
    var shape = self().shape();
    int at = shape.axis(axis);
    if (Arrays.stream(sizes).anyMatch(size -> size < 0)
        || Arrays.stream(sizes).asLongStream().sum() != shape.size(at)) {
      throw new ShapeException(
          "split(" + shape + ", axis " + axis + " into " + Arrays.toString(sizes) + ")",
          "the parts must add up to " + shape.size(at));
    }
    var parts = new ArrayList<Tensor>();
    int from = 0;
    for (int size : sizes) {
      parts.add(slice(at, from, from + size));
      from += size;
    }
    return List.copyOf(parts);
  }

  /**
   * Consecutive parts of equal size along an axis.
   *
   * @throws ShapeException if the size of the axis is no multiple of their number
   */
  default List<Tensor> chunk(int axis, int parts) {
    int size = self().shape().size(axis);
    if (parts < 1 || size % parts != 0) {
      throw new ShapeException(
          "chunk(" + self().shape() + ", axis " + axis + " into " + parts + ")",
          size + " does not divide into " + parts + " equal parts; split takes a size for each");
    }
    return split(axis, IntStream.generate(() -> size / parts).limit(parts).toArray());
  }

  /**
   * With {@code value} put before and after what is there, along an axis.
   *
   * <p>Shapes: [..., n, ...] -> [..., before + n + after, ...].
   *
   * @throws ShapeException if {@code before} or {@code after} is negative, or the element type
   *     cannot hold the value
   */
  default Tensor pad(int axis, int before, int after, double value) {
    var shape = self().shape();
    int at = shape.axis(axis);
    String call = "pad(" + shape + ", axis " + axis + ", " + before + " and " + after + ")";
    if (before < 0 || after < 0) {
      throw new ShapeException(call, "padding must be >= 0; slice(axis, from, to) cuts off");
    }
    int size = Shape.size(call, "makes an axis of", (long) before + after + shape.size(at));
    return before + after == 0 ? self() : new Place(at, before, 1, size, value).apply(self());
  }

  /** In reverse order along an axis. */
  default Tensor flip(int axis) {
    int at = self().shape().axis(axis);
    int size = self().shape().size(at);
    return size < 2 ? self() : new Slice(at, size - 1, size, -1).apply(self());
  }

  /**
   * Moved on by {@code by} places along an axis; what leaves at the end comes in at the beginning.
   *
   * @param by negative moves back
   */
  default Tensor roll(int axis, int by) {
    int size = self().shape().size(axis);
    int cut = size == 0 ? 0 : Math.floorMod(-(long) by, size);
    return cut == 0
        ? self()
        : Tensor.concatenate(axis, slice(axis, cut, size), slice(axis, 0, cut));
  }

  /** An operation on parts. */
  sealed interface Rule extends Op permits Slice, Place, Concatenate {}

  /**
   * {@code count} elements along an axis from {@code start}, {@code step} apart, which may be
   * negative. [..., n, ...] -> [..., count, ...]
   */
  record Slice(int axis, int start, int count, int step) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      return inputs[0].shape().with(axis, count);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int[] steps = Strides.dense(x.shape().toArray());
      int from = count == 0 ? 0 : start * steps[axis];
      if ((step == 1 || count <= 1) && x.shape().product(0, axis) == 1) {
        return x.viewed(shape, from);
      }
      steps[axis] *= step;
      var y = Elements.create(x.elementType(), shape);
      copy(shape, x, from, steps, y, 0, Strides.dense(shape.toArray()));
      return y;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      int size = chain.input(0).shape().size(axis);
      return List.of(new Place(axis, start, step, size, 0).apply(chain.upstream()));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Slice(0, 1, 2, 1), Sample.uniform(-1, 1, 5, 3)),
          Sample.of(new Slice(1, 1, 2, 2), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Slice(1, 4, 5, -1), Sample.uniform(-1, 1, 3, 5, 2)),
          Sample.of(new Slice(0, 2, 340, 3), Sample.uniform(-1, 1, 1031)),
          Sample.of(new Slice(0, 0, 1, 1), Sample.uniform(-1, 1, 1)),
          Sample.of(new Slice(1, 2, 0, 1), Sample.uniform(-1, 1, 3, 2)),
          Sample.of(new Slice(0, 0, 1, 1), Sample.uniform(-1, 1, 2, 0)));
    }
  }

  /**
   * The inverse of a slice: a tensor of {@code value} with the elements of the operand along an
   * axis from {@code start}, {@code step} apart. [..., n, ...] -> [..., size, ...]
   */
  record Place(int axis, int start, int step, int size, double value) implements Rule {
    @Override
    public String name() {
      return "pad";
    }

    @Override
    public Shape shape(Tensor... inputs) {
      return inputs[0].shape().with(axis, size);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      var y = Elements.filled(x.elementType(), shape, value);
      int[] steps = Strides.dense(shape.toArray());
      int to = start * steps[axis];
      steps[axis] *= step;
      copy(x.shape(), x, 0, Strides.dense(x.shape().toArray()), y, to, steps);
      return y;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      int count = chain.input(0).shape().size(axis);
      return List.of(new Slice(axis, start, count, step).apply(chain.upstream()));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Place(0, 1, 1, 5, 0), Sample.uniform(-1, 1, 2, 3)),
          Sample.of(new Place(1, 1, 2, 6, 7.5), Sample.uniform(-1, 1, 3, 2)),
          Sample.of(new Place(1, 4, -1, 5, 0), Sample.uniform(-1, 1, 3, 5, 2)),
          Sample.of(new Place(0, 3, 1, 1031, -1), Sample.uniform(-1, 1, 17)),
          Sample.of(new Place(0, 0, 1, 1, 0), Sample.uniform(-1, 1, 1)),
          Sample.of(new Place(1, 2, 1, 3, 0), Sample.uniform(-1, 1, 2, 0)));
    }
  }

  /** Tensors one behind the other along an axis. [..., n, ...], [..., m, ...] -> [..., n+m, ...] */
  record Concatenate(int axis) implements Rule {
    /** Counts a negative axis from the end of the first operand. */
    static Concatenate along(int axis, Tensor... parts) {
      if (parts.length == 0) {
        throw new ShapeException("concatenate()", "needs at least one tensor");
      }
      return new Concatenate(parts[0].shape().axis(axis));
    }

    @Override
    public Shape shape(Tensor... inputs) {
      var first = inputs[0];
      long size = 0;
      for (var part : inputs) {
        if (part.elementType() != first.elementType()) {
          throw new ShapeException(
              call(inputs), "operands must have one element type; to(...) converts");
        }
        if (part.shape().rank() != first.shape().rank()
            || !part.shape().with(axis, first.shape().size(axis)).equals(first.shape())) {
          throw new ShapeException(
              call(inputs), "all sizes but that of axis " + axis + " must be equal");
        }
        size += part.shape().size(axis);
      }
      return first.shape().with(axis, Math.toIntExact(size));
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var y = Elements.create(inputs[0].elementType(), shape);
      int[] steps = Strides.dense(shape.toArray());
      int to = 0;
      for (var x : inputs) {
        copy(x.shape(), x, 0, Strides.dense(x.shape().toArray()), y, to, steps);
        to += x.shape().size(axis) * steps[axis];
      }
      return y;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var parts = new ArrayList<@Nullable Tensor>();
      int from = 0;
      for (int i = 0; i < chain.inputs().size(); i++) {
        int size = chain.input(i).shape().size(axis);
        parts.add(chain.needs(i) ? chain.upstream().slice(axis, from, from + size) : null);
        from += size;
      }
      return parts;
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Concatenate(0), Sample.uniform(-1, 1, 2, 3), Sample.uniform(-1, 1, 1, 3)),
          Sample.of(
              new Concatenate(1),
              Sample.uniform(-1, 1, 2, 3, 2),
              Sample.uniform(-1, 1, 2, 0, 2),
              Sample.uniform(-1, 1, 2, 17, 2)),
          Sample.of(new Concatenate(0), Sample.uniform(-1, 1, 1)),
          Sample.of(new Concatenate(0), Sample.uniform(-1, 1, 1031), Sample.uniform(-1, 1, 1)),
          Sample.of(new Concatenate(0), Sample.uniform(-1, 1, 0), Sample.uniform(-1, 1, 0)));
    }
  }

  /** The parts with a new axis in front of what becomes axis {@code axis} of the stack. */
  static Tensor stack(int axis, Tensor... parts) {
    for (var part : parts) {
      if (!part.shape().equals(parts[0].shape())) {
        throw new ShapeException(
            "stack(" + String.join(", ", Stream.of(parts).map(x -> "" + x.shape()).toList()) + ")",
            "all shapes must be equal");
      }
    }
    return Tensor.concatenate(
        axis, Stream.of(parts).map(part -> part.unsqueeze(axis)).toArray(Tensor[]::new));
  }

  private static void copy(
      Shape box, Tensor x, int from, int[] fromSteps, Tensor y, int to, int[] toSteps) {
    Strides.copy(
        box.toArray(),
        Elements.of(x),
        x.offset() + from,
        fromSteps,
        Elements.of(y),
        y.offset() + to,
        toSteps);
  }
}
