package io.atelier.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A sparse matrix [out, in]: which values along one axis, with which weights, add up to each value
 * along another. Immutable.
 *
 * <p>Averages over windows, interpolation and padding with values of the image are all this.
 */
public final class Taps {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int COUNT = Lanes.COUNT;

  private final int in;
  private final int[] begins;
  private final int[] places;
  private final double[] weights;
  private final float[] rounded;
  private final boolean identity;

  /** Which outputs are the same as those before them. */
  private final boolean[] repeated;

  /**
   * The taps once more for work along a row, {@code [tap][output]}: as many for every output, where
   * those that it has not read a zero behind the last value.
   */
  private final int[][] along;

  private final float[][] alongWeights;

  private Taps(int in, int[] begins, int[] places, double[] weights) {
    this.in = in;
    this.begins = begins;
    this.places = places;
    this.weights = weights;
    this.rounded = new float[weights.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) weights[i];
    }
    boolean same = out() == in && places.length == in;
    for (int i = 0; same && i < in; i++) {
      same = begins[i] == i && places[i] == i && weights[i] == 1;
    }
    this.identity = same;
    this.repeated = new boolean[out()];
    for (int i = 1; i < repeated.length; i++) {
      int end = begins[i + 1];
      repeated[i] =
          Arrays.equals(places, begins[i - 1], begins[i], places, begins[i], end)
              && Arrays.equals(weights, begins[i - 1], begins[i], weights, begins[i], end);
    }
    this.along = new int[most()][out()];
    this.alongWeights = new float[along.length][out()];
    for (int tap = 0; tap < along.length; tap++) {
      for (int i = 0; i < out(); i++) {
        boolean has = begins[i] + tap < begins[i + 1];
        along[tap][i] = has ? places[begins[i] + tap] : in;
        alongWeights[tap][i] = has ? rounded[begins[i] + tap] : 0;
      }
    }
  }

  private int most() {
    int most = 0;
    for (int i = 0; i < out(); i++) {
      most = Math.max(most, begins[i + 1] - begins[i]);
    }
    return most;
  }

  /**
   * The matrix with these rows.
   *
   * @param in the number of columns
   * @param places the columns that are not 0, for each row
   * @param weights the number in each of them
   */
  public static Taps of(int in, int[][] places, double[][] weights) {
    int[] begins = new int[places.length + 1];
    for (int i = 0; i < places.length; i++) {
      begins[i + 1] = begins[i] + places[i].length;
    }
    return new Taps(
        in,
        begins,
        Arrays.stream(places).flatMapToInt(Arrays::stream).toArray(),
        Arrays.stream(weights).flatMapToDouble(Arrays::stream).toArray());
  }

  /** Every value alone, as it is. */
  public static Taps identity(int size) {
    int[] counting = new int[size + 1];
    Arrays.setAll(counting, i -> i);
    double[] ones = new double[size];
    Arrays.fill(ones, 1);
    return new Taps(size, counting, Arrays.copyOf(counting, size), ones);
  }

  /** Rows and columns exchanged. */
  public Taps transposed() {
    int[] begins = new int[in + 1];
    for (int place : places) {
      begins[place + 1]++;
    }
    for (int i = 0; i < in; i++) {
      begins[i + 1] += begins[i];
    }
    int[] next = begins.clone();
    int[] rows = new int[places.length];
    double[] moved = new double[places.length];
    for (int row = 0; row < out(); row++) {
      for (int tap = this.begins[row]; tap < this.begins[row + 1]; tap++) {
        int at = next[places[tap]]++;
        rows[at] = row;
        moved[at] = weights[tap];
      }
    }
    return new Taps(out(), begins, rows, moved);
  }

  /** The number of values that are read. */
  public int in() {
    return in;
  }

  /** The number of values that are made. */
  public int out() {
    return begins.length - 1;
  }

  /** Whether every value is made of itself alone. */
  boolean isIdentity() {
    return identity;
  }

  /** Whether output {@code i} is the same as that before it. */
  boolean repeats(int i) {
    return repeated[i];
  }

  /** The place of which output {@code i} is a copy, or -1 if it is none. */
  int copied(int i) {
    int tap = begins[i];
    return begins[i + 1] == tap + 1 && weights[tap] == 1 ? places[tap] : -1;
  }

  /**
   * Output {@code i} of rows of {@code width} values: {@code y[y0 + k] = sum over taps of weight
   * x[x0 + place width + k]}.
   */
  void combineRows(float[] x, int x0, int width, int i, float[] y, int y0) {
    if (begins[i] == begins[i + 1]) {
      Arrays.fill(y, y0, y0 + width, 0);
    }
    for (int tap = begins[i]; tap < begins[i + 1]; tap++) {
      int row = x0 + places[tap] * width;
      if (tap == begins[i]) {
        scale(rounded[tap], x, row, y, y0, width);
      } else {
        addScaled(rounded[tap], x, row, y, y0, width);
      }
    }
  }

  private static void scale(float by, float[] x, int x0, float[] y, int y0, int n) {
    int k = 0;
    for (; k <= n - COUNT; k += COUNT) {
      FloatVector.fromArray(SPECIES, x, x0 + k).mul(by).intoArray(y, y0 + k);
    }
    for (; k < n; k++) {
      y[y0 + k] = by * x[x0 + k];
    }
  }

  private static void addScaled(float by, float[] x, int x0, float[] y, int y0, int n) {
    int k = 0;
    for (; k <= n - COUNT; k += COUNT) {
      var sum = FloatVector.fromArray(SPECIES, y, y0 + k);
      FloatVector.fromArray(SPECIES, x, x0 + k).mul(by).add(sum).intoArray(y, y0 + k);
    }
    for (; k < n; k++) {
      y[y0 + k] += by * x[x0 + k];
    }
  }

  /**
   * All outputs of one row: {@code y[y0 + j] = sum over taps of weight row[place]}.
   *
   * @param row the values, and a zero behind them
   */
  void combine(float[] row, float[] y, int y0) {
    int begin = 2;
    switch (along.length) {
      case 0 -> Arrays.fill(y, y0, y0 + out(), 0);
      case 1 -> one(row, along[0], alongWeights[0], y, y0);
      case 3 -> {
        three(row, y, y0);
        begin = 3;
      }
      default -> two(row, y, y0);
    }
    for (int tap = begin; tap < along.length; tap++) {
      int[] from = along[tap];
      float[] by = alongWeights[tap];
      for (int j = 0; j < from.length; j++) {
        y[y0 + j] += by[j] * row[from[j]];
      }
    }
  }

  private static void one(float[] row, int[] from, float[] by, float[] y, int y0) {
    for (int j = 0; j < from.length; j++) {
      y[y0 + j] = by[j] * row[from[j]];
    }
  }

  private void two(float[] row, float[] y, int y0) {
    int[] from = along[0];
    int[] next = along[1];
    float[] by = alongWeights[0];
    float[] nextBy = alongWeights[1];
    for (int j = 0; j < from.length; j++) {
      y[y0 + j] = by[j] * row[from[j]] + nextBy[j] * row[next[j]];
    }
  }

  private void three(float[] row, float[] y, int y0) {
    int[] from = along[0];
    int[] next = along[1];
    int[] last = along[2];
    float[] by = alongWeights[0];
    float[] nextBy = alongWeights[1];
    float[] lastBy = alongWeights[2];
    for (int j = 0; j < from.length; j++) {
      y[y0 + j] = by[j] * row[from[j]] + nextBy[j] * row[next[j]] + lastBy[j] * row[last[j]];
    }
  }

  /**
   * The definition: {@code y[p, i, j] = sum over r, c of rows[i, r] columns[j, c] x[p, r, c]}.
   *
   * @param planes how many images lie one after the other
   */
  public static void reference(
      double[] x, int x0, double[] y, int planes, Taps rows, Taps columns) {
    int to = 0;
    for (int p = 0; p < planes; p++) {
      int plane = x0 + p * rows.in * columns.in;
      for (int i = 0; i < rows.out(); i++) {
        for (int j = 0; j < columns.out(); j++) {
          double sum = 0;
          for (int r = rows.begins[i]; r < rows.begins[i + 1]; r++) {
            for (int c = columns.begins[j]; c < columns.begins[j + 1]; c++) {
              int at = plane + rows.places[r] * columns.in + columns.places[c];
              sum += rows.weights[r] * columns.weights[c] * x[at];
            }
          }
          y[to++] = sum;
        }
      }
    }
  }

  /** As messages show it, {@code 12 of 24}. */
  @Override
  public String toString() {
    return out() + " of " + in;
  }
}
