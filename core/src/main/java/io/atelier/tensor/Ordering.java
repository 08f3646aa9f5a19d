package io.atelier.tensor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Operations that compare the elements along an axis, of any element type.
 *
 * <p>Equal values stay in their order, so that the first of equals is found; what is not a number
 * is larger than everything, as PyTorch has it, and the smallest value too when one asks for that.
 */
sealed interface Ordering permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The index of the largest value along the last axis, the first of equals: [..., K] -> INT [...].
   *
   * @throws ShapeException if the axis has no element
   */
  default Tensor argmax() {
    return new Argmax().apply(self().detached());
  }

  /** The index of the largest value along an axis, which disappears; the first of equals. */
  default Tensor argmax(int axis) {
    return moved(axis).argmax();
  }

  /**
   * The index of the smallest value along the last axis, the first of equals: [..., K] -> INT
   * [...].
   *
   * @throws ShapeException if the axis has no element
   */
  default Tensor argmin() {
    return new Argmin().apply(self().detached());
  }

  /** The index of the smallest value along an axis, which disappears; the first of equals. */
  default Tensor argmin(int axis) {
    return moved(axis).argmin();
  }

  /** With an axis moved to the end. */
  private Tensor moved(int axis) {
    return Axes.of(axis).last(self());
  }

  /** The values along an axis, the smallest first. */
  default Sorted sort(int axis) {
    return sorted(axis, new Argsort(false));
  }

  /** The values along an axis, the largest first. */
  default Sorted sortDescending(int axis) {
    return sorted(axis, new Argsort(true));
  }

  private Sorted sorted(int axis, Argsort rule) {
    var rows = self().detached().transpose(axis, -1);
    var indices = rule.apply(rows).transpose(axis, -1);
    return new Sorted(self().gather(axis, indices), indices);
  }

  /**
   * The {@code k} largest values along an axis, the largest first.
   *
   * @throws ShapeException if the axis has fewer elements
   */
  default Sorted topK(int k, int axis) {
    int size = self().shape().size(axis);
    if (k < 0 || k > size) {
      throw new ShapeException(
          "topK(" + k + " of " + self().shape() + ", axis " + axis + ")",
          "k must lie within 0 to the size of the axis, " + size);
    }
    var indices = sortDescending(axis).indices().slice(axis, 0, k);
    return new Sorted(self().gather(axis, indices), indices);
  }

  /** An operation whose results are places; no derivative. */
  sealed interface Rule extends Op permits Argmax, Argmin, Argsort {
    @Override
    default List<@Nullable Tensor> backward(Chain chain) {
      throw new GraphException(name() + " has no derivative: its results are whole numbers");
    }

    /** The sizes without the last, which must not be 0. */
    default Shape rows(Tensor x) {
      if (x.shape().rank() == 0 || x.shape().size(-1) == 0) {
        throw new ShapeException(call(x), "needs a last axis with at least one element");
      }
      return x.shape().without(x.shape().rank() - 1);
    }
  }

  /** The index of the largest value along the last axis. [..., K] -> INT [...] */
  record Argmax() implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      return rows(inputs[0]);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return extreme(shape, inputs[0], true);
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Argmax(), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Argmax(), Sample.uniform(-1, 1, 1)),
          Sample.of(new Argmax(), Sample.uniform(-1, 1, 1031)),
          Sample.of(new Argmax(), Tensor.of(new int[] {1, 3, 3, 2}, 4)),
          Sample.of(new Argmax(), Sample.uniform(-1, 1, 0, 5)));
    }
  }

  /** The index of the smallest value along the last axis. [..., K] -> INT [...] */
  record Argmin() implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      return rows(inputs[0]);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return extreme(shape, inputs[0], false);
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Argmin(), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Argmin(), Sample.uniform(-1, 1, 1)),
          Sample.of(new Argmin(), Sample.uniform(-1, 1, 1031)),
          Sample.of(new Argmin(), Sample.uniform(-1, 1, 0, 5)));
    }
  }

  /** Where each value in order stood along the last axis. [..., K] -> INT [..., K] */
  record Argsort(boolean descending) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      if (inputs[0].shape().rank() == 0) {
        throw new ShapeException(call(inputs), "a scalar has no axis to sort along");
      }
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      long[] keys = keys(inputs[0]);
      if (descending) {
        Arrays.setAll(keys, i -> ~keys[i]);
      }
      int n = shape.size(-1);
      int[] order = new int[keys.length];
      Arrays.setAll(order, i -> i % n);
      int[] work = new int[n];
      for (int from = 0; from < keys.length; from += n) {
        sort(keys, order, from, n, work);
      }
      return Tensor.wrap(order, shape);
    }

    /** Merges ever longer runs; {@code order} holds places from {@code from} on. */
    private static void sort(long[] keys, int[] order, int from, int n, int[] work) {
      for (int run = 1; run < n; run *= 2) {
        for (int begin = 0; begin < n; begin += 2 * run) {
          int middle = Math.min(begin + run, n);
          int end = Math.min(middle + run, n);
          int left = begin;
          int right = middle;
          for (int i = begin; i < end; i++) {
            boolean takeLeft =
                right == end
                    || (left < middle
                        && keys[from + order[from + left]] <= keys[from + order[from + right]]);
            work[i] = order[from + (takeLeft ? left++ : right++)];
          }
        }
        System.arraycopy(work, 0, order, from, n);
      }
    }

    static List<Sample> samples() {
      return List.of(
          Sample.of(new Argsort(false), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Argsort(true), Sample.uniform(-1, 1, 3, 5)),
          Sample.of(new Argsort(false), Sample.uniform(-1, 1, 1)),
          Sample.of(new Argsort(true), Sample.uniform(-1, 1, 1031)),
          Sample.of(new Argsort(false), Sample.uniform(-1, 1, 3, 0)));
    }
  }

  /** Whole numbers in the same order as the values: -0 equals 0, not a number comes last. */
  private static long[] keys(Tensor x) {
    long[] keys = new long[x.count()];
    if (!x.elementType().isFloating()) {
      Arrays.setAll(keys, x::whole);
      return keys;
    }
    for (int i = 0; i < keys.length; i++) {
      long bits = Double.doubleToLongBits(x.number(i) + 0.0);
      keys[i] = bits < 0 ? bits ^ Long.MAX_VALUE : bits;
    }
    return keys;
  }

  /** The place of the largest or smallest value of each row, the first of equals. */
  private static Tensor extreme(Shape shape, Tensor x, boolean largest) {
    int n = x.shape().size(-1);
    int[] best = new int[Tensor.length(shape)];
    if (x.elementType() == ElementType.FLOAT) {
      Arrays.setAll(best, i -> extreme(x.floats(), x.offset() + i * n, n, largest ? 1 : -1));
      return Tensor.wrap(best, shape);
    }
    long[] keys = keys(x);
    if (!largest) {
      boolean floating = x.elementType().isFloating();
      Arrays.setAll(keys, i -> floating && Double.isNaN(x.number(i)) ? Long.MAX_VALUE : ~keys[i]);
    }
    for (int i = 0; i < best.length; i++) {
      for (int k = 1; k < n; k++) {
        if (keys[i * n + k] > keys[i * n + best[i]]) {
          best[i] = k;
        }
      }
    }
    return Tensor.wrap(best, shape);
  }

  private static int extreme(float[] x, int from, int n, float sign) {
    int best = 0;
    float bestValue = sign * x[from];
    for (int k = 1; k < n; k++) {
      float value = sign * x[from + k];
      if (value > bestValue || (Float.isNaN(value) && !Float.isNaN(bestValue))) {
        best = k;
        bestValue = value;
      }
    }
    return best;
  }
}
