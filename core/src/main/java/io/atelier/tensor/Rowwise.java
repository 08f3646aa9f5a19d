package io.atelier.tensor;

import io.atelier.kernel.Softmax;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operations on each row along an axis that keep its length. */
sealed interface Rowwise permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The softmax along the last axis: {@code e^x / sum e^x}. */
  default Tensor softmax() {
    return new SoftmaxLast().apply(self());
  }

  /**
   * The softmax along an axis: {@code e^x / sum e^x}, without overflow. A value of minus infinity
   * has the share 0; a row of nothing else is not a number.
   *
   * @throws ShapeException if the axis has no element
   */
  default Tensor softmax(int axis) {
    return isLast(axis) ? softmax() : self().transpose(axis, -1).softmax().transpose(axis, -1);
  }

  /** The logarithm of the softmax along the last axis. */
  default Tensor logSoftmax() {
    return logSoftmax(-1);
  }

  /**
   * The logarithm of the softmax along an axis, {@code x - ln sum e^x}, also where the softmax
   * itself would be 0.
   *
   * @throws ShapeException if the axis has no element
   */
  default Tensor logSoftmax(int axis) {
    var shifted = self().minus(self().detached().max(Axes.of(axis).kept())); // at most 0
    return shifted.minus(shifted.logSumExp(Axes.of(axis).kept()));
  }

  /**
   * The sums of all values so far along an axis: {@code y[i] = x[0] + ... + x[i]}. FLOAT and DOUBLE
   * keep their type; INT and LONG are added exactly, as LONG, and BOOL counts what is true.
   *
   * @throws ArithmeticException if a sum does not fit a LONG
   */
  default Tensor cumulativeSum(int axis) {
    return new CumulativeSum(self().shape().axis(axis)).apply(self());
  }

  private boolean isLast(int axis) {
    return self().shape().axis(axis) == self().shape().rank() - 1;
  }

  /** An operation that keeps the shape. */
  sealed interface Rule extends Op permits SoftmaxLast, CumulativeSum {}

  /** The softmax along the last axis. [..., K] -> [..., K] */
  record SoftmaxLast() implements Rule {
    @Override
    public String name() {
      return "softmax";
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      if (inputs[0].shape().rank() == 0 || inputs[0].shape().size(-1) == 0) {
        throw new ShapeException(call(inputs), "needs a last axis with at least one element");
      }
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int classes = shape.size(-1);
      if (x.elementType() == ElementType.FLOAT) {
        var y = Tensor.floats(shape);
        Softmax.rows(x.floats(), x.offset(), y.floats(), 0, y.count() / classes, classes);
        return y;
      }
      double[] y = x.toDoubles();
      for (int i = 0; i < y.length; i += classes) {
        double logSum = Reduction.logSumExp(y, i, classes);
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

  /** The sums of all values so far along an axis. [a, n, b] -> [a, n, b] */
  record CumulativeSum(int axis) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var x = inputs[0];
      int inner = shape.product(axis + 1, shape.rank());
      int block = shape.size(axis) * inner;
      return switch (x.elementType()) {
        case FLOAT -> {
          var y = Tensor.floats(shape);
          float[] sums = y.floats();
          for (int i = 0; i < y.count(); i++) {
            float value = x.floats()[x.offset() + i];
            sums[i] = i % block < inner ? value : sums[i - inner] + value;
          }
          yield y;
        }
        case DOUBLE -> {
          double[] sums = x.toDoubles();
          for (int i = 0; i < sums.length; i++) {
            sums[i] = i % block < inner ? sums[i] : sums[i - inner] + sums[i];
          }
          yield Tensor.wrap(sums, shape);
        }
        case INT, LONG, BOOL -> {
          long[] sums = new long[x.count()];
          for (int i = 0; i < sums.length; i++) {
            long value = x.whole(i);
            sums[i] = i % block < inner ? value : Math.addExact(sums[i - inner], value);
          }
          yield Tensor.wrap(sums, shape);
        }
      };
    }

    /** {@code dx[i] = dy[i] + ... + dy[n - 1]}: the same from the other end. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().flip(axis).cumulativeSum(axis).flip(axis));
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new CumulativeSum(0), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new CumulativeSum(1), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new CumulativeSum(1), Sample.uniform(-1, 1, 2, 4, 3)),
          Sample.of(new CumulativeSum(0), Sample.uniform(-1, 1, 1)),
          Sample.of(new CumulativeSum(0), Sample.uniform(-1, 1, 0, 3)),
          Sample.of(new CumulativeSum(1), Sample.uniform(-1, 1, 3, 0)),
          Sample.of(new CumulativeSum(0), Sample.uniform(-1, 1, 1031)),
          Sample.of(new CumulativeSum(1), Tensor.of(new int[] {1, -2, 3, 4}, 2, 2)));
    }
  }
}
