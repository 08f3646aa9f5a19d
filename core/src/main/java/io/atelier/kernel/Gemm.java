package io.atelier.kernel;

/**
 * The product of two matrices of floats, and what becomes of it: {@code C = f(A . B)}.
 *
 * <p>After Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication": one
 * operand is copied into panels as wide as the {@link Tile}, the other is read row by row, and a
 * micro-kernel keeps a tile of the result in registers while it runs along {@code k}. Either
 * operand can be the one in panels, since {@code C^T = B^T . A^T}: the cheaper way wins.
 */
public final class Gemm {
  /** The length of one chain of multiply-adds; longer sums add such chains in order. */
  public static final int BLOCK = 384;

  /** Rows of {@code A} that stay in the second-level cache while the panels pass. */
  private static final int ROWS = 96;

  /** Columns of {@code B} that are packed at once where rows of {@code A} are copied for each. */
  private static final int COLUMNS = 1024;

  /**
   * Floats in panels that stay in the second-level cache: while there are no more, tiles follow
   * each other along the rows, so that a large result is written from end to end.
   */
  private static final int NEAR = 1 << 16;

  /** Below this number of multiply-adds (about 50 microseconds) a product is not split. */
  private static final long WORTH_SPLITTING = 1 << 20;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private Gemm() {}

  /** A matrix that lies row by row in an array, read as it stands or transposed. */
  @SuppressWarnings("ArrayRecordComponent") // a view for one call, never compared
  public record Matrix(float[] values, int offset, int stride, boolean transposed)
      implements Operand {
    Matrix transpose() {
      return new Matrix(values, offset, stride, !transposed);
    }

    @Override
    public int rowCost() {
      return transposed ? 4 : 0;
    }

    @Override
    public int panelCost() {
      return transposed ? 4 : 1;
    }

    @Override
    public void rows(int i, int height, int p, int depth, float[] rows) {
      Pack.rows(this, i, height, p, depth, rows);
    }

    @Override
    public void panels(int p, int depth, int j, int width, int step, float[] panels) {
      Pack.panels(this, p, depth, j, width, step, panels);
    }
  }

  /**
   * Computes {@code A . B} and hands every sum to the epilogue, which writes {@code c}.
   *
   * @param a [m, k]
   * @param b [k, n]
   * @param c [m, n], row by row from {@code c0}
   * @throws IllegalArgumentException if the epilogue descends and the gradient is no single chain
   */
  public static void multiply(
      int m, int n, int k, Matrix a, Matrix b, float[] c, int c0, Epilogue epilogue) {
    if (m == 0 || n == 0) {
      return;
    }
    boolean descends = epilogue instanceof Epilogue.Descend;
    if (descends && k > BLOCK) {
      throw new IllegalArgumentException("a sum over " + k + " is not one chain of " + BLOCK);
    }
    boolean swapped =
        epilogue instanceof Epilogue.Layer
            && cost(n, m, k, b.transpose(), a.transpose()) + 4L * m * n < cost(m, n, k, a, b);
    var job =
        swapped
            ? new Job(n, m, k, b.transpose(), a.transpose(), c, c0, n, true, epilogue)
            : new Job(m, n, k, a, b, c, c0, n, false, epilogue);
    int parts = (long) m * n * k < WORTH_SPLITTING ? 1 : Workers.threads();
    Workers.run(job.cut(parts), job);
  }

  /** What a product costs when {@code b} is the operand in panels, in quarters of a cycle. */
  static long cost(int m, int n, int k, Operand a, Operand b) {
    var tile = Tile.of(n);
    long vectors = (long) roundUp(m, tile.height) * (roundUp(n, tile.width) / Lanes.COUNT) * k;
    return 2 * vectors + (long) a.rowCost() * m * k + (long) b.panelCost() * n * k;
  }

  /**
   * Computes {@code A . B} as they stand, with {@code b} in panels.
   *
   * @param c [m, n], rows {@code stride} apart, from {@code c0}
   * @param parts into which it may be cut for the threads; 1 stays on this one
   */
  static void multiply(
      int m,
      int n,
      int k,
      Operand a,
      Operand b,
      float[] c,
      int c0,
      int stride,
      Epilogue epilogue,
      int parts) {
    if (m == 0 || n == 0) {
      return;
    }
    var job = new Job(m, n, k, a, b, c, c0, stride, false, epilogue);
    Workers.run(job.cut((long) m * n * k < WORTH_SPLITTING ? 1 : parts), job);
  }

  /** One product, cut along rows or along panels. */
  private static final class Job implements Workers.Task {
    private final int rows;
    private final int columns;
    private final int k;
    private final Operand a;
    private final Operand b;
    private final float[] c;
    private final int c0;
    private final int stride;
    private final boolean swapped;
    private final Epilogue epilogue;
    private final Tile tile;
    private int rowStep;
    private int columnStep;

    Job(
        int rows,
        int columns,
        int k,
        Operand a,
        Operand b,
        float[] c,
        int c0,
        int stride,
        boolean swapped,
        Epilogue epilogue) {
      this.rows = rows;
      this.columns = columns;
      this.k = k;
      this.a = a;
      this.b = b;
      this.c = c;
      this.c0 = c0;
      this.stride = stride;
      this.swapped = swapped;
      this.epilogue = epilogue;
      this.tile = Tile.of(columns);
    }

    /**
     * Chooses the direction in which less is copied and read twice; returns the number of parts.
     */
    int cut(int parts) {
      int byRow = share(rows, parts, tile.height);
      int byColumn = share(columns, parts, tile.width);
      long work = 2L * rows * columns * k / Lanes.COUNT;
      long again = (long) rows * k * (parts - 1) * Math.max(2, a.rowCost());
      long packing = (long) b.panelCost() * columns * k;
      long rowCost = packing * (parts - 1) + work * byRow * parts / rows;
      long columnCost = again + work * byColumn * parts / columns;
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
      int near = Math.max(1, NEAR / Math.clamp(k, 1, BLOCK) / tile.width) * tile.width;
      int step = a.rowCost() > 0 ? Math.max(near, COLUMNS) : near;
      for (int j = j0; j < j1; j += step) {
        int width = Math.min(step, j1 - j);
        var target =
            swapped
                ? buffers.turned(tile, i0, i1, width)
                : new Target(c, c0 + j, stride, epilogue, width, i1, width);
        int p = 0;
        do { // once even when k is 0: an empty sum is 0
          int depth = Math.min(BLOCK, k - p);
          b.panels(p, depth, j, width, tile.width, buffers.panels(tile, depth, width));
          for (int i = i0; i < i1; i += ROWS) {
            tiles(buffers, target, i, Math.min(ROWS, i1 - i), j, p, depth);
          }
          p += depth;
        } while (p < k);
        if (swapped) {
          turn(target, i0, i1, j, width);
        }
      }
    }

    private void tiles(Buffers buffers, Target target, int i, int height, int j, int p, int depth) {
      float[] rowValues;
      int first;
      int rowStride;
      if (a instanceof Matrix matrix && !matrix.transposed) {
        rowValues = matrix.values;
        first = matrix.offset + i * matrix.stride + p;
        rowStride = matrix.stride;
      } else {
        rowValues = buffers.rows(height, depth);
        first = 0;
        rowStride = depth;
        a.rows(i, height, p, depth, rowValues);
      }
      float[] panels = buffers.panels(tile, depth, target.width);
      boolean last = p + depth == k;
      boolean plain = p == 0 && target.epilogue.stores(last);
      boolean rowByRow = target.width * depth <= NEAR;
      int ii = 0;
      int jj = 0;
      while (ii < height && jj < target.width) {
        int tileHeight = Math.min(tile.height, height - ii);
        int at = target.at(i + ii, jj);
        boolean direct = plain && target.holds(tile, i + ii, jj);
        tile.multiply(
            rowValues,
            first + ii * rowStride,
            rowStride,
            tileHeight,
            panels,
            jj * depth,
            depth,
            direct ? target.values : buffers.tile,
            direct ? at : 0,
            direct ? target.stride : tile.width);
        if (!direct) {
          int tileWidth = Math.min(tile.width, target.width - jj);
          for (int row = 0; row < tileHeight; row++) {
            target.epilogue.row(
                buffers.tile,
                row * tile.width,
                target.values,
                at + row * target.stride,
                tileWidth,
                p == 0,
                last,
                i + ii + row,
                j + jj);
          }
        }
        if (rowByRow) {
          jj += tile.width;
          ii += jj < target.width ? 0 : tile.height;
          jj = jj < target.width ? jj : 0;
        } else {
          ii += tile.height;
          jj += ii < height ? 0 : tile.width;
          ii = ii < height ? ii : 0;
        }
      }
    }

    /** Writes rows of {@code C^T} to the columns of {@code C}, through the epilogue. */
    private void turn(Target from, int i0, int i1, int j, int width) {
      var layer = (Epilogue.Layer) epilogue;
      int i = i0;
      for (; i + 4 <= i1; i += 4) {
        int r0 = from.at(i, 0);
        int r1 = from.at(i + 1, 0);
        int r2 = from.at(i + 2, 0);
        int r3 = from.at(i + 3, 0);
        int at = c0 + j * stride + i;
        for (int column = 0; column < width; column++, at += stride) {
          c[at] = layer.apply(from.values[r0 + column], i);
          c[at + 1] = layer.apply(from.values[r1 + column], i + 1);
          c[at + 2] = layer.apply(from.values[r2 + column], i + 2);
          c[at + 3] = layer.apply(from.values[r3 + column], i + 3);
        }
      }
      for (; i < i1; i++) {
        int at = c0 + j * stride + i;
        int row = from.at(i, 0);
        for (int column = 0; column < width; column++, at += stride) {
          c[at] = layer.apply(from.values[row + column], i);
        }
      }
    }
  }

  /**
   * Where tiles go: some columns of the result, or memory for {@code C^T}, whose rows and columns
   * are as many as tiles need.
   *
   * @param origin where row 0 begins
   * @param width columns that are wanted
   * @param rows row before which a whole tile must end
   * @param room column before which a whole tile must end
   */
  @SuppressWarnings("ArrayRecordComponent") // for one call, never compared
  private record Target(
      float[] values, int origin, int stride, Epilogue epilogue, int width, int rows, int room) {
    int at(int i, int j) {
      return origin + i * stride + j;
    }

    /** Whether a whole tile can be stored at row {@code i} and column {@code j}. */
    boolean holds(Tile tile, int i, int j) {
      return i + tile.height <= rows && j + tile.width <= room;
    }
  }

  static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }

  private static int roundUp(int a, int unit) {
    return ceilDiv(a, unit) * unit;
  }

  /** Working memory of one thread; grows to what its largest product needs. */
  private static final class Buffers {
    final float[] tile = new float[Tile.LARGEST];
    private float[] panels = new float[0];
    private float[] rows = new float[0];
    private float[] turned = new float[0];

    float[] panels(Tile tile, int depth, int width) {
      int length = roundUp(width, tile.width) * depth;
      panels = panels.length < length ? new float[length] : panels;
      return panels;
    }

    float[] rows(int height, int depth) {
      int length = height * depth + Lanes.COUNT;
      rows = rows.length < length ? new float[length] : rows;
      return rows;
    }

    /** Memory for the rows {@code i0 .. i1} of {@code C^T}, padded to whole tiles. */
    Target turned(Tile tile, int i0, int i1, int width) {
      int stride = roundUp(width, tile.width);
      int height = roundUp(i1 - i0, tile.height);
      turned = turned.length < height * stride ? new float[height * stride] : turned;
      return new Target(turned, -i0 * stride, stride, Epilogue.store(), width, i0 + height, stride);
    }
  }
}
