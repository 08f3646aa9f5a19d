package io.atelier.tensor;

import io.atelier.kernel.Softmax;
import io.atelier.kernel.Sums;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations that take many elements to one, along an axis. */
sealed interface Reduction permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The sum of all elements, a scalar. */
  default Tensor sum() {
    return self().reshape(Shape.of(self().count())).sum(0);
  }

  /** The sum along one axis, which disappears: [..., n, ...] -> [..., ...]. */
  default Tensor sum(int axis) {
    return new Sum(self().shape().axis(axis)).apply(self());
  }

  /** The mean of all elements, a scalar. */
  default Tensor mean() {
    return sum().times(1.0 / self().count());
  }

  /** The softmax along the last axis: {@code e^x / sum e^x}. */
  default Tensor softmax() {
    return new SoftmaxLast().apply(self());
  }

  /**
   * The index of the largest value along the last axis, the first of equals: [..., K] -> INT [...].
   */
  default Tensor argmax() {
    return new Argmax().apply(self());
  }

  /** An operation along an axis. */
  sealed interface Rule extends Op permits Sum, SoftmaxLast, Argmax {}

  /** The sum along one axis. [a, n, b] -> [a, b] */
  record Sum(int axis) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      return inputs[0].shape().without(axis);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int outer = x.shape().product(0, axis);
      int n = x.shape().size(axis);
      int inner = x.shape().product(axis + 1, x.shape().rank());
      return x.elementType() == ElementType.FLOAT
          ? fast(x, Tensor.floats(shape), outer, n, inner)
          : reference(x, Tensor.doubles(shape), outer, n, inner);
    }

    private static Tensor fast(Tensor x, Tensor y, int outer, int n, int inner) {
      for (int i = 0; i < outer; i++) {
        int from = x.offset() + i * n * inner;
        if (inner == 1) {
          y.floats()[i] = Sums.sum(x.floats(), from, n);
        } else {
          Sums.rows(x.floats(), from, n, inner, y.floats(), i * inner);
        }
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
          Sample.of(new Sum(0), Sample.uniform(-1, 1, 1031)));
    }
  }

  /** The softmax along the last axis. [..., K] -> [..., K] */
  record SoftmaxLast() implements Rule {
    @Override
    public String name() {
      return "softmax";
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      requireLastAxis(this, inputs[0]);
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int classes = shape.size(-1);
      if (x.elementType() == ElementType.FLOAT) {
        var y = Tensor.floats(shape);
        for (int i = 0; i < y.count(); i += classes) {
          Softmax.row(x.floats(), x.offset() + i, y.floats(), i, classes);
        }
        return y;
      }
      double[] y = x.toDoubles();
      for (int i = 0; i < y.length; i += classes) {
        double logSum = logSumExp(y, i, classes);
        for (int k = i; k < i + classes; k++) {
          y[k] = StrictMath.exp(y[k] - logSum);
        }
      }
      return Tensor.wrap(y, shape);
    }

    /** {@code dx = y (dy - sum(dy y))}. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var weighted = chain.upstream().times(chain.output());
      var shape = weighted.shape();
      var sum = weighted.sum(-1).reshape(shape.with(-1, 1));
      return List.of(chain.output().times(chain.upstream().minus(sum)));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new SoftmaxLast(), Sample.uniform(-3, 3, 4, 10)),
          Sample.of(new SoftmaxLast(), Sample.uniform(-3, 3, 2, 3, 17)),
          Sample.of(new SoftmaxLast(), Sample.uniform(-3, 3, 1)),
          Sample.of(new SoftmaxLast(), Sample.uniform(-3, 3, 0, 3)));
    }
  }

  /** The index of the largest value along the last axis; no derivative. [..., K] -> INT [...] */
  record Argmax() implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      requireLastAxis(this, inputs[0]);
      return inputs[0].shape().without(inputs[0].shape().rank() - 1);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0].to(ElementType.DOUBLE).toDoubles();
      int classes = inputs[0].shape().size(-1);
      int[] best = new int[Tensor.length(shape)];
      for (int i = 0; i < best.length; i++) {
        for (int k = 1; k < classes; k++) {
          if (x[i * classes + k] > x[i * classes + best[i]]) {
            best[i] = k;
          }
        }
      }
      return Tensor.wrap(best, shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      throw new GraphException("argmax has no derivative: its results are whole numbers");
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Argmax(), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Argmax(), Sample.uniform(-1, 1, 1)),
          Sample.of(new Argmax(), Sample.uniform(-1, 1, 0, 5)));
    }
  }

  private static void requireLastAxis(Op op, Tensor x) {
    if (x.shape().rank() == 0 || x.shape().size(-1) == 0) {
      throw new ShapeException(op.call(x), "needs a last axis with at least one element");
    }
  }

  /** {@code ln} of the sum of {@code e^x} over {@code x[from .. from + n]}; n at least 1. */
  static double logSumExp(double[] x, int from, int n) {
    double max = x[from];
    for (int i = from; i < from + n; i++) {
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    for (int i = from; i < from + n; i++) {
      sum += StrictMath.exp(x[i] - max);
    }
    return max + StrictMath.log(sum);
  }
}
