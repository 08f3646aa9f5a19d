package io.atelier.tensor;

import io.atelier.kernel.Loops;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The larger and the smaller of two values, of each element alone, of numbers of any type. */
sealed interface Bounds permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The larger of two values, broadcast; where they are equal the derivative is shared. */
  default Tensor maximum(Tensor other) {
    return new Maximum().broadcast(self(), other);
  }

  /** The smaller of two values, broadcast; where they are equal the derivative is shared. */
  default Tensor minimum(Tensor other) {
    return new Minimum().broadcast(self(), other);
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

  /** A bound that is a number. */
  sealed interface Unary extends Elementwise.Unary, Elementwise.Exact permits AtLeast, AtMost {}

  /** The choice between two operands. */
  sealed interface Binary extends Elementwise.Binary, Elementwise.Exact permits Maximum, Minimum {}

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
    public long exact(long a, long b) {
      return Math.max(a, b);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.negated().plus(low).positive().negated().plus(1);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new AtLeast(0.3), -2, 2);
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
    public long exact(long a, long b) {
      return Math.min(a, b);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.plus(-high).positive().negated().plus(1);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new AtMost(0.3), -2, 2);
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
    public long exact(long a, long b) {
      return Math.max(a, b);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return shared(chain, chain.input(0).greater(chain.input(1)));
    }

    static List<Sample> samples() {
      return Elementwise.Binary.samples(new Maximum(), -2, 2);
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
    public long exact(long a, long b) {
      return Math.min(a, b);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return shared(chain, chain.input(0).less(chain.input(1)));
    }

    static List<Sample> samples() {
      return Elementwise.Binary.samples(new Minimum(), -2, 2);
    }
  }

  /** All of the derivative to the one that was taken, half of it to either where they are equal. */
  private static List<@Nullable Tensor> shared(Op.Chain chain, Tensor first) {
    var upstream = chain.upstream();
    var equal = chain.input(0).equalTo(chain.input(1)).to(upstream.elementType());
    var share = first.to(upstream.elementType()).plus(equal.times(0.5));
    return List.of(upstream.times(share), upstream.times(share.negated().plus(1)));
  }
}
