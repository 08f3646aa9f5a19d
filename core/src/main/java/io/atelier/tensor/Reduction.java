package io.atelier.tensor;

import io.atelier.kernel.Softmax;
import io.atelier.kernel.Sums;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Operations that take many elements to one.
 *
 * <p>Each runs over the axes that are named, which disappear, or over all if none is: {@code
 * x.sum()} is a scalar, {@code x.sum(0, -1)} has two axes less. {@link Axes#kept} makes the axes
 * stay with size 1.
 */
sealed interface Reduction permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The sum. FLOAT and DOUBLE keep their type; INT and LONG are added exactly, as LONG, and of BOOL
   * what is true is counted, as LONG. The sum of nothing is 0.
   *
   * @throws ArithmeticException if a sum does not fit a LONG
   */
  default Tensor sum(int... axes) {
    return switch (axes.length) {
      case 0 -> new Sum(0).apply(self().reshape(Shape.of(self().count())));
      case 1 -> new Sum(self().shape().axis(axes[0])).apply(self());
      default -> sum(Axes.of(axes));
    };
  }

  /** The {@link #sum(int...) sum}: neighbouring axes are added up as one, the last first. */
  default Tensor sum(Axes axes) {
    var shape = self().shape();
    int[] at = axes.in(shape);
    if (at.length == shape.rank()) {
      return axes.staying() ? sum().reshape(axes.reduced(shape)) : sum();
    }
    var sum = self();
    int end = at.length;
    while (end > 0) {
      int begin = end - 1;
      while (begin > 0 && at[begin - 1] == at[begin] - 1) {
        begin--;
      }
      sum = new Sum(at[begin]).apply(sum.reshape(merged(sum.shape(), at[begin], at[end - 1])));
      end = begin;
    }
    return sum.reshape(axes.reduced(shape));
  }

  /** The mean, {@code sum x / n}; not a number if there are no elements. */
  default Tensor mean(int... axes) {
    return mean(Axes.of(axes));
  }

  /** The {@link #mean(int...) mean}. */
  default Tensor mean(Axes axes) {
    requireFloating("mean");
    return sum(axes).times(1.0 / axes.count(self().shape()));
  }

  /** The biased variance, {@code sum (x - mean)^2 / n}; PyTorch's {@code var(correction=0)}. */
  default Tensor variance(int... axes) {
    return variance(Axes.of(axes));
  }

  /** The {@link #variance(int...) biased variance}. */
  default Tensor variance(Axes axes) {
    requireFloating("variance");
    return centred(axes).squared().sum(axes).times(1.0 / axes.count(self().shape()));
  }

  /**
   * The variance of the population that these are a sample of, without bias: {@code sum (x -
   * mean)^2 / (n - 1)}; PyTorch's {@code var()}. Not a number for one element.
   */
  default Tensor sampleVariance(int... axes) {
    return sampleVariance(Axes.of(axes));
  }

  /** The {@link #sampleVariance(int...) unbiased variance}. */
  default Tensor sampleVariance(Axes axes) {
    requireFloating("sampleVariance");
    return centred(axes).squared().sum(axes).times(1.0 / (axes.count(self().shape()) - 1));
  }

  /** The root of the biased variance; at 0 its derivative is 0. */
  default Tensor standardDeviation(int... axes) {
    return standardDeviation(Axes.of(axes));
  }

  /** The {@link #standardDeviation(int...) root of the biased variance}. */
  default Tensor standardDeviation(Axes axes) {
    requireFloating("standardDeviation");
    return root(variance(axes), 2);
  }

  /** The root of the unbiased variance, PyTorch's {@code std()}; at 0 its derivative is 0. */
  default Tensor sampleStandardDeviation(int... axes) {
    return sampleStandardDeviation(Axes.of(axes));
  }

  /** The {@link #sampleStandardDeviation(int...) root of the unbiased variance}. */
  default Tensor sampleStandardDeviation(Axes axes) {
    requireFloating("sampleStandardDeviation");
    return root(sampleVariance(axes), 2);
  }

  private Tensor centred(Axes axes) {
    return self().minus(mean(axes.kept()));
  }

  /**
   * The largest value, of any element type; not a number if one is not. The derivative goes to the
   * first of equals, in row-major order of the axes.
   *
   * @throws ShapeException if there are no elements
   */
  default Tensor max(int... axes) {
    return max(Axes.of(axes));
  }

  /** The {@link #max(int...) largest value}. */
  default Tensor max(Axes axes) {
    return extreme("max", axes, Tensor::argmax);
  }

  /**
   * The smallest value, of any element type; not a number if one is not. The derivative goes to the
   * first of equals, in row-major order of the axes.
   *
   * @throws ShapeException if there are no elements
   */
  default Tensor min(int... axes) {
    return min(Axes.of(axes));
  }

  /** The {@link #min(int...) smallest value}. */
  default Tensor min(Axes axes) {
    return extreme("min", axes, Tensor::argmin);
  }

  private Tensor extreme(String name, Axes axes, UnaryOperator<Tensor> index) {
    var shape = self().shape();
    var rows = axes.last(self()); // [..., n]
    if (rows.shape().size(-1) == 0) {
      throw new ShapeException(
          name + "(" + shape + ", axes " + Arrays.toString(axes.in(shape)) + ")",
          "of no elements there is none");
    }
    var indices = index.apply(rows).unsqueeze(-1); // [..., 1]
    return rows.gather(-1, indices).reshape(axes.reduced(shape));
  }

  /** The Euclidean norm {@code sqrt(sum x^2)}; its derivative at 0 is 0. */
  default Tensor norm(int... axes) {
    return norm(Axes.of(axes));
  }

  /** The {@link #norm(int...) Euclidean norm}. */
  default Tensor norm(Axes axes) {
    requireFloating("norm");
    return root(self().squared().sum(axes), 2);
  }

  /**
   * The p-norm {@code (sum |x|^p)^(1/p)}: the sum of absolute values for p = 1, the largest of them
   * for infinity. The derivative at 0 is 0.
   *
   * @param p at least 1
   */
  default Tensor norm(double p, Axes axes) {
    requireFloating("norm");
    if (!(p >= 1)) {
      throw new ShapeException("norm(" + p + " of " + self().shape() + ")", "p must be at least 1");
    }
    if (p == 1) {
      return self().abs().sum(axes);
    }
    if (p == 2) {
      return norm(axes);
    }
    return p == Double.POSITIVE_INFINITY
        ? self().abs().max(axes)
        : root(self().abs().power(p).sum(axes), p);
  }

  /** {@code x^(1/p)}, where 0 has the derivative 0 and not infinity. */
  private static Tensor root(Tensor x, double p) {
    var zero = x.equalTo(Tensor.filled(0, x.shape(), x.elementType()));
    boolean some = zero.any().item() == 1;
    var positive = some ? x.maskedFill(zero, 1) : x;
    var root = p == 2 ? positive.sqrt() : positive.power(1 / p);
    return some ? root.maskedFill(zero, 0) : root;
  }

  /**
   * {@code ln sum e^x}, without overflow. Nothing but minus infinities, the logarithms of 0, give
   * minus infinity with the derivative 0, where PyTorch's is not a number.
   */
  default Tensor logSumExp(int... axes) {
    return logSumExp(Axes.of(axes));
  }

  /** {@link #logSumExp(int...) ln sum e^x}. */
  default Tensor logSumExp(Axes axes) {
    requireFloating("logSumExp");
    return new LogSumExp().apply(axes.last(self())).reshape(axes.reduced(self().shape()));
  }

  /** Whether at least one is true: BOOL -> BOOL. */
  default Tensor any(int... axes) {
    return any(Axes.of(axes));
  }

  /** Whether {@link #any(int...) at least one} is true. */
  default Tensor any(Axes axes) {
    return counted("any", axes, 1);
  }

  /** Whether every one is true, as of nothing: BOOL -> BOOL. */
  default Tensor all(int... axes) {
    return all(Axes.of(axes));
  }

  /** Whether {@link #all(int...) every one} is true. */
  default Tensor all(Axes axes) {
    return counted("all", axes, axes.count(self().shape()));
  }

  /** Whether at least so many are true. */
  private Tensor counted(String name, Axes axes, int least) {
    if (self().elementType() != ElementType.BOOL) {
      throw new ShapeException(
          name + "(" + self().elementType() + " " + self().shape() + ")",
          "needs BOOL; a comparison says what is true");
    }
    var counts = sum(axes);
    boolean[] enough = new boolean[counts.count()];
    for (int i = 0; i < enough.length; i++) {
      enough[i] = counts.whole(i) >= least;
    }
    return Tensor.wrap(enough, counts.shape());
  }

  private void requireFloating(String name) {
    if (!self().elementType().isFloating()) {
      throw new ShapeException(
          name + "(" + self().elementType() + " " + self().shape() + ")",
          "needs FLOAT or DOUBLE; to(FLOAT) converts");
    }
  }

  /** The axes from {@code first} to {@code last} as one. */
  private static Shape merged(Shape shape, int first, int last) {
    var merged = shape.with(first, shape.product(first, last + 1));
    for (int axis = first; axis < last; axis++) {
      merged = merged.without(first + 1);
    }
    return merged;
  }

  /** An operation along an axis, which disappears. */
  sealed interface Rule extends Op permits Sum, LogSumExp {}

  /** The sum along one axis. [a, n, b] -> [a, b] */
  record Sum(int axis) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      return inputs[0].shape().without(axis);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int outer = x.shape().product(0, axis);
      int n = x.shape().size(axis);
      int inner = x.shape().product(axis + 1, x.shape().rank());
      return switch (x.elementType()) {
        case FLOAT -> fast(x, Tensor.floats(shape), outer, n, inner);
        case DOUBLE -> reference(x, Tensor.doubles(shape), outer, n, inner);
        case INT, LONG, BOOL -> exact(x, shape, outer, n, inner);
      };
    }

    private static Tensor fast(Tensor x, Tensor y, int outer, int n, int inner) {
      if (inner == 1) {
        Sums.ofRows(x.floats(), x.offset(), outer, n, y.floats());
        return y;
      }
      for (int i = 0; i < outer; i++) {
        Sums.rows(x.floats(), x.offset() + i * n * inner, n, inner, y.floats(), i * inner);
      }
      return y;
    }

    private static Tensor reference(Tensor x, Tensor y, int outer, int n, int inner) {
      for (int i = 0; i < outer; i++) {
        for (int j = 0; j < n; j++) {
          for (int k = 0; k < inner; k++) {
            y.doubles()[i * inner + k] += x.doubles()[x.offset() + (i * n + j) * inner + k];
          }
        }
      }
      return y;
    }

    private static Tensor exact(Tensor x, Shape shape, int outer, int n, int inner) {
      long[] y = new long[Tensor.length(shape)];
      for (int i = 0; i < outer; i++) {
        for (int j = 0; j < n; j++) {
          for (int k = 0; k < inner; k++) {
            int at = i * inner + k;
            y[at] = Math.addExact(y[at], x.whole((i * n + j) * inner + k));
          }
        }
      }
      return Tensor.wrap(y, shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var shape = chain.input(0).shape();
      return List.of(chain.upstream().reshape(shape.with(axis, 1)).expanded(shape));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Sum(0), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Sum(1), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Sum(1), Sample.uniform(-1, 1, 2, 4, 3)),
          Sample.of(new Sum(0), Sample.uniform(-1, 1, 1)),
          Sample.of(new Sum(0), Sample.uniform(-1, 1, 0)),
          Sample.of(new Sum(0), Sample.uniform(-1, 1, 0, 3)),
          Sample.of(new Sum(0), Sample.uniform(-1, 1, 1031)),
          Sample.of(new Sum(0), Tensor.of(new int[] {1, -2, 3, 4}, 2, 2)));
    }
  }

  /** {@code ln sum e^x} along the last axis. [..., n] -> [...] */
  record LogSumExp() implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      return inputs[0].shape().without(inputs[0].shape().rank() - 1);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int n = x.shape().size(-1);
      if (n == 0) {
        return Tensor.filled(Double.NEGATIVE_INFINITY, shape, x.elementType());
      }
      if (x.elementType() == ElementType.FLOAT) {
        var y = Tensor.floats(shape);
        float[] work = new float[n];
        for (int i = 0; i < y.count(); i++) {
          y.floats()[i] = Softmax.logSumExp(x.floats(), x.offset() + i * n, work, n);
        }
        return y;
      }
      double[] values = x.toDoubles();
      double[] y = new double[Tensor.length(shape)];
      Arrays.setAll(y, i -> logSumExp(values, i * n, n));
      return Tensor.wrap(y, shape);
    }

    /** {@code dx = e^(x - y) dy}, the softmax times {@code dy}; 0 if all x are minus infinity. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var y = chain.output();
      var lowest = Tensor.filled(Double.NEGATIVE_INFINITY, Shape.of(), y.elementType());
      var finite = y.maskedFill(y.equalTo(lowest), 0);
      var share = chain.input(0).minus(finite.unsqueeze(-1)).exp();
      return List.of(share.times(chain.upstream().unsqueeze(-1)));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new LogSumExp(), Sample.uniform(-3, 3, 4, 10)),
          Sample.of(new LogSumExp(), Sample.uniform(-3, 3, 2, 3, 17)),
          Sample.of(new LogSumExp(), Sample.uniform(-3, 3, 1)),
          Sample.of(new LogSumExp(), Sample.uniform(-3, 3, 1031)),
          Sample.of(new LogSumExp(), Sample.uniform(-3, 3, 0, 3)));
    }
  }

  /** {@code ln} of the sum of {@code e^x} over {@code x[from .. from + n]}; n at least 1. */
  static double logSumExp(double[] x, int from, int n) {
    double max = x[from];
    for (int i = from; i < from + n; i++) {
      max = Math.max(max, x[i]);
    }
    if (Double.isInfinite(max)) {
      return max;
    }
    double sum = 0;
    for (int i = from; i < from + n; i++) {
      sum += StrictMath.exp(x[i] - max);
    }
    return max + StrictMath.log(sum);
  }
}
