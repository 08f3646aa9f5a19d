package io.atelier.kernel;

/**
 * One side of a product: a matrix of which parts can be copied into the order in which the
 * micro-kernel reads them.
 *
 * <p>Either a matrix that lies in an array, or one that never exists as a whole ({@link Patches}).
 */
sealed interface Operand permits Gemm.Matrix, Patches {
  /** What it costs to copy one element by {@link #rows}, in quarters of a cycle; 0 in place. */
  int rowCost();

  /** What it costs to copy one element by {@link #panels}, in quarters of a cycle. */
  int panelCost();

  /**
   * Copies rows {@code i .. i+height}, columns {@code p .. p+depth}, one row after the other; may
   * write up to {@link Lanes#COUNT} values behind the last.
   */
  void rows(int i, int height, int p, int depth, float[] rows);

  /**
   * Copies rows {@code p .. p+depth}, columns {@code j .. j+width} into panels {@code step} columns
   * wide: panel by panel, row by row. Columns beyond the last are zero.
   */
  void panels(int p, int depth, int j, int width, int step, float[] panels);
}
