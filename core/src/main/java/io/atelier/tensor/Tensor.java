package io.atelier.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An immutable array of numbers with a shape, row by row.
 *
 * <p>{@link #of} and its neighbours make tensors of given values, {@link Rng} random ones. The
 * operations stand in their families ({@code Arithmetic}, {@code Reduction}, {@code Movement},
 * {@code Contraction}) and are methods here. An operation on a tracked tensor (one that depends on
 * a {@link Parameter} or on a tensor marked by {@link #tracked}) is recorded, and {@link #backward}
 * returns derivatives. Tensors are ordinary objects: nothing to close. Those made inside a {@link
 * Step} can be read until it ends. Thread-confined while they are recorded, else thread-safe.
 */
public final class Tensor
    implements Activations,
        Arithmetic,
        Bounds,
        Contraction,
        Convolution,
        FullyConnected,
        Functions,
        Indexing,
        Logic,
        Movement,
        Normalization,
        Ordering,
        Pooling,
        Reduction,
        Resizing,
        Rowwise,
        Slicing {
  private static final AtomicLong CREATED = new AtomicLong();

  static {
    Machine.requireVectors();
  }

  private final Shape shape;
  private final ElementType type;
  private final Object array;
  private final int offset;
  private final @Nullable Owner owner;
  private final @Nullable Origin origin;

  private Tensor(
      Shape shape,
      ElementType type,
      Object array,
      int offset,
      @Nullable Owner owner,
      @Nullable Origin origin) {
    this.shape = shape;
    this.type = type;
    this.array = array;
    this.offset = offset;
    this.owner = owner;
    this.origin = origin;
  }

  /** Who changes or recycles the array under a tensor; nobody, for most. */
  sealed interface Owner permits Step, Parameter {}

  /** Where a tracked tensor comes from: the beginning of a derivative, or an operation. */
  sealed interface Origin {
    /** A parameter at one version. */
    record Of(Parameter parameter, int version) implements Origin {}

    /** A tensor that was marked by {@link Tensor#tracked}. */
    final class Marked implements Origin {} // identity counts

    /** The result of an operation; {@code order} grows in order of creation. */
    record Recorded(Op op, List<Tensor> inputs, long order) implements Origin {}
  }

  /** A FLOAT tensor with a copy of these values, row by row. */
  public static Tensor of(float[] values, int... sizes) {
    return create(ElementType.FLOAT, values.clone(), values.length, sizes);
  }

  /** A DOUBLE tensor with a copy of these values, row by row. */
  public static Tensor of(double[] values, int... sizes) {
    return create(ElementType.DOUBLE, values.clone(), values.length, sizes);
  }

  /** An INT tensor with a copy of these values, row by row. */
  public static Tensor of(int[] values, int... sizes) {
    return create(ElementType.INT, values.clone(), values.length, sizes);
  }

  /** A LONG tensor with a copy of these values, row by row. */
  public static Tensor of(long[] values, int... sizes) {
    return create(ElementType.LONG, values.clone(), values.length, sizes);
  }

  /** A BOOL tensor with a copy of these values, row by row. */
  public static Tensor of(boolean[] values, int... sizes) {
    return create(ElementType.BOOL, values.clone(), values.length, sizes);
  }

  /** A FLOAT scalar. */
  public static Tensor scalar(float value) {
    return wrap(new float[] {value}, Shape.of());
  }

  /** FLOAT zeros; {@link #full(ElementType, double, int...)} makes other types. */
  public static Tensor zeros(int... sizes) {
    return full(0, sizes);
  }

  /** FLOAT ones. */
  public static Tensor ones(int... sizes) {
    return full(1, sizes);
  }

  /** A FLOAT tensor of one value everywhere. */
  public static Tensor full(double value, int... sizes) {
    return full(ElementType.FLOAT, value, sizes);
  }

  /**
   * A tensor of one value everywhere; for BOOL anything but 0 is true.
   *
   * @throws ShapeException if the type cannot hold the value
   */
  public static Tensor full(ElementType type, double value, int... sizes) {
    return Creation.full(type, value, Shape.of(sizes));
  }

  /** The whole numbers {@code from, from + 1, ..., to - 1}, LONG. */
  public static Tensor arange(long from, long to) {
    return arange(from, to, 1);
  }

  /**
   * The whole numbers from {@code from} on, {@code step} apart, before {@code to}: LONG.
   *
   * @throws ShapeException if the step is 0 or leads away from {@code to}
   */
  public static Tensor arange(long from, long to, long step) {
    return Creation.arange(from, to, step);
  }

  /**
   * The numbers {@code from + i step} before {@code to}: FLOAT. Whether rounding lets a last one in
   * is hard to see; {@link #linspace} says how many there are.
   *
   * @throws ShapeException if the step is 0 or leads away from {@code to}
   */
  public static Tensor arange(double from, double to, double step) {
    return Creation.arange(from, to, step);
  }

  /**
   * So many FLOAT numbers at equal distances, {@code from} the first and {@code to} the last.
   *
   * @throws ShapeException if the count is negative or an end is infinite or not a number
   */
  public static Tensor linspace(double from, double to, int count) {
    return Creation.linspace(from, to, count);
  }

  /** The FLOAT identity matrix: 1 on the diagonal, else 0. [n, n] */
  public static Tensor eye(int n) {
    return Creation.eye(n);
  }

  /**
   * Tensors one behind the other along an axis: [..., n, ...], [..., m, ...] -> [..., n + m, ...].
   *
   * @throws ShapeException if there is none, or another size or the element type differs
   */
  public static Tensor concatenate(int axis, Tensor... parts) {
    return Slicing.Concatenate.along(axis, parts).apply(parts);
  }

  /**
   * Tensors of one shape side by side along a new axis: k times [..., ...] -> [..., k, ...].
   *
   * @param axis where the new axis stands in the result; -1 is the last
   * @throws ShapeException if there is none, or shapes or element types differ
   */
  public static Tensor stack(int axis, Tensor... parts) {
    return Slicing.stack(axis, parts);
  }

  /**
   * Sums of products in Einstein's notation: each axis has a letter, and the result is the sum over
   * all letters that it does not name.
   *
   * <pre>{@code
   * Tensor.einsum("ij,jk->ik", a, b);          // the product of matrices
   * Tensor.einsum("bhqd,bhkd->bhqk", q, k);    // every query times every key, without a copy
   * Tensor.einsum("ii->", a);                  // the trace; "ii->i" is the diagonal
   * Tensor.einsum("bn,anm,bm->ba", x, w, y);   // a bilinear form
   * }</pre>
   *
   * <p>Without an arrow the result names the letters that stand once, in alphabetical order, as in
   * NumPy. An ellipsis stands for any axes, counted from their last: "...ij,...jk->...ik". Three
   * operands or more are multiplied from left to right.
   *
   * @throws ShapeException if the equation does not fit the operands: their number, their axes, a
   *     letter with two sizes, or one of the result that no operand has
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return Einsum.of(equation, operands);
  }

  private static Tensor create(ElementType type, Object values, int length, int... sizes) {
    var shape = Shape.of(sizes);
    if (shape.count() != length) {
      throw new ShapeException(
          "tensor(" + length + " values, " + shape + ")",
          shape + " has " + shape.count() + " elements");
    }
    return new Tensor(shape, type, values, 0, null, null);
  }

  /** A tensor over an array that nobody else writes to. */
  static Tensor wrap(float[] values, Shape shape) {
    return new Tensor(shape, ElementType.FLOAT, values, 0, null, null);
  }

  static Tensor wrap(double[] values, Shape shape) {
    return new Tensor(shape, ElementType.DOUBLE, values, 0, null, null);
  }

  static Tensor wrap(int[] values, Shape shape) {
    return new Tensor(shape, ElementType.INT, values, 0, null, null);
  }

  static Tensor wrap(long[] values, Shape shape) {
    return new Tensor(shape, ElementType.LONG, values, 0, null, null);
  }

  static Tensor wrap(boolean[] values, Shape shape) {
    return new Tensor(shape, ElementType.BOOL, values, 0, null, null);
  }

  /** A new FLOAT tensor in the memory of the current step, its values yet to be written. */
  static Tensor floats(Shape shape) {
    return new Tensor(shape, ElementType.FLOAT, Step.memory(shape), 0, Step.current(), null);
  }

  /** A new DOUBLE tensor of zeros. */
  static Tensor doubles(Shape shape) {
    return wrap(new double[length(shape)], shape);
  }

  static Tensor leaf(Tensor values, Parameter parameter) {
    return new Tensor(
        values.shape,
        values.type,
        values.array,
        values.offset,
        parameter,
        new Origin.Of(parameter, parameter.version()));
  }

  static Tensor recorded(Tensor result, Op op, List<Tensor> inputs) {
    return result.with(result.shape, new Origin.Recorded(op, inputs, CREATED.getAndIncrement()));
  }

  private Tensor with(Shape newShape, @Nullable Origin newOrigin) {
    return new Tensor(newShape, type, array, offset, owner, newOrigin);
  }

  /** The same elements under another shape of as many. */
  Tensor viewed(Shape other) {
    return with(other, null);
  }

  /** Some of the same elements under another shape, from the {@code from}-th on. */
  Tensor viewed(Shape other, int from) {
    return new Tensor(other, type, array, offset + from, owner, null);
  }

  /** The number of elements, which must fit a Java array. */
  static int length(Shape shape) {
    if (shape.count() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "tensor(" + shape + ")",
          shape.count() + " elements do not fit a Java array of 2,147,483,639");
    }
    return (int) shape.count();
  }

  /** The sizes of the axes. */
  public Shape shape() {
    return shape;
  }

  /** The type of the elements. */
  public ElementType elementType() {
    return type;
  }

  /** The number of elements. */
  public int count() {
    return (int) shape.count();
  }

  /** The array under a FLOAT tensor; its elements begin at {@link #offset}. */
  float[] floats() {
    return (float[]) array(ElementType.FLOAT);
  }

  /** The array under a DOUBLE tensor. */
  double[] doubles() {
    return (double[]) array(ElementType.DOUBLE);
  }

  /** The array under an INT tensor. */
  int[] ints() {
    return (int[]) array(ElementType.INT);
  }

  /** The array under a LONG tensor. */
  long[] longs() {
    return (long[]) array(ElementType.LONG);
  }

  /** The array under a BOOL tensor. */
  boolean[] booleans() {
    return (boolean[]) array(ElementType.BOOL);
  }

  int offset() {
    return offset;
  }

  private Object array(ElementType wanted) {
    if (type != wanted) {
      throw new ShapeException(type + " " + shape, "the elements are " + type + ", not " + wanted);
    }
    if (owner instanceof Step step) {
      step.requireOpen(shape);
    }
    return array instanceof Pending product ? product.values() : array;
  }

  /** A FLOAT tensor of the current step whose values are a product yet to be computed. */
  static Tensor pending(Pending product) {
    return new Tensor(product.shape(), ElementType.FLOAT, product, 0, Step.current(), null);
  }

  /** The product that these values wait for, if nobody has asked for them. */
  @Nullable Pending pending() {
    return array instanceof Pending product && !product.isComputed() ? product : null;
  }

  /** Whether the array under this tensor is a parameter's, which changes. */
  boolean isOfParameter() {
    return owner instanceof Parameter;
  }

  /** The parameter whose present values these are, if they are one's. */
  @Nullable Parameter parameter() {
    return origin instanceof Origin.Of(var parameter, var version) && parameter.version() == version
        ? parameter
        : null;
  }

  /** A copy of the values of a FLOAT tensor, row by row. */
  public float[] toFloats() {
    return Arrays.copyOfRange(floats(), offset, offset + count());
  }

  /** A copy of the values of a DOUBLE tensor, row by row. */
  public double[] toDoubles() {
    return Arrays.copyOfRange(doubles(), offset, offset + count());
  }

  /** A copy of the values of an INT tensor, row by row. */
  public int[] toInts() {
    return Arrays.copyOfRange(ints(), offset, offset + count());
  }

  /** A copy of the values of a LONG tensor, row by row. */
  public long[] toLongs() {
    return Arrays.copyOfRange(longs(), offset, offset + count());
  }

  /** A copy of the values of a BOOL tensor, row by row. */
  public boolean[] toBooleans() {
    return Arrays.copyOfRange(booleans(), offset, offset + count());
  }

  /**
   * The value of a tensor with one element; true is 1.
   *
   * @throws ShapeException if there are more or none
   */
  public double item() {
    if (shape.count() != 1) {
      throw new ShapeException("item(" + shape + ")", "needs one element, got " + shape.count());
    }
    return number(0);
  }

  /** An element by its place in the rows laid end to end, as a double. */
  double number(int index) {
    int at = offset + index;
    return switch (type) {
      case FLOAT -> floats()[at];
      case DOUBLE -> doubles()[at];
      case INT -> ints()[at];
      case LONG -> longs()[at];
      case BOOL -> booleans()[at] ? 1 : 0;
    };
  }

  /** A whole-numbered or BOOL element as a long. */
  long whole(int index) {
    int at = offset + index;
    return switch (type) {
      case INT -> ints()[at];
      case LONG -> longs()[at];
      case BOOL -> booleans()[at] ? 1 : 0;
      case FLOAT, DOUBLE ->
          throw new ShapeException(
              type + " " + shape, "holds fractions; truncated() makes whole numbers of them");
    };
  }

  /**
   * The values converted to another element type; untracked.
   *
   * <p>Widening and FLOAT from anything are free to ask for; whole numbers are made of floating
   * ones by {@link #truncated}, BOOL by a comparison.
   *
   * @throws ShapeException if the conversion would have to round to a whole number
   * @throws ArithmeticException if a LONG does not fit an INT
   */
  public Tensor to(ElementType wanted) {
    if (wanted == type) {
      return detached();
    }
    int n = count();
    return switch (wanted) {
      case FLOAT -> {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
          values[i] = type == ElementType.LONG ? (float) whole(i) : (float) number(i);
        }
        yield wrap(values, shape);
      }
      case DOUBLE -> {
        double[] values = new double[n];
        Arrays.setAll(values, this::number);
        yield wrap(values, shape);
      }
      case INT -> {
        int[] values = new int[n];
        Arrays.setAll(values, i -> Math.toIntExact(whole(i)));
        yield wrap(values, shape);
      }
      case LONG -> {
        long[] values = new long[n];
        Arrays.setAll(values, this::whole);
        yield wrap(values, shape);
      }
      case BOOL ->
          throw new ShapeException("to(BOOL)", "ask what is true by a comparison, greater(0)");
    };
  }

  /**
   * Floating values with their fractions cut off, as LONG; beyond 64 bits the nearest that fits.
   */
  public Tensor truncated() {
    requireFloating("truncated");
    long[] values = new long[count()];
    Arrays.setAll(values, i -> (long) number(i));
    return wrap(values, shape);
  }

  /**
   * {@code function} of every floating value, computed in double; untracked. For a {@link
   * CustomOp}.
   */
  public Tensor map(DoubleUnaryOperator function) {
    requireFloating("map");
    double[] values = new double[count()];
    Arrays.setAll(values, i -> function.applyAsDouble(number(i)));
    return wrap(values, shape).to(type);
  }

  /** The same values, with memory of their own and without derivatives. */
  public Tensor kept() {
    return switch (type) {
      case FLOAT -> wrap(toFloats(), shape);
      case DOUBLE -> wrap(toDoubles(), shape);
      case INT -> wrap(toInts(), shape);
      case LONG -> wrap(toLongs(), shape);
      case BOOL -> wrap(toBooleans(), shape);
    };
  }

  /** The same values, as a constant: derivatives do not pass through. */
  public Tensor detached() {
    return with(shape, null);
  }

  /** The same values, marked so that derivatives with respect to them can be asked for. */
  public Tensor tracked() {
    requireFloating("tracked");
    return with(shape, new Origin.Marked());
  }

  /** Whether derivatives pass through this tensor. */
  public boolean isTracked() {
    return origin != null;
  }

  @Nullable Origin origin() {
    return origin;
  }

  void requireFloating(String operation) {
    if (!type.isFloating()) {
      throw new ShapeException(
          operation + "(" + type + " " + shape + ")", "only FLOAT and DOUBLE have derivatives");
    }
  }

  /**
   * The derivatives of this scalar with respect to every parameter and tracked tensor it depends
   * on.
   *
   * @throws GraphException if this tensor has several elements, depends on nothing tracked, or
   *     needs a parameter that has changed since
   */
  public Gradients backward() {
    if (shape.count() != 1) {
      throw new GraphException(
          "backward() of a tensor "
              + shape
              + ": only a scalar has a gradient;"
              + " take sum() or mean(), or give backward(upstream) a tensor "
              + shape);
    }
    return backward(filled(1, shape, type));
  }

  /**
   * The derivatives of {@code sum(upstream * this)}: a vector-Jacobian product.
   *
   * @param upstream of this tensor's shape and type
   */
  public Gradients backward(Tensor upstream) {
    return Backward.run(this, upstream, false);
  }

  /**
   * The same derivatives, recorded: they can be differentiated in turn. For second derivatives.
   *
   * @param upstream of this tensor's shape and type
   */
  public Gradients recordedBackward(Tensor upstream) {
    return Backward.run(this, upstream, true);
  }

  /**
   * The same values; {@code observer} sees them with their derivative when backpropagation passes.
   *
   * <p>The derivative lives as long as the {@link Step} in which it was made.
   */
  public Tensor watched(BiConsumer<Tensor, Tensor> observer) {
    return new Derivatives.Watch(observer).apply(this);
  }

  /** A tensor of one value everywhere, in the memory of the current step. */
  static Tensor filled(double value, Shape shape, ElementType type) {
    return Elements.filled(type, shape, value);
  }

  /** Element type and shape, as messages show a tensor; FLOAT is not said: {@code [2, 3]}. */
  String described() {
    return (type == ElementType.FLOAT ? "" : type + " ") + shape;
  }

  /**
   * The values as PyTorch prints them, with element type and shape; the middle of long axes is left
   * out if there are more than 1,000 elements.
   *
   * <pre>{@code
   * tensor([[ 1.0000, -2.5000],
   *         [ 0.3333,  4.0000]], FLOAT [2, 2])
   * }</pre>
   */
  @Override
  public String toString() {
    return owner instanceof Step step && !step.isOpen()
        ? "tensor(" + type + " " + shape + " of " + step + " that has ended)"
        : Printer.print(this);
  }
}
