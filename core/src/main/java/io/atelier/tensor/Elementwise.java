package io.atelier.tensor;

import io.atelier.kernel.Loops;
import io.atelier.kernel.Reference;
import io.atelier.kernel.VectorMath;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
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
    return times(self());
  }

  /** {@code e^x}. */
  default Tensor exp() {
    return new Exp().apply(self());
  }

  /** The natural logarithm: minus infinity at 0, not a number below. */
  default Tensor log() {
    return new Log().apply(self());
  }

  /** The rectified linear unit {@code max(x, 0)}; derivative 0 at the kink, as PyTorch has it. */
  default Tensor relu() {
    return new Relu().apply(self());
  }

  /** 1 where {@code x > 0}, else 0; its derivative is 0 everywhere. */
  default Tensor positive() {
    return new Positive().apply(self());
  }

  /** The logistic function {@code 1 / (1 + e^-x)}. */
  default Tensor sigmoid() {
    return new Sigmoid().apply(self());
  }

  /** The hyperbolic tangent. */
  default Tensor tanh() {
    return new Tanh().apply(self());
  }

  /** {@code ln(1 + e^x)}, exact for large {@code |x|} too. */
  default Tensor softplus() {
    return new Softplus().apply(self());
  }

  /**
   * The exponential linear unit: x where {@code x > 0}, else {@code alpha (e^x - 1)}.
   *
   * <p>Source: Clevert, Unterthiner, Hochreiter 2015.
   */
  default Tensor elu(double alpha) {
    return new Elu(alpha).apply(self());
  }

  /**
   * The scaled exponential linear unit: {@code 1.0507 elu(x, 1.67326)}, with more digits.
   *
   * <p>Source: Klambauer, Unterthiner, Mayr, Hochreiter 2017.
   */
  default Tensor selu() {
    return elu(1.6732632423543772).times(1.0507009873554805);
  }

  /**
   * The Gaussian error linear unit {@code x Phi(x)}, exact.
   *
   * <p>Source: Hendrycks and Gimpel 2016.
   */
  default Tensor gelu() {
    return new Gelu().apply(self());
  }

  /** {@code Phi(x)}, the distribution function of the standard normal distribution. */
  default Tensor normalCdf() {
    return new NormalCdf().apply(self());
  }

  /** {@code phi(x) = e^(-x^2/2) / sqrt(2 pi)}, the density of the standard normal distribution. */
  default Tensor normalDensity() {
    return new NormalDensity().apply(self());
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
      permits Shift,
          Scale,
          Exp,
          Log,
          Relu,
          Positive,
          Sigmoid,
          Tanh,
          Softplus,
          Elu,
          Gelu,
          NormalCdf,
          NormalDensity {
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

  /** {@code max(x, 0)}; derivative 0 at 0. */
  record Relu() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> x.max(0f));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Math.max(x, 0);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.positive();
    }

    static List<Sample> samples() {
      return Unary.samples(new Relu(), -2, 2);
    }
  }

  /** 1 where {@code x > 0}, else 0. */
  record Positive() implements Unary {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary(
            (x, _) -> FloatVector.zero(x.species()).blend(1f, x.compare(VectorOperators.GT, 0f)));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return x > 0 ? 1 : 0;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(0, x.shape(), x.elementType());
    }

    static List<Sample> samples() {
      return Unary.samples(new Positive(), -2, 2);
    }
  }

  /** {@code 1 / (1 + e^-x)}; derivative {@code y (1 - y)}. */
  record Sigmoid() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.sigmoid(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.sigmoid(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.times(y.negated().plus(1));
    }

    static List<Sample> samples() {
      return Unary.samples(new Sigmoid(), -4, 4);
    }
  }

  /** tanh; derivative {@code 1 - y^2}. */
  record Tanh() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.tanh(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.tanh(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.squared().negated().plus(1);
    }

    static List<Sample> samples() {
      return Unary.samples(new Tanh(), -3, 3);
    }
  }

  /** {@code ln(1 + e^x)}; derivative the logistic function. */
  record Softplus() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.softplus(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.softplus(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.sigmoid();
    }

    static List<Sample> samples() {
      return Unary.samples(new Softplus(), -4, 4);
    }
  }

  /** x above 0, {@code alpha (e^x - 1)} below; derivative {@code alpha} at 0. */
  record Elu(double alpha) implements Unary {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, alpha) ->
            VectorMath.expm1Negative(x.min(0f))
                .mul(alpha)
                .blend(x, x.compare(VectorOperators.GT, 0f)));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return alpha;
    }

    @Override
    public double reference(double x) {
      return x > 0 ? x : alpha * StrictMath.expm1(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return below(x).times(alpha).plus(x.positive());
    }

    static List<Sample> samples() {
      return Unary.samples(new Elu(0.7), -3, 3);
    }
  }

  /** {@code x Phi(x)}; derivative {@code Phi(x) + x phi(x)}. */
  record Gelu() implements Unary {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, _) -> x.mul(VectorMath.normalCdf(x)));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return x * Reference.normalCdf(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.normalCdf().plus(x.times(x.normalDensity()));
    }

    static List<Sample> samples() {
      return Unary.samples(new Gelu(), -4, 4);
    }
  }

  /** Phi, the distribution function of the standard normal distribution; derivative phi. */
  record NormalCdf() implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.normalCdf(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.normalCdf(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.normalDensity();
    }

    static List<Sample> samples() {
      return Unary.samples(new NormalCdf(), -4, 4);
    }
  }

  /** phi, the density of the standard normal distribution; derivative {@code -x phi(x)}. */
  record NormalDensity() implements Unary {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, _) -> VectorMath.normalDensity(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.normalDensity(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.times(y).negated();
    }

    static List<Sample> samples() {
      return Unary.samples(new NormalDensity(), -4, 4);
    }
  }

  /** {@code c = f(a, b)} of operands of one shape. */
  sealed interface Binary extends Rule permits Plus, Minus, Times, Divide {
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

  /** {@code e^min(x, 0)} where x is not above 0, else 0. */
  private static Tensor below(Tensor x) {
    return x.negated().relu().negated().exp().times(x.positive().negated().plus(1));
  }
}
