package io.atelier.kernel;

import java.util.Arrays;

/** Copies parts of a matrix into the order in which a micro-kernel reads them. */
final class Pack {
  private Pack() {}

  /**
   * Copies {@code b[p .. p+depth, j .. j+width]} into panels {@code step} columns wide: panel by
   * panel, row by row. Columns beyond the last are zero.
   */
  static void panels(Gemm.Matrix b, int p, int depth, int j, int width, int step, float[] panels) {
    for (int jj = 0; jj < width; jj += step) {
      int columns = Math.min(step, width - jj);
      int to = jj * depth;
      if (columns < step) {
        Arrays.fill(panels, to, to + depth * step, 0f);
      }
      if (b.transposed()) {
        int from = b.offset() + (j + jj) * b.stride() + p;
        transpose(b.values(), from, b.stride(), columns, depth, panels, to, step);
      } else {
        for (int row = 0; row < depth; row++) {
          int from = b.offset() + (p + row) * b.stride() + j + jj;
          System.arraycopy(b.values(), from, panels, to + row * step, columns);
        }
      }
    }
  }

  /** Copies {@code a[i .. i+height, p .. p+depth]} of a transposed matrix, rows contiguous. */
  static void rows(Gemm.Matrix a, int i, int height, int p, int depth, float[] rows) {
    int from = a.offset() + p * a.stride() + i;
    transpose(a.values(), from, a.stride(), depth, height, rows, 0, depth);
  }

  /** Writes row {@code r}, column {@code c} of the source to row {@code c}, column {@code r}. */
  private static void transpose(
      float[] from, int start, int stride, int rows, int columns, float[] to, int at, int step) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      int r0 = start + row * stride;
      int r1 = r0 + stride;
      int r2 = r1 + stride;
      int r3 = r2 + stride;
      int out = at + row;
      for (int column = 0; column < columns; column++, out += step) {
        to[out] = from[r0 + column];
        to[out + 1] = from[r1 + column];
        to[out + 2] = from[r2 + column];
        to[out + 3] = from[r3 + column];
      }
    }
    for (; row < rows; row++) {
      int in = start + row * stride;
      int out = at + row;
      for (int column = 0; column < columns; column++, out += step) {
        to[out] = from[in + column];
      }
    }
  }
}
