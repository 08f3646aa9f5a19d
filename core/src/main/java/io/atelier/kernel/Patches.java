package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * What a window sees at all its places on an image, as a matrix that never exists as a whole: the
 * rows are the values under the window (channel by channel, tap by tap), the columns the places.
 *
 * <p>A product with it is a convolution. It reads an {@link Image} that is padded already, so a tap
 * is a distance between two elements of an array.
 */
@SuppressWarnings("ArrayRecordComponent") // a view for one call, never compared
record Patches(Image image, int channel, int[] taps, Grid grid, boolean transposed)
    implements Operand {
  /** Rows whose elements are brought together before they are turned. */
  private static final ThreadLocal<float[]> LINES = ThreadLocal.withInitial(() -> new float[0]);

  /**
   * Channels of equal size, one behind the other, with room for a vector behind the last.
   *
   * @param plane elements of a channel
   * @param row elements of a row
   */
  record Image(float[] values, int plane, int row) {}

  /**
   * The places of a window.
   *
   * @param columns places in a row of them
   * @param down elements of the image between two rows of places
   * @param right elements of the image between two places
   */
  record Grid(int columns, int down, int right) {}

  /** The places as rows: what the sum of a weight's gradient runs along. */
  Patches transpose() {
    return new Patches(image, channel, taps, grid, !transposed);
  }

  @Override
  public int rowCost() {
    return transposed ? 4 : 2;
  }

  @Override
  public int panelCost() {
    return transposed ? 6 : 2;
  }

  /** Where the value under a tap lies when the window is at its first place. */
  private int start(int row) {
    return (channel + row / taps.length) * image.plane + taps[row % taps.length];
  }

  @Override
  public void rows(int i, int height, int p, int depth, float[] rows) {
    if (transposed) {
      throw new UnsupportedOperationException("places are rows of no product");
    }
    for (int row = 0; row < height; row++) {
      line(start(i + row), p, depth, rows, row * depth);
    }
  }

  @Override
  public void panels(int p, int depth, int j, int width, int step, float[] panels) {
    if (transposed) {
      turned(p, depth, j, width, step, panels);
      return;
    }
    int padded = Gemm.ceilDiv(width, step) * step;
    float[] line = lines(padded + Lanes.COUNT);
    for (int row = 0; row < depth; row++) {
      line(start(p + row), j, width, line, 0);
      for (int i = width; i < padded; i++) {
        line[i] = 0;
      }
      for (int jj = 0; jj < padded; jj += step) {
        int to = jj * depth + row * step;
        for (int i = 0; i < step; i += Lanes.COUNT) {
          FloatVector.fromArray(Lanes.SPECIES, line, jj + i).intoArray(panels, to + i);
        }
      }
    }
  }

  /** Panels of the transposed matrix: a row of them holds one place. */
  private void turned(int p, int depth, int j, int width, int step, float[] panels) {
    float[] lines = lines(step * depth + Lanes.COUNT);
    for (int jj = 0; jj < width; jj += step) {
      int columns = Math.min(step, width - jj);
      for (int column = 0; column < columns; column++) {
        line(start(j + jj + column), p, depth, lines, column * depth);
      }
      Pack.turn(lines, 0, depth, columns, depth, panels, jj * depth, step);
    }
  }

  private static float[] lines(int length) {
    float[] lines = LINES.get();
    if (lines.length < length) {
      lines = new float[length];
      LINES.set(lines);
    }
    return lines;
  }

  /**
   * Copies what one tap sees at the places {@code from .. from+count}; writes up to a vector more.
   */
  private void line(int start, int from, int count, float[] out, int at) {
    int row = from / grid.columns;
    int column = from % grid.columns;
    int to = at;
    int end = at + count;
    while (to < end) {
      int n = Math.min(grid.columns - column, end - to);
      int source = start + row * grid.down + column * grid.right;
      if (grid.right == 1) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
          FloatVector.fromArray(Lanes.SPECIES, image.values, source + i).intoArray(out, to + i);
        }
      } else {
        for (int i = 0; i < n; i++) {
          out[to + i] = image.values[source + i * grid.right];
        }
      }
      to += n;
      row++;
      column = 0;
    }
  }
}
