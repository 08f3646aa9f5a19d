package io.atelier.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Copies parts of a matrix into the order in which a micro-kernel reads them. */
final class Pack {
  private Pack() {}

  /**
   * Copies {@code b[p .. p+depth, j .. j+width]} into panels {@code step} columns wide: panel by
   * panel, row by row. Columns beyond the last are zero.
   */
  static void panels(Gemm.Matrix b, int p, int depth, int j, int width, int step, float[] panels) {
    int whole = width - width % step;
    if (b.transposed()) {
      for (int jj = 0; jj < width; jj += step) {
        int from = b.offset() + (j + jj) * b.stride() + p;
        int columns = Math.min(step, width - jj);
        turn(b.values(), from, b.stride(), columns, depth, panels, jj * depth, step);
      }
      return;
    }
    clearRest(panels, whole * depth, depth, width - whole, step);
    for (int row = 0; row < depth; row++) {
      int from = b.offset() + (p + row) * b.stride() + j;
      for (int jj = 0; jj < whole; jj += step) {
        int to = jj * depth + row * step;
        for (int i = 0; i < step; i += Lanes.COUNT) {
          FloatVector.fromArray(Lanes.SPECIES, b.values(), from + jj + i).intoArray(panels, to + i);
        }
      }
      for (int i = 0; i < width - whole; i++) {
        panels[whole * depth + row * step + i] = b.values()[from + whole + i];
      }
    }
  }

  /** Zeroes a panel of which fewer columns exist than it has. */
  private static void clearRest(float[] panels, int from, int depth, int columns, int step) {
    if (columns > 0 && columns < step) {
      Arrays.fill(panels, from, from + depth * step, 0f);
    }
  }

  /**
   * Writes lines that lie {@code stride} apart as the columns of one panel; columns that do not
   * exist are zero.
   */
  static void turn(
      float[] lines,
      int from,
      int stride,
      int columns,
      int depth,
      float[] panels,
      int to,
      int step) {
    clearRest(panels, to, depth, columns, step);
    transpose(lines, from, stride, columns, depth, panels, to, step);
  }

  /** Copies {@code a[i .. i+height, p .. p+depth]} of a transposed matrix, rows contiguous. */
  static void rows(Gemm.Matrix a, int i, int height, int p, int depth, float[] rows) {
    int from = a.offset() + p * a.stride() + i;
    transpose(a.values(), from, a.stride(), depth, height, rows, 0, depth);
  }

  /** Writes row {@code r}, column {@code c} of the source to row {@code c}, column {@code r}. */
  static void transpose(
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
