package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * What a window sees at all its places on some images, as a matrix that never exists as a whole:
 * the rows are the values under the window (channel by channel, tap by tap), the columns the places
 * (image by image, row by row).
 *
 * <p>A product with it is a convolution. It reads images that are padded already, so a tap is a
 * distance between two elements of an array.
 *
 * @param channel the first that is seen
 * @param taps distances from the first element under the window
 * @param transposed whether the places are the rows
 */
@SuppressWarnings("ArrayRecordComponent") // a view for one call, never compared
record Patches(Images images, int channel, int[] taps, Grid grid, boolean transposed)
    implements Operand {
  /**
   * Images of equal size, one behind the other.
   *
   * @param from where the first begins
   * @param image elements of an image
   * @param plane elements of a channel
   * @param row elements of a row
   */
  record Images(float[] values, int from, int image, int plane, int row) {}

  /**
   * The places of a window on an image.
   *
   * @param rows rows of places
   * @param columns places in a row of them
   * @param down elements of the image between two rows of places
   * @param right elements of the image between two places
   */
  record Grid(int rows, int columns, int down, int right) {}

  private static final int LANES = Lanes.COUNT;

  /** For each number of lanes that a first row fills, those that the next one does. */
  private static final VectorMask<Float>[] SECOND = second();

  private static final ThreadLocal<Memory> MEMORY = ThreadLocal.withInitial(Memory::new);

  /** Working memory of one thread; grows to what its largest product needs. */
  private static final class Memory {
    private int[] starts = new int[0];
    private float[] lines = new float[0];

    int[] starts(int length) {
      starts = starts.length < length ? new int[length] : starts;
      return starts;
    }

    float[] lines(int length) {
      lines = lines.length < length ? new float[length] : lines;
      return lines;
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of a generic type
  private static VectorMask<Float>[] second() {
    var masks = new VectorMask[LANES];
    for (int split = 0; split < LANES; split++) {
      masks[split] = VectorMask.fromLong(Lanes.SPECIES, -1L << split);
    }
    return masks;
  }

  /** The same with rows and columns exchanged. */
  Patches transpose() {
    return new Patches(images, channel, taps, grid, !transposed);
  }

  @Override
  public int rowCost() {
    return transposed ? 4 : 2;
  }

  @Override
  public int panelCost() {
    return transposed ? 6 : 2;
  }

  /** Where the value of a row lies when the window is at its first place. */
  private int start(int row) {
    return images.from + (channel + row / taps.length) * images.plane + taps[row % taps.length];
  }

  /** How far a place is from the first one. */
  private int distance(int place) {
    int row = place / grid.columns;
    return row / grid.rows * images.image
        + row % grid.rows * grid.down
        + place % grid.columns * grid.right;
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
    int[] starts = MEMORY.get().starts(depth);
    int last = 0;
    for (int row = 0; row < depth; row++) {
      starts[row] = start(p + row);
      last = Math.max(last, starts[row]);
    }
    for (int jj = 0; jj < width; jj += LANES) {
      int to = jj / step * step * depth + jj % step;
      places(starts, last, depth, j + jj, Math.min(LANES, width - jj), panels, to, step);
    }
    for (int jj = Gemm.ceilDiv(width, LANES) * LANES; jj % step != 0; jj += LANES) {
      int to = jj / step * step * depth + jj % step;
      for (int row = 0; row < depth; row++, to += step) {
        FloatVector.zero(Lanes.SPECIES).intoArray(panels, to);
      }
    }
  }

  /** Copies what the window sees at neighbouring places, as many as a vector has lanes or fewer. */
  private void places(
      int[] starts, int last, int depth, int place, int count, float[] panels, int to, int step) {
    float[] values = images.values;
    int first = distance(place);
    int split = Math.min(count, grid.columns - place % grid.columns);
    int furthest = Math.max(first, distance(place + count - 1)) + LANES;
    boolean near = grid.right == 1 && last + furthest <= values.length;
    if (near && count == LANES && split == LANES) {
      for (int row = 0, at = to; row < depth; row++, at += step) {
        FloatVector.fromArray(Lanes.SPECIES, values, starts[row] + first).intoArray(panels, at);
      }
    } else if (near && count == LANES && split + grid.columns >= LANES) {
      var mask = SECOND[split];
      int second = distance(place + split) - split;
      for (int row = 0, at = to; row < depth; row++, at += step) {
        int start = starts[row];
        FloatVector.fromArray(Lanes.SPECIES, values, start + first)
            .blend(FloatVector.fromArray(Lanes.SPECIES, values, start + second), mask)
            .intoArray(panels, at);
      }
    } else {
      for (int lane = 0; lane < LANES; lane++) {
        int distance = lane < count ? distance(place + lane) : 0;
        for (int row = 0, at = to + lane; row < depth; row++, at += step) {
          panels[at] = lane < count ? values[starts[row] + distance] : 0f;
        }
      }
    }
  }

  /** Panels of the transposed matrix: a row of them holds one place. */
  private void turned(int p, int depth, int j, int width, int step, float[] panels) {
    float[] lines = MEMORY.get().lines(step * depth + LANES);
    for (int jj = 0; jj < width; jj += step) {
      int columns = Math.min(step, width - jj);
      for (int column = 0; column < columns; column++) {
        line(start(j + jj + column), p, depth, lines, column * depth);
      }
      Pack.turn(lines, 0, depth, columns, depth, panels, jj * depth, step);
    }
  }

  /**
   * Copies what one tap sees at the places {@code from .. from+count}; writes up to a vector more.
   */
  private void line(int start, int from, int count, float[] out, int at) {
    float[] values = images.values;
    int column = from % grid.columns;
    int row = from / grid.columns % grid.rows;
    int source = start + distance(from);
    int to = at;
    int end = at + count;
    while (to < end) {
      int n = Math.min(grid.columns - column, end - to);
      if (grid.right == 1 && source + n + LANES <= values.length) {
        for (int i = 0; i < n; i += LANES) {
          FloatVector.fromArray(Lanes.SPECIES, values, source + i).intoArray(out, to + i);
        }
      } else {
        for (int i = 0; i < n; i++) {
          out[to + i] = values[source + i * grid.right];
        }
      }
      to += n;
      source += grid.down - column * grid.right;
      column = 0;
      if (++row == grid.rows) {
        row = 0;
        source += images.image - grid.rows * grid.down;
      }
    }
  }
}
