package io.atelier.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The largest values under a window that moves over images, and the way back to where they stood.
 *
 * <p>An image is first copied with its rows and columns sorted by their rest modulo the stride, and
 * minus infinity where the padding is. Then the values under one tap of neighbouring windows lie
 * side by side, whatever the stride: all windows of an image are one loop. Threads share images.
 */
public final class MaxPooling {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int COUNT = Lanes.COUNT;

  private static final float[] NONE = {};

  private final Span rows;
  private final Span columns;

  /** The rows and columns of one rest in the sorted copy. */
  private final int height;

  private final int width;

  /** Where each row of an image is in the sorted copy, or -1 if no window covers it. */
  private final int[] sortedRows;

  private final List<Rest> rests;

  /** Where each tap of a window is in the sorted copy, and where in the image, row by row. */
  private final int[] sorted;

  private final int[] places;

  /** The first tap inside of each window; numbers of taps are exact as floats. */
  private final float[] firstTaps;

  /** {@code count} columns of a row with one rest: where they begin in the image and the copy. */
  private record Rest(int from, int to, int count) {}

  /** A window by its axes. */
  public MaxPooling(Span rows, Span columns) {
    this.rows = rows;
    this.columns = columns;
    this.height = rows.out() + (rows.size() - 1) * rows.dilation() / rows.stride();
    this.width = columns.out() + (columns.size() - 1) * columns.dilation() / columns.stride();
    this.sortedRows = new int[rows.in()];
    for (int row = 0; row < rows.in(); row++) {
      int at = row + rows.before();
      int line = at / rows.stride();
      sortedRows[row] = line < height ? group(at % rows.stride(), 0) + line * width : -1;
    }
    this.rests =
        IntStream.range(0, columns.stride())
            .mapToObj(this::rest)
            .filter(rest -> rest.count > 0)
            .toList();
    this.sorted = new int[rows.size() * columns.size()];
    this.places = new int[sorted.length];
    for (int tap = 0; tap < sorted.length; tap++) {
      int row = tap / columns.size() * rows.dilation();
      int column = tap % columns.size() * columns.dilation();
      sorted[tap] =
          group(row % rows.stride(), column % columns.stride())
              + row / rows.stride() * width
              + column / columns.stride();
      places[tap] = row * columns.in() + column;
    }
    this.firstTaps = new float[windows() + COUNT];
    for (int i = 0; i < rows.out(); i++) {
      for (int j = 0; j < columns.out(); j++) {
        firstTaps[i * width + j] = rows.firstTap(i) * columns.size() + columns.firstTap(j);
      }
    }
  }

  private Rest rest(int rest) {
    int stride = columns.stride();
    int from = Math.max(0, Math.ceilDiv(columns.before() - rest, stride));
    int end = Math.min(width, Math.ceilDiv(columns.in() + columns.before() - rest, stride));
    return new Rest(from * stride + rest - columns.before(), group(0, rest) + from, end - from);
  }

  /** Where the rows and columns of one rest begin in the sorted copy. */
  private int group(int row, int column) {
    return (row * columns.stride() + column) * height * width;
  }

  /** The length of a loop over all windows, some of which at the end of a row are none. */
  private int windows() {
    return rows.out() * width;
  }

  private int image() {
    return rows.in() * columns.in();
  }

  /** Writes the largest value under each window. x [planes, H, W], y [planes, h, w] */
  public void largest(float[] x, int x0, float[] y, int y0, int planes) {
    int windows = rows.out() * columns.out();
    Loops.splitRows(
        planes,
        image(),
        (first, count) -> {
          boolean four = MaxOfFour.fits(rows, columns);
          float[] copy = four ? NONE : empty();
          float[] best = four ? NONE : new float[windows() + COUNT];
          for (int p = first; p < first + count; p++) {
            int from = x0 + p * image();
            int to = y0 + p * windows;
            if (four) {
              largestOfFour(x, from, y, to);
            } else {
              sort(x, from, copy);
              largest(copy, best);
              for (int i = 0; i < rows.out(); i++) {
                System.arraycopy(best, i * width, y, to + i * columns.out(), columns.out());
              }
            }
          }
        });
  }

  private void largestOfFour(float[] x, int x0, float[] y, int y0) {
    for (int i = 0; i < rows.out(); i++) {
      int from = x0 + 2 * i * columns.in();
      MaxOfFour.largest(x, from, columns.in(), y, y0 + i * columns.out(), columns.out());
    }
  }

  /**
   * Adds the values of {@code dy} up where the largest values of {@code x} stand, zero elsewhere:
   * of equals at the first, of what is not a number at the last. x, dx [planes, H, W], dy [planes,
   * h, w]
   */
  public void toLargest(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0, int planes) {
    int windows = rows.out() * columns.out();
    Loops.splitRows(
        planes,
        image(),
        (first, count) -> {
          boolean four = MaxOfFour.fits(rows, columns);
          float[] copy = four ? NONE : empty();
          float[] taps = four ? NONE : new float[windows() + COUNT];
          for (int p = first; p < first + count; p++) {
            int from = x0 + p * image();
            int to = dx0 + p * image();
            Arrays.fill(dx, to, to + image(), 0);
            if (four) {
              toLargestOfFour(x, from, dy, dy0 + p * windows, dx, to);
            } else {
              sort(x, from, copy);
              find(copy, taps);
              scatter(taps, dy, dy0 + p * windows, dx, to);
            }
          }
        });
  }

  private void toLargestOfFour(float[] x, int x0, float[] dy, int dy0, float[] dx, int dx0) {
    int out = columns.out();
    for (int i = 0; i < rows.out(); i++) {
      int at = 2 * i * columns.in();
      MaxOfFour.toLargest(x, x0 + at, columns.in(), dy, dy0 + i * out, out, dx, dx0 + at);
    }
  }

  /** A sorted copy of nothing but padding, and room for a vector of what are no windows behind. */
  private float[] empty() {
    float[] copy = new float[group(rows.stride(), 0) + width + COUNT];
    Arrays.fill(copy, Float.NEGATIVE_INFINITY);
    return copy;
  }

  private void sort(float[] x, int x0, float[] copy) {
    for (int row = 0; row < rows.in(); row++) {
      int to = sortedRows[row];
      if (to < 0) {
        continue; // no window covers it
      }
      for (var rest : rests) {
        int from = x0 + row * columns.in() + rest.from;
        pick(x, from, columns.stride(), copy, to + rest.to, rest.count);
      }
    }
  }

  private static void pick(float[] x, int x0, int step, float[] y, int y0, int n) {
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

  private void largest(float[] copy, float[] best) {
    for (int q = 0; q < windows(); q += COUNT) {
      var largest = FloatVector.fromArray(SPECIES, copy, sorted[0] + q);
      for (int tap = 1; tap < sorted.length; tap++) {
        largest = largest.max(FloatVector.fromArray(SPECIES, copy, sorted[tap] + q));
      }
      largest.intoArray(best, q);
    }
  }

  /** Writes the tap under which the largest value of each window stands. */
  private void find(float[] copy, float[] taps) {
    for (int q = 0; q < windows(); q += COUNT) {
      var best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      var found = FloatVector.fromArray(SPECIES, firstTaps, q);
      for (int tap = 0; tap < sorted.length; tap++) {
        var value = FloatVector.fromArray(SPECIES, copy, sorted[tap] + q);
        var better = value.compare(VectorOperators.GT, best).or(value.test(VectorOperators.IS_NAN));
        best = best.blend(value, better);
        found = found.blend(tap, better);
      }
      found.intoArray(taps, q);
    }
  }

  private void scatter(float[] taps, float[] dy, int dy0, float[] dx, int dx0) {
    for (int i = 0; i < rows.out(); i++) {
      int at = dx0 + rows.place(i, 0) * columns.in() + columns.place(0, 0);
      int tap = i * width;
      int from = dy0 + i * columns.out();
      for (int j = 0; j < columns.out(); j++) {
        dx[at + j * columns.stride() + places[(int) taps[tap + j]]] += dy[from + j];
      }
    }
  }
}
