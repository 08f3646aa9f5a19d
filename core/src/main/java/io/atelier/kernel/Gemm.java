package io.atelier.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The product of two matrices of floats, {@code C = A . B + bias}.
 *
 * <p>After Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication": one
 * operand is copied into panels as wide as the {@link Tile}, the other is read row by row, and a
 * micro-kernel keeps a tile of the result in registers while it runs along {@code k}. Either
 * operand can be the one in panels, since {@code C^T = B^T . A^T}; the cheaper copy wins.
 */
public final class Gemm {
  /** The length of one chain of multiply-adds; longer sums add such chains in order. */
  public static final int BLOCK = 384;

  /** Rows of {@code A} that stay in the second-level cache while the panels pass. */
  private static final int ROWS = 16 * Tile.HEIGHT;

  /** Columns of {@code B} that are packed at once. */
  private static final int COLUMNS = 1024;

  /** Below this number of multiply-adds (about 50 microseconds) a product is not split. */
  private static final long WORTH_SPLITTING = 1 << 20;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private Gemm() {}

  /** A matrix that lies row by row in an array, read as it stands or transposed. */
  @SuppressWarnings("ArrayRecordComponent") // a view for one call, never compared
  public record Matrix(float[] values, int offset, int stride, boolean transposed) {
    Matrix transpose() {
      return new Matrix(values, offset, stride, !transposed);
    }
  }

  /**
   * Writes {@code A . B + bias} to {@code c}.
   *
   * @param a [m, k]
   * @param b [k, n]
   * @param c [m, n], row by row from {@code c0}
   * @param bias [n], added to every row after the sum; or null
   */
  public static void multiply(
      int m, int n, int k, Matrix a, Matrix b, float[] c, int c0, float @Nullable [] bias) {
    if (m == 0 || n == 0) {
      return;
    }
    boolean swapped =
        transposeCost(b.transpose(), n, k) + packCost(a.transpose(), m, k)
            < transposeCost(a, m, k) + packCost(b, n, k);
    var job =
        swapped
            ? new Job(n, m, k, b.transpose(), a.transpose(), c, c0, n, true, bias)
            : new Job(m, n, k, a, b, c, c0, n, false, bias);
    int parts = (long) m * n * k < WORTH_SPLITTING ? 1 : Workers.threads();
    Workers.run(job.cut(parts), job);
  }

  /** What it costs to have the rows of {@code a} [m, k] contiguous. */
  private static long transposeCost(Matrix a, int m, int k) {
    return a.transposed ? 4L * m * k : 0;
  }

  /**
   * What it costs to copy {@code b} [k, n] into panels, and to compute the columns that fill the
   * last one.
   */
  private static long packCost(Matrix b, int n, int k) {
    return (b.transposed ? 4L : 1L) * n * k;
  }

  /** One product, cut along rows or along panels. */
  private static final class Job implements Workers.Task {
    private final int rows;
    private final int columns;
    private final int k;
    private final Matrix a;
    private final Matrix b;
    private final float[] c;
    private final int c0;
    private final int stride;
    private final boolean swapped;
    private final float @Nullable [] bias;
    private int rowStep;
    private int columnStep;

    Job(
        int rows,
        int columns,
        int k,
        Matrix a,
        Matrix b,
        float[] c,
        int c0,
        int stride,
        boolean swapped,
        float @Nullable [] bias) {
      this.rows = rows;
      this.columns = columns;
      this.k = k;
      this.a = a;
      this.b = b;
      this.c = c;
      this.c0 = c0;
      this.stride = stride;
      this.swapped = swapped;
      this.bias = bias;
    }

    /** Chooses the direction in which less is copied twice; returns the number of parts. */
    int cut(int parts) {
      int byRow = share(rows, parts, Tile.HEIGHT);
      int byColumn = share(columns, parts, Tile.WIDTH);
      long work = (long) rows * columns * k / Tile.WIDTH;
      long rowCost = packCost(b, columns, k) * (parts - 1) + work * byRow * parts / rows;
      long columnCost = transposeCost(a, rows, k) * (parts - 1) + work * byColumn * parts / columns;
      boolean alongRows = rowCost <= columnCost;
      rowStep = alongRows ? byRow : rows;
      columnStep = alongRows ? columns : byColumn;
      return alongRows ? ceilDiv(rows, rowStep) : ceilDiv(columns, columnStep);
    }

    private static int share(int size, int parts, int unit) {
      return Math.min(size, ceilDiv(ceilDiv(size, unit), parts) * unit);
    }

    @Override
    public void run(int part) {
      boolean alongRows = columnStep == columns;
      int i0 = alongRows ? part * rowStep : 0;
      int j0 = alongRows ? 0 : part * columnStep;
      block(i0, Math.min(rows, i0 + rowStep), j0, Math.min(columns, j0 + columnStep));
    }

    private void block(int i0, int i1, int j0, int j1) {
      var buffers = BUFFERS.get();
      for (int j = j0; j < j1; j += COLUMNS) {
        int width = Math.min(COLUMNS, j1 - j);
        int p = 0;
        do { // once even when k is 0: an empty sum is 0
          int depth = Math.min(BLOCK, k - p);
          Pack.panels(b, p, depth, j, width, buffers.panels(depth, width));
          for (int i = i0; i < i1; i += ROWS) {
            tiles(buffers, i, Math.min(ROWS, i1 - i), j, width, p, depth);
          }
          p += depth;
        } while (p < k);
      }
    }

    private void tiles(Buffers buffers, int i, int height, int j, int width, int p, int depth) {
      float[] rowValues = a.values;
      int first = a.offset + i * a.stride + p;
      int rowStride = a.stride;
      if (a.transposed) {
        rowValues = buffers.rows(height, depth);
        first = 0;
        rowStride = depth;
        Pack.rows(a, i, height, p, depth, rowValues);
      }
      float[] panels = buffers.panels(depth, width);
      boolean last = p + depth == k;
      for (int jj = 0; jj < width; jj += Tile.WIDTH) {
        int tileWidth = Math.min(Tile.WIDTH, width - jj);
        for (int ii = 0; ii < height; ii += Tile.HEIGHT) {
          int tileHeight = Math.min(Tile.HEIGHT, height - ii);
          boolean direct =
              p == 0
                  && !swapped
                  && tileWidth == Tile.WIDTH
                  && tileHeight == Tile.HEIGHT
                  && (bias == null || !last);
          float[] target = direct ? c : buffers.tile;
          int at = direct ? c0 + (i + ii) * stride + j + jj : 0;
          int targetStride = direct ? stride : Tile.WIDTH;
          Tile.multiply(
              rowValues,
              first + ii * rowStride,
              rowStride,
              tileHeight,
              panels,
              jj * depth,
              depth,
              target,
              at,
              targetStride);
          if (!direct) {
            finish(buffers.tile, i + ii, tileHeight, j + jj, tileWidth, p == 0, last);
          }
        }
      }
    }

    /** Adds a tile to what earlier blocks left in the result; adds the bias after the last. */
    private void finish(
        float[] tile, int i, int height, int j, int width, boolean first, boolean last) {
      float[] added = last ? bias : null;
      for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
          int at =
              swapped ? c0 + (j + column) * stride + i + row : c0 + (i + row) * stride + j + column;
          float sum = tile[row * Tile.WIDTH + column];
          if (!first) {
            sum = c[at] + sum;
          }
          c[at] = added == null ? sum : sum + added[swapped ? i + row : j + column];
        }
      }
    }
  }

  static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }

  /** Working memory of one thread; grows to what its largest product needs. */
  private static final class Buffers {
    final float[] tile = new float[Tile.HEIGHT * Tile.WIDTH];
    private float[] panels = new float[0];
    private float[] rows = new float[0];

    float[] panels(int depth, int width) {
      int length = ceilDiv(width, Tile.WIDTH) * Tile.WIDTH * depth;
      panels = panels.length < length ? new float[length] : panels;
      return panels;
    }

    float[] rows(int height, int depth) {
      rows = rows.length < height * depth ? new float[height * depth] : rows;
      return rows;
    }
  }
}
