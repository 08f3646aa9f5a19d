package io.atelier.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The largest values under a window that moves over images, and the way back to where they stood.
 *
 * <p>An image is first copied with its columns sorted by their rest modulo the stride, and minus
 * infinity where the padding is. Then the values under one tap of neighbouring windows lie side by
 * side, whatever the stride, and a vector holds as many windows as it has lanes. Threads share
 * images.
 */
public final class MaxPooling {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int COUNT = Lanes.COUNT;

  private final Span rows;
  private final Span columns;

  /** Values from one sorted column to the next rest, and from row to row of the sorted copy. */
  private final int group;

  private final int pitch;

  /** Where each tap of a window is in the sorted copy, and where in the image, row by row. */
  private final int[] sorted;

  private final int[] places;

  /** The first tap inside, of the windows of a row; numbers of taps are exact as floats. */
  private final float[] firstTaps;

  /** A window by its axes. */
  public MaxPooling(Span rows, Span columns) {
    this.rows = rows;
    this.columns = columns;
    int stride = columns.stride();
    this.group = columns.out() + (columns.size() - 1) * columns.dilation() / stride;
    this.pitch = group * stride;
    this.sorted = new int[rows.size() * columns.size()];
    this.places = new int[sorted.length];
    for (int tap = 0; tap < sorted.length; tap++) {
      int row = tap / columns.size() * rows.dilation();
      int column = tap % columns.size() * columns.dilation();
      sorted[tap] = row * pitch + column % stride * group + column / stride;
      places[tap] = row * columns.in() + column;
    }
    this.firstTaps = new float[columns.out() + COUNT];
    for (int j = 0; j < columns.out(); j++) {
      firstTaps[j] = columns.firstTap(j);
    }
  }

  /** Writes the largest value under each window. x [planes, H, W], y [planes, h, w] */
  public void largest(float[] x, int x0, float[] y, int y0, int planes) {
    split(
        planes,
        (first, count) -> {
          float[] copy = empty();
          for (int p = first; p < first + count; p++) {
            sort(x, x0 + p * image(), copy);
            for (int i = 0; i < rows.out(); i++) {
              largest(copy, i, y, y0 + (p * rows.out() + i) * columns.out());
            }
          }
        });
  }

  /**
   * Adds the values of {@code dy} up where the largest values of {@code x} stand, zero elsewhere:
   * of equals at the first, of what is not a number at the last. x, dx [planes, H, W], dy [planes,
   * h, w]
   */
  public void toLargest(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int planes) {
    split(
        planes,
        (first, count) -> {
          float[] copy = empty();
          float[] taps = new float[columns.out() + COUNT];
          for (int p = first; p < first + count; p++) {
            sort(x, x0 + p * image(), copy);
            int to = dx0 + p * image();
            Arrays.fill(dx, to, to + image(), 0);
            for (int i = 0; i < rows.out(); i++) {
              find(copy, i, taps);
              int from = dy0 + (p * rows.out() + i) * columns.out();
              scatter(taps, dy, from, dx, to + rows.place(i, 0) * columns.in());
            }
          }
        });
  }

  private void split(int planes, Loops.Range range) {
    Loops.splitRows(planes, image(), range);
  }

  private int image() {
    return rows.in() * columns.in();
  }

  /** A sorted copy of nothing but padding, and room for a vector behind its last value. */
  private float[] empty() {
    float[] copy = new float[rows.in() * pitch + COUNT];
    Arrays.fill(copy, Float.NEGATIVE_INFINITY);
    return copy;
  }

  private void sort(float[] x, int x0, float[] copy) {
    int stride = columns.stride();
    for (int rest = 0; rest < stride; rest++) {
      int from = Math.max(0, Math.ceilDiv(columns.before() - rest, stride));
      int to = Math.min(group, Math.ceilDiv(columns.in() + columns.before() - rest, stride));
      int begin = from * stride + rest - columns.before();
      for (int row = 0; row < rows.in() && from < to; row++) {
        int at = row * pitch + rest * group + from;
        copy(x, x0 + row * columns.in() + begin, stride, copy, at, to - from);
      }
    }
  }

  private static void copy(float[] x, int x0, int step, float[] y, int y0, int n) {
    switch (step) {
      case 1 -> System.arraycopy(x, x0, y, y0, n);
      case 2 -> {
        for (int k = 0; k < n; k++) {
          y[y0 + k] = x[x0 + 2 * k];
        }
      }
      default -> {
        for (int k = 0; k < n; k++) {
          y[y0 + k] = x[x0 + k * step];
        }
      }
    }
  }

  private void largest(float[] copy, int i, float[] y, int y0) {
    int begin = rows.firstTap(i) * columns.size();
    int end = rows.endTap(i) * columns.size();
    int row = rows.place(i, 0) * pitch;
    for (int j = 0; j < columns.out(); j += COUNT) {
      var best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      for (int tap = begin; tap < end; tap++) {
        best = best.max(FloatVector.fromArray(SPECIES, copy, row + sorted[tap] + j));
      }
      if (j + COUNT <= columns.out()) {
        best.intoArray(y, y0 + j);
      } else {
        best.intoArray(y, y0 + j, SPECIES.indexInRange(j, columns.out()));
      }
    }
  }

  /** Writes the tap under which the largest value of each window of a row stands. */
  private void find(float[] copy, int i, float[] taps) {
    int begin = rows.firstTap(i) * columns.size();
    int end = rows.endTap(i) * columns.size();
    int row = rows.place(i, 0) * pitch;
    for (int j = 0; j < columns.out(); j += COUNT) {
      var best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      var found = FloatVector.fromArray(SPECIES, firstTaps, j).add(begin);
      for (int tap = begin; tap < end; tap++) {
        var value = FloatVector.fromArray(SPECIES, copy, row + sorted[tap] + j);
        var better = value.compare(VectorOperators.GT, best).or(value.test(VectorOperators.IS_NAN));
        best = best.blend(value, better);
        found = found.blend(tap, better);
      }
      found.intoArray(taps, j);
    }
  }

  private void scatter(float[] taps, float[] dy, int dy0, float[] dx, int dx0) {
    int at = dx0 - columns.before();
    for (int j = 0; j < columns.out(); j++) {
      dx[at + places[(int) taps[j]]] += dy[dy0 + j];
      at += columns.stride();
    }
  }
}
