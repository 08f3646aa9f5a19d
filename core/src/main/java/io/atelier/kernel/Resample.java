package io.atelier.kernel;

/**
 * Images made anew from weighted sums along their rows and columns: averages, interpolation,
 * padding.
 *
 * <p>For each row of the result the rows that make it are added up first, contiguously, and the
 * columns after that. Threads share images.
 */
public final class Resample {
  private Resample() {}

  /**
   * {@code y[p, i, j] = sum over c of columns[j, c] (sum over r of rows[i, r] x[p, r, c])}.
   *
   * @param planes how many images lie one after the other
   */
  public static void run(
      float[] x, int x0, float[] y, int y0, int planes, Taps rows, Taps columns) {
    int from = rows.in() * columns.in();
    int to = rows.out() * columns.out();
    Loops.splitRows(
        planes,
        Math.max(from, to),
        (first, count) -> {
          float[] sums = new float[columns.in() + 1]; // and a zero
          for (int p = first; p < first + count; p++) {
            plane(x, x0 + p * from, y, y0 + p * to, rows, columns, sums);
          }
        });
  }

  private static void plane(
      float[] x, int x0, float[] y, int y0, Taps rows, Taps columns, float[] sums) {
    for (int i = 0; i < rows.out(); i++) {
      int to = y0 + i * columns.out();
      int copied = rows.copied(i);
      if (rows.repeats(i)) {
        System.arraycopy(y, to - columns.out(), y, to, columns.out());
      } else if (columns.isIdentity() && copied >= 0) {
        System.arraycopy(x, x0 + copied * columns.in(), y, to, columns.in());
      } else if (columns.isIdentity()) {
        rows.combineRows(x, x0, columns.in(), i, y, to);
      } else {
        if (copied >= 0) {
          System.arraycopy(x, x0 + copied * columns.in(), sums, 0, columns.in());
        } else {
          rows.combineRows(x, x0, columns.in(), i, sums, 0);
        }
        columns.combine(sums, y, to);
      }
    }
  }
}
