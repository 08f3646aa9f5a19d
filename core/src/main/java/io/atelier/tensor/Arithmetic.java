package io.atelier.tensor;

import io.atelier.kernel.Loops;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on each element alone, of numbers of any type.
 *
 * <p>INT and LONG are computed exactly: what does not fit is an {@link ArithmeticException}, and a
 * number that is not whole is refused. Two operands must have one type; nothing is converted
 * silently. They are broadcast to one shape first, as NumPy does: shapes are aligned at their last
 * axes, and a size of 1 is repeated.
 */
sealed interface Arithmetic permits Tensor {
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
    return new DividedBy().broadcast(self(), other);
  }

  /** A number added to every element: {@code x + c}. */
  default Tensor plus(double c) {
    return new Shift(c).apply(self());
  }

  /** Every element times a number: {@code c x}. */
  default Tensor times(double c) {
    return new Scale(c).apply(self());
  }

  /** A number taken from every element: {@code x - c}. */
  default Tensor minus(double c) {
    return plus(-c);
  }

  /** Every element divided by a number: {@code x / c}. */
  default Tensor dividedBy(double c) {
    new DividedBy().requireFloating(self());
    return dividedBy(Tensor.full(self().elementType(), c));
  }

  /** {@code -x}. */
  default Tensor negated() {
    return times(-1);
  }

  /** {@code x * x}. */
  default Tensor squared() {
    return new Squared().apply(self());
  }

  /** {@code |x|}; derivative 0 at 0, as PyTorch has it. */
  default Tensor abs() {
    return new Abs().apply(self());
  }

  /** -1, 0 or 1; its derivative is 0 everywhere. */
  default Tensor sign() {
    return new Sign().apply(self());
  }

  /** Arithmetic on one operand. */
  sealed interface Unary extends Elementwise.Unary, Elementwise.Exact
      permits Shift, Scale, Squared, Abs, Sign {}

  /** Arithmetic on two operands. */
  sealed interface Binary extends Elementwise.Binary, Elementwise.Exact
      permits Plus, Minus, Times {}

  /** {@code x + c}. */
  record Shift(double c) implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, c) -> x.add(c));

    @Override
    public String name() {
      return "plus";
    }

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
    public long exact(long a, long b) {
      return Math.addExact(a, b);
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
      return Elementwise.Unary.samples(new Shift(0.75), -2, 2);
    }
  }

  /** {@code c x}. */
  record Scale(double c) implements Unary {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, c) -> x.mul(c));

    @Override
    public String name() {
      return "times";
    }

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
    public long exact(long a, long b) {
      return Math.multiplyExact(a, b);
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
      return Elementwise.Unary.samples(new Scale(-1.5), -2, 2);
    }
  }

  /** {@code x x}; derivative {@code 2 x}. */
  record Squared() implements Unary {
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
    public long exact(long a, long b) {
      return Math.multiplyExact(a, a);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.times(2);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Squared(), -2, 2);
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
    public long exact(long a, long b) {
      return Math.absExact(a);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.sign();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Abs(), -2, 2);
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
    public long exact(long a, long b) {
      return Long.signum(a);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(0, x.shape(), x.elementType());
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Sign(), -2, 2);
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
    public long exact(long a, long b) {
      return Math.addExact(a, b);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream(), chain.upstream());
    }

    static List<Sample> samples() {
      return Elementwise.Binary.samples(new Plus(), -2, 2);
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
    public long exact(long a, long b) {
      return Math.subtractExact(a, b);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return Arrays.asList(chain.upstream(), chain.needs(1) ? chain.upstream().negated() : null);
    }

    static List<Sample> samples() {
      return Elementwise.Binary.samples(new Minus(), -2, 2);
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
    public long exact(long a, long b) {
      return Math.multiplyExact(a, b);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return Arrays.asList(
          chain.needs(0) ? chain.upstream().times(chain.input(1)) : null,
          chain.needs(1) ? chain.upstream().times(chain.input(0)) : null);
    }

    static List<Sample> samples() {
      return Elementwise.Binary.samples(new Times(), -2, 2);
    }
  }

  /** {@code a / b}. */
  record DividedBy() implements Elementwise.Binary {
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
      return Elementwise.Binary.samples(new DividedBy(), 0.5, 2);
    }
  }
}
