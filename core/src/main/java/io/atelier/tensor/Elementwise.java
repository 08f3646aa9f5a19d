package io.atelier.tensor;

import io.atelier.kernel.Loops;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * An operation on each element alone: what {@link Arithmetic}, {@link Functions} and {@link
 * Activations} have in common.
 *
 * <p>It is written twice, in vectors of floats and in doubles as its definition, and a third time
 * if it is {@link Exact}. Two operands are broadcast to one shape first, as NumPy does: shapes are
 * aligned at their last axes, and a size of 1 is repeated.
 */
sealed interface Elementwise extends Op {
  /** An operation that has an exact result on whole numbers too. */
  interface Exact {
    /**
     * The result in 64 bits; {@code b} is the second operand or the argument.
     *
     * @throws ArithmeticException if it does not fit
     */
    long exact(long a, long b);
  }

  /** Shapes and types are those of the first operand; the others agree. */
  @Override
  default Shape shape(Tensor... inputs) {
    requireTypes(inputs);
    return inputs[0].shape();
  }

  /** Refuses operands of different types, and of types on which this is not defined. */
  default void requireTypes(Tensor... inputs) {
    requireOneType(inputs);
    if (!(this instanceof Exact && inputs[0].elementType().isWhole())) {
      requireFloating(inputs);
    }
  }

  /** The results on whole numbers, one by one, of the type of {@code a}. */
  private Tensor exact(Tensor a, IntToLongFunction b, Tensor... inputs) {
    if (!(this instanceof Exact definition)) {
      throw new AssertionError(call(inputs) + " passed the check of its types");
    }
    long[] values = new long[a.count()];
    int i = 0;
    try {
      for (; i < values.length; i++) {
        long value = definition.exact(a.whole(i), b.applyAsLong(i));
        values[i] = a.elementType() == ElementType.INT ? Math.toIntExact(value) : value;
      }
    } catch (ArithmeticException e) {
      String cure = a.elementType() == ElementType.INT ? "LONG) has room" : "DOUBLE) rounds";
      throw new ArithmeticException(
          call(inputs)
              + ": the result at place "
              + i
              + " does not fit "
              + a.elementType()
              + "; to("
              + cure);
    }
    return Tensor.wrap(values, a.shape()).to(a.elementType());
  }

  /** {@code y = f(x)}. */
  sealed interface Unary extends Elementwise
      permits Activations.Rule, Arithmetic.Unary, Bounds.Unary, Functions.Rule {
    /** The fast loop. */
    Loops.UnaryKernel loop();

    /** The definition. */
    double reference(double x);

    /** A number that the loop is given: a slope, a factor. */
    default double argument() {
      return 0;
    }

    /** The derivative at the input, as a tensor expression of input and output. */
    Tensor slope(Tensor x, Tensor y);

    @Override
    default Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      return switch (x.elementType()) {
        case FLOAT -> {
          var y = Tensor.floats(shape);
          loop().run(x.floats(), x.offset(), (float) argument(), y.floats(), y.offset(), y.count());
          yield y;
        }
        case DOUBLE -> {
          double[] values = x.toDoubles();
          Arrays.setAll(values, i -> reference(values[i]));
          yield Tensor.wrap(values, shape);
        }
        case INT, LONG, BOOL -> {
          long argument = wholeArgument(x);
          yield ((Elementwise) this).exact(x, _ -> argument, inputs);
        }
      };
    }

    private long wholeArgument(Tensor x) {
      double argument = argument();
      if (argument != Math.rint(argument) || Math.abs(argument) >= 0x1p53) {
        throw new ShapeException(
            call(x),
            "the number must be whole and below 2^53 in size, got "
                + argument
                + "; to(FLOAT) converts the tensor");
      }
      return (long) argument;
    }

    @Override
    default List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().times(slope(chain.input(0), chain.output())));
    }

    /** The cases of an operation of one operand: no element, one, around the vector width, many. */
    static List<Op.Sample> samples(Op op, double low, double high) {
      return List.of(
          Op.Sample.of(op, Op.Sample.uniform(low, high, 3, 5)),
          Op.Sample.of(op, Op.Sample.uniform(low, high)),
          Op.Sample.of(op, Op.Sample.uniform(low, high, 0)),
          Op.Sample.of(op, Op.Sample.uniform(low, high, 17)),
          Op.Sample.of(op, Op.Sample.uniform(low, high, 1031)));
    }
  }

  /** {@code c = f(a, b)} of operands of one shape. */
  sealed interface Binary extends Elementwise
      permits Arithmetic.Binary, Arithmetic.DividedBy, Bounds.Binary {
    /** The fast loop. */
    Loops.BinaryKernel loop();

    /** The definition. */
    double reference(double a, double b);

    /** Repeats sizes of 1 until the shapes agree, then applies. */
    default Tensor broadcast(Tensor a, Tensor b) {
      requireTypes(a, b);
      var shape = Movement.broadcast(this, a, b);
      return apply(a.expanded(shape), b.expanded(shape));
    }

    @Override
    default Tensor forward(Shape shape, Tensor... inputs) {
      var a = inputs[0];
      var b = inputs[1];
      return switch (a.elementType()) {
        case FLOAT -> {
          var c = Tensor.floats(shape);
          loop()
              .run(
                  a.floats(),
                  a.offset(),
                  b.floats(),
                  b.offset(),
                  c.floats(),
                  c.offset(),
                  c.count());
          yield c;
        }
        case DOUBLE -> {
          double[] left = a.toDoubles();
          double[] right = b.toDoubles();
          Arrays.setAll(left, i -> reference(left[i], right[i]));
          yield Tensor.wrap(left, shape);
        }
        case INT, LONG, BOOL -> ((Elementwise) this).exact(a, b::whole, inputs);
      };
    }

    /** The cases of an operation of two operands of one shape. */
    static List<Op.Sample> samples(Op op, double low, double high) {
      return List.of(
          Op.Sample.of(op, Op.Sample.uniform(-2, 2, 3, 5), Op.Sample.uniform(low, high, 3, 5)),
          Op.Sample.of(op, Op.Sample.uniform(-2, 2), Op.Sample.uniform(low, high)),
          Op.Sample.of(op, Op.Sample.uniform(-2, 2, 0), Op.Sample.uniform(low, high, 0)),
          Op.Sample.of(op, Op.Sample.uniform(-2, 2, 17), Op.Sample.uniform(low, high, 17)),
          Op.Sample.of(op, Op.Sample.uniform(-2, 2, 1031), Op.Sample.uniform(low, high, 1031)));
    }
  }
}
