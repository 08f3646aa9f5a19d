package io.atelier.tensor;

import io.atelier.kernel.Strides;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Operations that pick elements by index or by mask; indices are INT or LONG, masks BOOL. */
sealed interface Indexing permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The elements at these indices of an axis: {@code y[i, j, k] = x[i, indices[i, j, k], k]} along
   * axis 1. Derivatives of an element picked several times add up.
   *
   * <p>Shapes: [a, n, b], indices [a, m, b] -> [a, m, b]; before or after the axis the sizes of
   * {@code indices} may also all be 1.
   *
   * @throws ShapeException if shapes do not fit or an index lies outside 0..n-1
   */
  default Tensor gather(int axis, Tensor indices) {
    return new Gather(self().shape().axis(axis)).apply(self(), indices);
  }

  /**
   * With {@code source} added at these indices of an axis: {@code y = x; y[i, indices[i, j, k], k]
   * += source[i, j, k]} along axis 1, in ascending order.
   *
   * <p>Shapes: [a, n, b], indices [a, m, b], source [a, m, b] -> [a, n, b]; before or after the
   * axis the sizes of {@code indices} may also all be 1.
   *
   * @throws ShapeException if shapes do not fit or an index lies outside 0..n-1
   */
  default Tensor scatterAdd(int axis, Tensor indices, Tensor source) {
    return new ScatterAdd(self().shape().axis(axis)).apply(self(), indices, source);
  }

  /**
   * The slices at these indices of an axis; with axis 0 of a table of rows, an embedding.
   *
   * <p>Shapes: [a, n, b], indices [...] -> [a, ..., b].
   *
   * @throws ShapeException if an index lies outside 0..n-1
   */
  default Tensor indexSelect(int axis, Tensor indices) {
    var shape = self().shape();
    int at = shape.axis(axis);
    requireIndices(
        () ->
            "indexSelect("
                + self().described()
                + ", axis "
                + axis
                + ", "
                + indices.described()
                + ")",
        indices,
        shape.size(at),
        "axis " + at + " has size " + shape.size(at));
    int[] flat = IntStream.generate(() -> 1).limit(shape.rank()).toArray(); // [1, count, 1]
    flat[at] = indices.count();
    int[] sizes =
        IntStream.concat(
                IntStream.concat(
                    Arrays.stream(shape.toArray(), 0, at),
                    Arrays.stream(indices.shape().toArray())),
                Arrays.stream(shape.toArray(), at + 1, shape.rank()))
            .toArray();
    return gather(at, indices.reshape(Shape.of(flat))).reshape(Shape.of(sizes));
  }

  /**
   * FLOAT 1 at the place each index names, else 0: [...] -> [..., classes].
   *
   * @throws ShapeException if an index lies outside 0..classes-1
   */
  default Tensor oneHot(int classes) {
    var rows = self().unsqueeze(-1);
    var shape = rows.shape().with(-1, classes);
    requireIndices(
        () -> "oneHot(" + self().described() + ", " + classes + " classes)",
        self(),
        classes,
        "there are " + classes + " classes");
    var zeros = Tensor.filled(0, shape, ElementType.FLOAT);
    return zeros.scatterAdd(-1, rows, Tensor.filled(1, rows.shape(), ElementType.FLOAT));
  }

  /**
   * With {@code value} wherever the mask is true, which is broadcast to this shape.
   *
   * @throws ShapeException if the mask is not BOOL or does not fit, or the element type cannot hold
   *     the value
   */
  default Tensor maskedFill(Tensor mask, double value) {
    requireMask("maskedFill", mask);
    var type = self().elementType();
    if (!type.holds(value)) {
      throw new ShapeException(
          "maskedFill(" + self().described() + ", " + value + ")", type + " cannot hold " + value);
    }
    return mask.where(Tensor.filled(value, Shape.of(), type), self());
  }

  /**
   * The elements for which the mask is true, one behind the other: [...] -> [count].
   *
   * @param mask BOOL, broadcast to this shape
   */
  default Tensor maskedSelect(Tensor mask) {
    requireMask("maskedSelect", mask);
    boolean[] chosen = mask.expanded(self().shape()).toBooleans();
    int[] places = IntStream.range(0, chosen.length).filter(i -> chosen[i]).toArray();
    return reshapedToRow().gather(0, Tensor.of(places, places.length));
  }

  private void requireMask(String name, Tensor mask) {
    String call = name + "(" + self().described() + ", " + mask.described() + ")";
    if (mask.elementType() != ElementType.BOOL) {
      throw new ShapeException(call, "the mask must be BOOL; a comparison says what is true");
    }
    var sizes = self().shape();
    if (!broadcasts(mask.shape(), sizes)) {
      throw new ShapeException(call, "the mask " + mask.shape() + " must broadcast to " + sizes);
    }
  }

  private static boolean broadcasts(Shape mask, Shape sizes) {
    int added = sizes.rank() - mask.rank();
    return added >= 0
        && IntStream.range(0, mask.rank())
            .allMatch(axis -> mask.size(axis) == 1 || mask.size(axis) == sizes.size(axis + added));
  }

  private Tensor reshapedToRow() {
    return self().reshape(Shape.of(self().count()));
  }

  /** An operation that picks elements. */
  sealed interface Rule extends Op permits Gather, ScatterAdd {}

  /** Elements picked along an axis. [a, n, b], indices [a, m, b] -> [a, m, b] */
  record Gather(int axis) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireIndices(this, axis, inputs[0].shape().size(axis), inputs);
      return inputs[0].shape().with(axis, inputs[1].shape().size(axis));
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      var y = Elements.create(x.elementType(), shape);
      var from = Elements.of(x);
      var to = Elements.of(y);
      each(
          x.shape(),
          axis,
          inputs[1],
          (at, place, span) -> System.arraycopy(from, x.offset() + at, to, place, span));
      return y;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var x = chain.input(0);
      var zeros = Tensor.filled(0, x.shape(), x.elementType());
      return Arrays.asList(zeros.scatterAdd(axis, chain.input(1), chain.upstream()), null);
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(
              new Gather(1),
              Sample.uniform(-1, 1, 2, 3),
              Tensor.of(new int[] {2, 0, 2, 1, 1, 1, 0, 2}, 2, 4)),
          Sample.of(
              new Gather(1),
              Sample.uniform(-1, 1, 2, 3, 2),
              Tensor.of(new int[] {2, 0, 0, 1, 1, 1, 0, 2}, 2, 2, 2)),
          Sample.of(
              new Gather(0), Sample.uniform(-1, 1, 5, 17), Tensor.of(new long[] {4, 0, 4}, 3, 1)),
          Sample.of(new Gather(0), Sample.uniform(-1, 1, 1), Tensor.of(new int[] {0}, 1)),
          Sample.of(new Gather(0), Sample.uniform(-1, 1, 3, 2), Tensor.of(new int[0], 0, 2)),
          Sample.of(new Gather(1), Sample.uniform(-1, 1, 0, 2), Tensor.of(new int[0], 0, 3)));
    }
  }

  /** Elements added along an axis. [a, n, b], indices [a, m, b], source [a, m, b] -> [a, n, b] */
  record ScatterAdd(int axis) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      var shape = inputs[0].shape();
      requireIndices(this, axis, shape.size(axis), inputs);
      if (inputs[0].elementType() == ElementType.BOOL
          || inputs[0].elementType() != inputs[2].elementType()) {
        throw new ShapeException(
            call(inputs), "what is added must be numbers of one element type; to(...) converts");
      }
      var wanted = shape.with(axis, inputs[1].shape().size(axis));
      if (!inputs[2].shape().equals(wanted)) {
        throw new ShapeException(
            call(inputs), "what is added must have shape " + wanted + ", got " + inputs[2].shape());
      }
      return shape;
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var source = inputs[2];
      var y = Elements.create(source.elementType(), shape);
      var from = Elements.of(source);
      var to = Elements.of(y);
      System.arraycopy(Elements.of(inputs[0]), inputs[0].offset(), to, 0, y.count());
      each(
          shape,
          axis,
          inputs[1],
          (at, place, span) -> Strides.add(from, source.offset() + place, to, at, span));
      return y;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var upstream = chain.upstream();
      return Arrays.asList(
          upstream, null, chain.needs(2) ? upstream.gather(axis, chain.input(1)) : null);
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(
              new ScatterAdd(1),
              Sample.uniform(-1, 1, 2, 3),
              Tensor.of(new int[] {2, 0, 2, 1, 1, 1, 0, 2}, 2, 4),
              Sample.uniform(-1, 1, 2, 4)),
          Sample.of(
              new ScatterAdd(0),
              Sample.uniform(-1, 1, 5, 17),
              Tensor.of(new long[] {4, 0, 4}, 3, 1),
              Sample.uniform(-1, 1, 3, 17)),
          Sample.of(
              new ScatterAdd(0),
              Sample.uniform(-1, 1, 1),
              Tensor.of(new int[] {0}, 1),
              Sample.uniform(-1, 1, 1)),
          Sample.of(
              new ScatterAdd(0),
              Sample.uniform(-1, 1, 3, 2),
              Tensor.of(new int[0], 0, 2),
              Sample.uniform(-1, 1, 0, 2)));
    }
  }

  /**
   * What happens at one index: element {@code at} of the indexed tensor, {@code place} of the
   * other.
   */
  @FunctionalInterface
  interface Visit {
    void run(int at, int place, int span);
  }

  /** Goes through the indices in ascending order; each moves {@code span} elements. */
  private static void each(Shape shape, int axis, Tensor indices, Visit visit) {
    int outer = shape.product(0, axis);
    int n = shape.size(axis);
    int inner = shape.product(axis + 1, shape.rank());
    int m = indices.shape().size(axis);
    int[] index = indices.elementType() == ElementType.INT ? indices.toInts() : narrowed(indices);
    boolean sameOuter = indices.shape().product(0, axis) == 1;
    int span = indices.shape().product(axis + 1, shape.rank()) == 1 ? inner : 1;
    for (int i = 0; i < outer; i++) {
      int next = sameOuter ? 0 : i * m * (inner / Math.max(span, 1));
      for (int j = 0; j < m; j++) {
        for (int k = 0; k < inner; k += span) {
          visit.run((i * n + index[next++]) * inner + k, (i * m + j) * inner + k, span);
        }
      }
    }
  }

  private static int[] narrowed(Tensor indices) {
    return Arrays.stream(indices.toLongs()).mapToInt(Math::toIntExact).toArray();
  }

  private static void requireIndices(Op op, int axis, int size, Tensor... inputs) {
    var x = inputs[0].shape();
    var indices = inputs[1].shape();
    if (indices.rank() != x.rank()
        || !fits(indices, x, 0, axis)
        || !fits(indices, x, axis + 1, x.rank())) {
      throw new ShapeException(
          op.call(inputs),
          "before and after axis "
              + axis
              + " the sizes of the indices must be those of the indexed tensor, or all 1");
    }
    requireIndices(() -> op.call(inputs), inputs[1], size, "axis " + axis + " has size " + size);
  }

  /** Refuses what are no indices below {@code size}; {@code reason} says why that is the bound. */
  private static void requireIndices(
      Supplier<String> call, Tensor indices, int size, String reason) {
    if (!indices.elementType().isWhole()) {
      throw new ShapeException(call.get(), "indices must be INT or LONG");
    }
    for (int i = 0; i < indices.count(); i++) {
      long index = indices.whole(i);
      if (index < 0 || index >= size) {
        throw new ShapeException(
            call.get(), "index " + index + " is not in 0.." + (size - 1) + ": " + reason);
      }
    }
  }

  /** Whether the sizes from an axis to before another are equal, or 1 throughout. */
  private static boolean fits(Shape indices, Shape x, int from, int to) {
    return IntStream.range(from, to).allMatch(axis -> indices.size(axis) == x.size(axis))
        || IntStream.range(from, to).allMatch(axis -> indices.size(axis) == 1);
  }
}
