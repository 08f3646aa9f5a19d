package io.atelier.tensor;

import io.atelier.kernel.Epilogue;
import io.atelier.kernel.Gemm;
import io.atelier.kernel.Reference;
import io.atelier.kernel.Workers;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Products that sum over a shared axis. */
sealed interface Contraction permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The product of matrices, one by one in a batch, and of vectors: {@code c_ij = sum_k a_ik b_kj}.
   *
   * <p>Shapes, as in NumPy: [..., M, K] . [..., K, N] -> [..., M, N], where the axes in front are
   * broadcast; [K] . [K] -> []; [..., M, K] . [K] -> [..., M]; [K] . [..., K, N] -> [..., N].
   *
   * @throws ShapeException if the sizes K differ, the axes in front do not broadcast, an operand is
   *     a scalar, or the operands are not FLOAT or DOUBLE, both the same
   */
  default Tensor matmul(Tensor other) {
    var rule = new Matmul(false, false);
    int rank = self().shape().rank();
    if (rank <= 2 || other.shape().rank() > 2) {
      return rule.apply(self(), other);
    }
    var shape = rule.shape(self(), other);
    int k = self().shape().size(-1);
    var rows = self().reshape(self().shape().product(0, rank - 1), k); // one product, not many
    return rule.apply(rows, other).reshape(shape);
  }

  /**
   * Every element of one vector times every element of another: {@code c_ij = a_i b_j}.
   *
   * <p>Shapes: [M], [N] -> [M, N].
   *
   * @throws ShapeException if an operand is no vector
   */
  default Tensor outer(Tensor other) {
    if (self().shape().rank() != 1 || other.shape().rank() != 1) {
      throw new ShapeException(
          "outer(" + self().shape() + ", " + other.shape() + ")",
          "both operands must be vectors\n  rule: [M], [N] -> [M, N]");
    }
    return self().unsqueeze(1).matmul(other.unsqueeze(0));
  }

  /** A product. */
  sealed interface Rule extends Op permits Matmul {}

  /**
   * The products of matrices, either of which may be read transposed.
   *
   * <p>[..., M, K] . [..., K, N] -> [..., M, N], the axes in front broadcast. A vector on the left
   * is one row, on the right one column, and the axis of size 1 is left out of the result.
   */
  record Matmul(boolean transposeLeft, boolean transposeRight) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var a = inputs[0].shape();
      var b = inputs[1].shape();
      if (a.rank() == 0 || b.rank() == 0) {
        throw new ShapeException(
            call(inputs), "needs vectors or matrices, got a scalar; times(...) scales");
      }
      var left = left(a);
      var right = right(b);
      int columns = left.size(transposeLeft ? -2 : -1);
      int rows = right.size(transposeRight ? -1 : -2);
      if (columns != rows) {
        boolean cure = b.rank() > 1 && columns == b.size(transposeRight ? -2 : -1);
        throw new ShapeException(
            call(inputs),
            (a.rank() == 1 ? "elements" : "columns")
                + (" of the left (" + columns + ") must equal ")
                + (b.rank() == 1 ? "elements" : "rows")
                + (" of the right (" + rows + ")")
                + (cure ? "; is the right operand transposed?" : "")
                + rule(a, b));
      }
      requireBroadcast(inputs);
      var full = full(left, right);
      var row = a.rank() == 1 ? full.without(full.rank() - 2) : full;
      return b.rank() == 1 ? row.without(row.rank() - 1) : row;
    }

    private void requireBroadcast(Tensor... inputs) {
      var a = inputs[0].shape();
      var b = inputs[1].shape();
      for (int axis = 3; axis <= Math.min(a.rank(), b.rank()); axis++) {
        int left = a.size(-axis);
        int right = b.size(-axis);
        if (left != right && left != 1 && right != 1) {
          throw new ShapeException(
              call(inputs),
              ("batch sizes at axis -" + axis)
                  + (" must be equal or 1, got " + left + " and " + right)
                  + rule(a, b));
        }
      }
    }

    private static String rule(Shape a, Shape b) {
      String batch = a.rank() > 2 || b.rank() > 2 ? "..., " : "";
      String left = a.rank() == 1 ? "K" : batch + "M, K";
      String right = b.rank() == 1 ? "K" : batch + "K, N";
      String columns = b.rank() == 1 ? "" : batch + "N";
      String result = a.rank() == 1 ? columns : batch + (b.rank() == 1 ? "M" : "M, N");
      return "\n  rule: [" + left + "] . [" + right + "] -> [" + result + "]";
    }

    /** An operand as matrices: a vector is a row or a column. */
    private static Shape matrices(Shape x, boolean column) {
      if (x.rank() > 1) {
        return x;
      }
      return column ? Shape.of(x.size(0), 1) : Shape.of(1, x.size(0));
    }

    /** The left operand as matrices, read by the flag: a vector is one row. */
    private Shape left(Shape a) {
      return matrices(a, transposeLeft);
    }

    /** The right operand as matrices, read by the flag: a vector is one column. */
    private Shape right(Shape b) {
      return matrices(b, !transposeRight);
    }

    /** All axes of the result of matrices: [..., M, N]. */
    private Shape full(Shape left, Shape right) {
      int rank = Math.max(left.rank(), right.rank());
      int[] sizes = new int[rank];
      for (int axis = 3; axis <= rank; axis++) {
        int size = axis <= left.rank() ? left.size(-axis) : 1;
        sizes[rank - axis] = size == 1 && axis <= right.rank() ? right.size(-axis) : size;
      }
      sizes[rank - 2] = left.size(transposeLeft ? -1 : -2);
      sizes[rank - 1] = right.size(transposeRight ? -2 : -1);
      return Shape.of(sizes);
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var a = inputs[0].viewed(left(inputs[0].shape()));
      var b = inputs[1].viewed(right(inputs[1].shape()));
      int k = a.shape().size(transposeLeft ? -2 : -1);
      var full = full(a.shape(), b.shape());
      return product(full, k, a, transposeLeft, b, transposeRight, null, false).viewed(shape);
    }

    /**
     * {@code dA = dC B^T} and {@code dB = A^T dC}, each transposed where its operand was, and added
     * up where it was broadcast.
     */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var a = chain.input(0).reshape(left(chain.input(0).shape()));
      var b = chain.input(1).reshape(right(chain.input(1).shape()));
      var c = chain.upstream().reshape(full(a.shape(), b.shape()));
      Tensor left = null;
      Tensor right = null;
      if (chain.needs(0)) {
        left =
            transposeLeft
                ? new Matmul(transposeRight, true).apply(b, c)
                : new Matmul(false, !transposeRight).apply(c, b);
        left = Movement.unexpanded(left, a.shape()).reshape(chain.input(0).shape());
      }
      if (chain.needs(1)) {
        right =
            transposeRight
                ? new Matmul(true, transposeLeft).apply(c, a)
                : new Matmul(!transposeLeft, false).apply(a, c);
        right = Movement.unexpanded(right, b.shape()).reshape(chain.input(1).shape());
      }
      return Arrays.asList(left, right);
    }

    static List<Sample> samples() {
      return List.of(
          sample(false, false, Shape.of(3, 5), Shape.of(5, 4)),
          sample(false, false, Shape.of(1, 1), Shape.of(1, 1)),
          sample(false, false, Shape.of(7, 3), Shape.of(3, 65)),
          sample(false, false, Shape.of(2, 0), Shape.of(0, 3)),
          sample(false, false, Shape.of(0, 2), Shape.of(2, 3)),
          sample(false, false, Shape.of(2, 389), Shape.of(389, 2)),
          sample(true, false, Shape.of(5, 3), Shape.of(5, 4)),
          sample(false, true, Shape.of(3, 5), Shape.of(4, 5)),
          sample(true, true, Shape.of(5, 3), Shape.of(4, 5)),
          sample(false, false, Shape.of(5), Shape.of(5)),
          sample(false, false, Shape.of(0), Shape.of(0)),
          sample(false, false, Shape.of(5), Shape.of(5, 3)),
          sample(true, true, Shape.of(5), Shape.of(3, 5)),
          sample(false, false, Shape.of(3, 5), Shape.of(5)),
          sample(true, true, Shape.of(5, 3), Shape.of(5)),
          sample(false, false, Shape.of(2, 3, 5), Shape.of(5)),
          sample(false, false, Shape.of(5), Shape.of(2, 5, 3)),
          sample(false, false, Shape.of(3, 7, 5), Shape.of(3, 5, 17)),
          sample(true, false, Shape.of(3, 5, 7), Shape.of(3, 5, 2)),
          sample(false, true, Shape.of(3, 1, 5), Shape.of(3, 2, 5)),
          sample(true, true, Shape.of(3, 5, 7), Shape.of(3, 2, 5)),
          sample(false, false, Shape.of(2, 1, 3, 2), Shape.of(3, 2, 4)),
          sample(true, true, Shape.of(3, 2, 3), Shape.of(2, 1, 4, 2)),
          sample(false, false, Shape.of(3, 5), Shape.of(2, 5, 4)),
          sample(false, false, Shape.of(2, 3, 5), Shape.of(5, 4)),
          sample(false, false, Shape.of(2, 3, 389), Shape.of(2, 389, 2)),
          sample(false, false, Shape.of(0, 3, 5), Shape.of(5, 4)),
          sample(false, false, Shape.of(0, 3, 5), Shape.of(1, 5, 4)),
          sample(false, false, Shape.of(2, 3, 0), Shape.of(2, 0, 4)));
    }

    private static Sample sample(boolean left, boolean right, Shape a, Shape b) {
      return Sample.of(
          new Matmul(left, right),
          Sample.uniform(-1, 1, a.toArray()),
          Sample.uniform(-1, 1, b.toArray()));
    }
  }

  /**
   * {@code A . B} for each matrix of a batch, by the fast kernel for FLOAT and by plain loops for
   * DOUBLE; with a bias, {@code A . B + bias}, and {@code max(A . B + bias, 0)} if {@code
   * rectified}.
   *
   * @param shape of the result, [..., M, N]; the axes in front of both operands broadcast to it
   */
  static Tensor product(
      Shape shape,
      int k,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      @Nullable Tensor bias,
      boolean rectified) {
    int count = shape.product(0, shape.rank() - 2);
    int m = shape.size(-2);
    int n = shape.size(-1);
    int aStride = a.shape().size(-1);
    int bStride = b.shape().size(-1);
    if (a.elementType() == ElementType.FLOAT) {
      var c = Tensor.floats(shape);
      float[] aValues = a.floats();
      float[] bValues = b.floats();
      float[] cValues = c.floats();
      var epilogue =
          bias == null
              ? Epilogue.store()
              : new Epilogue.Layer(bias.floats(), bias.offset(), rectified);
      Workers.Task product =
          i ->
              Gemm.multiply(
                  m,
                  n,
                  k,
                  new Gemm.Matrix(aValues, start(i, a, shape), aStride, transposeA),
                  new Gemm.Matrix(bValues, start(i, b, shape), bStride, transposeB),
                  cValues,
                  c.offset() + i * m * n,
                  epilogue);
      long work = (long) m * n * k;
      Step.time(count, m, n, k, transposeA, transposeB, () -> each(count, work, product));
      return c;
    }
    var c = Tensor.doubles(shape);
    for (int i = 0; i < count; i++) {
      Reference.multiply(
          m,
          n,
          k,
          a.doubles(),
          start(i, a, shape),
          transposeA ? 1 : aStride,
          transposeA ? aStride : 1,
          b.doubles(),
          start(i, b, shape),
          transposeB ? 1 : bStride,
          transposeB ? bStride : 1,
          c.doubles(),
          i * m * n,
          bias == null ? new double[0] : bias.toDoubles());
    }
    return rectified ? c.relu() : c;
  }

  /**
   * Runs every product. Threads share them out whole if there are many, or if they are too small to
   * be split; else the kernel splits each.
   */
  private static void each(int count, long work, Workers.Task product) {
    long worthSplitting = 1 << 20; // multiply-adds, about 50 microseconds
    boolean whole =
        work * count >= worthSplitting && (work < worthSplitting || count >= 4 * Workers.threads());
    int parts = whole ? Math.min(count, Workers.threads()) : 1;
    int step = Math.ceilDiv(count, parts);
    Workers.run(
        parts,
        part -> {
          for (int i = part * step; i < Math.min(count, (part + 1) * step); i++) {
            product.run(i);
          }
        });
  }

  /** Where an operand of the {@code i}-th product begins: along a size of 1 it stays in place. */
  private static int start(int i, Tensor operand, Shape result) {
    var shape = operand.shape();
    int step = shape.size(-1) * shape.size(-2);
    int start = operand.offset();
    int rest = i;
    for (int axis = 3; axis <= shape.rank(); axis++) {
      int size = result.size(-axis);
      if (shape.size(-axis) > 1) {
        start += rest % size * step;
        step *= size;
      }
      rest /= size;
    }
    return start;
  }
}
