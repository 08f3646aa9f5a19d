package io.atelier.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * A matrix copied once into the order in which the product of a few rows with it reads memory.
 *
 * <p>For weights that many small batches are multiplied with: the copy costs more than one such
 * product. Immutable.
 */
public final class Panels {
  /** Rows up to which {@link #multiply} is faster than {@link Gemm}. */
  public static final int FEW = 4;

  /**
   * Below this number of multiply-adds (about 20 microseconds of memory) no second thread helps.
   */
  private static final long WORTH_SPLITTING = 1 << 19;

  private static final ThreadLocal<float[]> SUMS =
      ThreadLocal.withInitial(() -> new float[Tile.FLAT_WIDTH]);

  private final int columns;
  private final int k;

  /** For each block of k, panels {@link Tile#FLAT_WIDTH} columns wide, one behind the other. */
  private final List<float[]> blocks = new ArrayList<>();

  private Panels(Gemm.Matrix b, int k, int columns) {
    this.columns = columns;
    this.k = k;
    int padded = Gemm.ceilDiv(columns, Tile.FLAT_WIDTH) * Tile.FLAT_WIDTH;
    for (int p = 0; p < k; p += Gemm.BLOCK) {
      int depth = Math.min(Gemm.BLOCK, k - p);
      float[] block = new float[padded * depth];
      Pack.panels(b, p, depth, 0, columns, Tile.FLAT_WIDTH, block);
      blocks.add(block);
    }
  }

  /** Whether a matrix of this size is worth copying. */
  public static boolean suit(int k, int columns) {
    return k > 0 && columns >= Tile.FLAT_WIDTH;
  }

  /** A copy of {@code b} [k, columns]. */
  public static Panels of(Gemm.Matrix b, int k, int columns) {
    return new Panels(b, k, columns);
  }

  /**
   * Computes {@code A . B} with the bits of {@link Gemm#multiply}.
   *
   * @param a [rows, k], row by row from {@code a0}
   * @param c [rows, columns], row by row from {@code c0}
   */
  public void multiply(int rows, float[] a, int a0, float[] c, int c0, Epilogue epilogue) {
    int panels = Gemm.ceilDiv(columns, Tile.FLAT_WIDTH);
    boolean split = (long) rows * columns * k >= WORTH_SPLITTING;
    int step = Gemm.ceilDiv(panels, split ? Workers.threads() : 1);
    Workers.run(
        Gemm.ceilDiv(panels, step),
        part -> {
          for (int i = part * step; i < Math.min(panels, (part + 1) * step); i++) {
            panel(i * Tile.FLAT_WIDTH, rows, a, a0, c, c0, epilogue);
          }
        });
  }

  private void panel(int j, int rows, float[] a, int a0, float[] c, int c0, Epilogue epilogue) {
    float[] sums = SUMS.get();
    int width = Math.min(Tile.FLAT_WIDTH, columns - j);
    for (int block = 0; block < blocks.size(); block++) {
      int p = block * Gemm.BLOCK;
      int depth = Math.min(Gemm.BLOCK, k - p);
      for (int row = 0; row < rows; row++) {
        Tile.flat(a, a0 + row * k + p, blocks.get(block), j * depth, depth, sums);
        int at = c0 + row * columns + j;
        epilogue.row(sums, 0, c, at, width, p == 0, p + depth == k, row, j);
      }
    }
  }
}
