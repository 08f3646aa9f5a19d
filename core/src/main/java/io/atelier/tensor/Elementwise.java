package io.atelier.tensor;

import io.atelier.kernel.Loops;
import io.atelier.kernel.VectorMath;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * Operations on each element alone.
 *
 * <p>Two operands are broadcast to one shape first, as NumPy does: shapes are aligned at their last
 * axes, and a size of 1 is repeated.
 */
sealed interface Elementwise permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The sum of two tensors, broadcast: {@code a + b}. */
  default Tensor plus(Tensor other) {
    return new Plus().broadcast(self(), other);
  }

  /** The difference of two tensors, broadcast: {@code a - b}. */
  default Tensor minus(Tensor other) {
    return new Minus().broadcast(self(), other);
  }

  /** The product element by element, broadcast: {@code a * b}. For matrices see {@code matmul}. */
  default Tensor times(Tensor other) {
    return new Times().broadcast(self(), other);
  }

  /** The quotient of two tensors, broadcast: {@code a / b}. */
  default Tensor dividedBy(Tensor other) {
    return new Divide().broadcast(self(), other);
  }

  /** A number added to every element: {@code x + c}. */
  default Tensor plus(double c) {
    return new Shift(c).apply(self());
  }

  /** Every element times a number: {@code c x}. */
  default Tensor times(double c) {
    return new Scale(c).apply(self());
  }

  /** {@code -x}. */
  default Tensor negated() {
    return times(-1);
  }

  /** {@code x * x}. */
  default Tensor squared() {
    return new Square().apply(self());
  }

  /** The square root; not a number below 0. */
  default Tensor sqrt() {
    return new Sqrt().apply(self());
  }

  /** {@code 1 / x}. */
  default Tensor reciprocal() {
    return new Reciprocal().apply(self());
  }

  /** {@code x^exponent}, as {@code Math.pow} has it. */
  default Tensor power(double exponent) {
    return new Power(exponent).apply(self());
  }

  /** The sine of an angle in radians. */
  default Tensor sin() {
    return new Sin().apply(self());
  }

  /** The cosine of an angle in radians. */
  default Tensor cos() {
    return new Cos().apply(self());
  }

  /** {@code |x|}; derivative 0 at 0, as PyTorch has it. */
  default Tensor abs() {
    return new Abs().apply(self());
  }

  /** -1, 0 or 1; its derivative is 0 everywhere. */
  default Tensor sign() {
    return new Sign().apply(self());
  }

  /** {@code max(x, low)}; at {@code low} the derivative is 1, as PyTorch's clamp has it. */
  default Tensor atLeast(double low) {
    return new AtLeast(low).apply(self());
  }

  /** {@code min(x, high)}; at {@code high} the derivative is 1. */
  default Tensor atMost(double high) {
    return new AtMost(high).apply(self());
  }

  /** {@code min(max(x, low), high)}. */
  default Tensor clamp(double low, double high) {
    return atLeast(low).atMost(high);
  }

  /** The larger of two values, broadcast; where they are equal the derivative is shared. */
  default Tensor maximum(Tensor other) {
    return new Maximum().broadcast(self(), other);
  }

  /** The smaller of two values, broadcast; where they are equal the derivative is shared. */
  default Tensor minimum(Tensor other) {
    return new Minimum().broadcast(self(), other);
  }

  /** {@code e^x}. */
  default Tensor exp() {
    return new Exp().apply(self());
  }

  /** The natural logarithm: minus infinity at 0, not a number below. */
  default Tensor log() {
    return new Log().apply(self());
  }

  /** An operation on each element. */
  sealed interface Rule extends Op permits Unary, Binary {
    /** Shapes and types are those of the first operand; the others agree. */
    @Override
    default Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      return inputs[0].shape();
    }
  }

  /** {@code y = f(x)}, twice: in vectors of floats, and in doubles as its definition. */
  sealed interface Unary extends Rule
      permits Activations.Rule,
          Shift,
          Scale,
          Square,
          Sqrt,
          Reciprocal,
          Power,
          Exp,
          Log,
          Sin,
          Cos,
          Abs,
          Sign,
          AtLeast,
          AtMost {
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
      if (x.elementType() == ElementType.FLOAT) {
        var y = Tensor.floats(shape);
        loop().run(x.floats(), x.offset(), (float) argument(), y.floats(), y.offset(), y.count());
        return y;
      }
      double[] values = x.toDoubles();
      Arrays.setAll(values, i -> reference(values[i]));
      return Tensor.wrap(values, shape);
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

  /** {@code x + c}. */
  record Shift(double c) implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, c) -> x.add(c));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return c;
    }

    @Override
    public double reference(double x) {
      return x + c;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(1, x.shape(), x.elementType());
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream());
    }

    static List<Sample> samples() {
      return Unary.samples(new Shift(0.75), -2, 2);
    }
  }

  /** {@code c x}. */
  record Scale(double c) implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, c) -> x.mul(c));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return c;
    }

    @Override
    public double reference(double x) {
      return c * x;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(c, x.shape(), x.elementType());
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().times(c));
    }

    static List<Sample> samples() {
      return Unary.samples(new Scale(-1.5), -2, 2);
    }
  }

  /** {@code e^x}. */
  record Exp() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.exp(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.exp(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y;
    }

    static List<Sample> samples() {
      return Unary.samples(new Exp(), -4, 4);
    }
  }

  /** {@code ln x}. */
  record Log() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.log(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.log(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(1, x.shape(), x.elementType()).dividedBy(x);
    }

    static List<Sample> samples() {
      return Unary.samples(new Log(), 0.1, 4);
    }
  }

  /** {@code x x}; derivative {@code 2 x}. */
  record Square() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> x.mul(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return x * x;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.times(2);
    }

    static List<Sample> samples() {
      return Unary.samples(new Square(), -2, 2);
    }
  }

  /** The square root; derivative {@code 1 / (2 y)}. */
  record Sqrt() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> x.sqrt());

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Math.sqrt(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.times(2).reciprocal();
    }

    static List<Sample> samples() {
      return Unary.samples(new Sqrt(), 0.1, 4);
    }
  }

  /** {@code 1 / x}; derivative {@code -y^2}. */
  record Reciprocal() implements Unary {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, _) -> FloatVector.broadcast(x.species(), 1f).div(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return 1 / x;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.squared().negated();
    }

    static List<Sample> samples() {
      return Unary.samples(new Reciprocal(), 0.5, 4);
    }
  }

  /** {@code x^exponent}; derivative {@code exponent x^(exponent - 1)}. */
  record Power(double exponent) implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.scalar(StrictMath::pow);

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return exponent;
    }

    @Override
    public double reference(double x) {
      return StrictMath.pow(x, exponent);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.power(exponent - 1).times(exponent);
    }

    static List<Sample> samples() {
      return Unary.samples(new Power(2.5), 0.5, 3);
    }
  }

  /** The sine; derivative the cosine. */
  record Sin() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.sin(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.sin(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.cos();
    }

    static List<Sample> samples() {
      return Unary.samples(new Sin(), -4, 4);
    }
  }

  /** The cosine; derivative minus the sine. */
  record Cos() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.cos(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.cos(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.sin().negated();
    }

    static List<Sample> samples() {
      return Unary.samples(new Cos(), -4, 4);
    }
  }

  /** {@code |x|}; derivative the sign. */
  record Abs() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> x.abs());

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Math.abs(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.sign();
    }

    static List<Sample> samples() {
      return Unary.samples(new Abs(), -2, 2);
    }
  }

  /** -1, 0 or 1; derivative 0. */
  record Sign() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.scalar((x, _) -> Math.signum(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Math.signum(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(0, x.shape(), x.elementType());
    }

    static List<Sample> samples() {
      return Unary.samples(new Sign(), -2, 2);
    }
  }

  /** {@code max(x, low)}; derivative 1 from {@code low} on. */
  record AtLeast(double low) implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, low) -> x.max(low));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return low;
    }

    @Override
    public double reference(double x) {
      return Math.max(x, low);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.negated().plus(low).positive().negated().plus(1);
    }

    static List<Sample> samples() {
      return Unary.samples(new AtLeast(0.3), -2, 2);
    }
  }

  /** {@code min(x, high)}; derivative 1 up to {@code high}. */
  record AtMost(double high) implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, high) -> x.min(high));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return high;
    }

    @Override
    public double reference(double x) {
      return Math.min(x, high);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.plus(-high).positive().negated().plus(1);
    }

    static List<Sample> samples() {
      return Unary.samples(new AtMost(0.3), -2, 2);
    }
  }

  /** {@code c = f(a, b)} of operands of one shape. */
  sealed interface Binary extends Rule permits Plus, Minus, Times, Divide, Maximum, Minimum {
    /** The fast loop. */
    Loops.BinaryKernel loop();

    /** The definition. */
    double reference(double a, double b);

    /** Repeats sizes of 1 until the shapes agree, then applies. */
    default Tensor broadcast(Tensor a, Tensor b) {
      requireFloating(a, b);
      var shape = Movement.broadcast(this, a, b);
      return apply(a.expanded(shape), b.expanded(shape));
    }

    @Override
    default Tensor forward(Shape shape, Tensor... inputs) {
      var a = inputs[0];
      var b = inputs[1];
      if (a.elementType() == ElementType.FLOAT) {
        var c = Tensor.floats(shape);
        loop()
            .run(a.floats(), a.offset(), b.floats(), b.offset(), c.floats(), c.offset(), c.count());
        return c;
      }
      double[] left = a.toDoubles();
      double[] right = b.toDoubles();
      Arrays.setAll(left, i -> reference(left[i], right[i]));
      return Tensor.wrap(left, shape);
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

  /** {@code a + b}. */
  record Plus() implements Binary {
    private static final Loops.BinaryKernel LOOP = Loops.binary((a, b) -> a.add(b));

    @Override
    public Loops.BinaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double a, double b) {
      return a + b;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream(), chain.upstream());
    }

    static List<Sample> samples() {
      return Binary.samples(new Plus(), -2, 2);
    }
  }

  /** {@code a - b}. */
  record Minus() implements Binary {
    private static final Loops.BinaryKernel LOOP = Loops.binary((a, b) -> a.sub(b));

    @Override
    public Loops.BinaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double a, double b) {
      return a - b;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return Arrays.asList(chain.upstream(), chain.needs(1) ? chain.upstream().negated() : null);
    }

    static List<Sample> samples() {
      return Binary.samples(new Minus(), -2, 2);
    }
  }

  /** {@code a b}. */
  record Times() implements Binary {
    private static final Loops.BinaryKernel LOOP = Loops.binary((a, b) -> a.mul(b));

    @Override
    public Loops.BinaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double a, double b) {
      return a * b;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return Arrays.asList(
          chain.needs(0) ? chain.upstream().times(chain.input(1)) : null,
          chain.needs(1) ? chain.upstream().times(chain.input(0)) : null);
    }

    static List<Sample> samples() {
      return Binary.samples(new Times(), -2, 2);
    }
  }

  /** {@code a / b}. */
  record Divide() implements Binary {
    private static final Loops.BinaryKernel LOOP = Loops.binary((a, b) -> a.div(b));

    @Override
    public Loops.BinaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double a, double b) {
      return a / b;
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var share = chain.upstream().dividedBy(chain.input(1));
      return Arrays.asList(share, chain.needs(1) ? share.times(chain.output()).negated() : null);
    }

    static List<Sample> samples() {
      return Binary.samples(new Divide(), 0.5, 2);
    }
  }

  /** {@code max(a, b)}. */
  record Maximum() implements Binary {
    private static final Loops.BinaryKernel LOOP = Loops.binary((a, b) -> a.max(b));

    @Override
    public Loops.BinaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double a, double b) {
      return Math.max(a, b);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return shared(chain, chain.input(0).minus(chain.input(1)));
    }

    static List<Sample> samples() {
      return Binary.samples(new Maximum(), -2, 2);
    }
  }

  /** {@code min(a, b)}. */
  record Minimum() implements Binary {
    private static final Loops.BinaryKernel LOOP = Loops.binary((a, b) -> a.min(b));

    @Override
    public Loops.BinaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double a, double b) {
      return Math.min(a, b);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return shared(chain, chain.input(1).minus(chain.input(0)));
    }

    static List<Sample> samples() {
      return Binary.samples(new Minimum(), -2, 2);
    }
  }

  /**
   * To the first operand where {@code lead} is above 0, to the second where below, half and half at
   * 0.
   */
  private static List<@Nullable Tensor> shared(Op.Chain chain, Tensor lead) {
    var first = lead.sign().plus(1).times(0.5);
    return Arrays.asList(
        chain.upstream().times(first), chain.upstream().times(first.negated().plus(1)));
  }
}
