package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** What a product does with each finished sum, while it is still in the nearest cache. */
public sealed interface Epilogue {
  /** Stores the sums as they are. */
  static Epilogue store() {
    return Layer.PLAIN;
  }

  /**
   * Adds a bias to every row and, if {@code rectified}, takes {@code max(x, 0)}: a fully connected
   * layer.
   *
   * @param bias [n] from {@code from}, or null
   */
  @SuppressWarnings("ArrayRecordComponent") // for one call, never compared
  record Layer(float @Nullable [] bias, int from, boolean rectified) implements Epilogue {
    private static final Layer PLAIN = new Layer(null, 0, false);

    boolean isPlain() {
      return bias == null && !rectified;
    }

    /** The value of one sum in column {@code j}. */
    float apply(float sum, int j) {
      float value = bias == null ? sum : sum + bias[from + j];
      return rectified ? Math.max(value, 0f) : value;
    }
  }

  /**
   * Adds a bias to every column and, if {@code rectified}, takes {@code max(x, 0)}: a convolution,
   * whose channels are rows.
   *
   * @param bias [m] from {@code from}, or null
   */
  @SuppressWarnings("ArrayRecordComponent") // for one call, never compared
  record Channel(float @Nullable [] bias, int from, boolean rectified) implements Epilogue {}

  /** Adds the sums to what the result held before. */
  record Add() implements Epilogue {}

  /**
   * {@code w -= rate (sum + decay w)} on what the result held before: a step of gradient descent
   * whose gradient is never stored.
   */
  record Descend(float rate, float decay) implements Epilogue {}

  /** Whether the first sums are stored as they are, so that the micro-kernel can do it. */
  default boolean stores(boolean last) {
    return switch (this) {
      case Layer layer -> !last || layer.isPlain();
      case Channel(var bias, _, var rectified) -> !last || (bias == null && !rectified);
      case Descend _ -> !last;
      case Add _ -> false;
    };
  }

  /**
   * Takes {@code n} neighbouring sums of a row into the result.
   *
   * @param sums the sums of this block of k, from {@code s}
   * @param c the result, from {@code at}; holds the sums of earlier blocks unless {@code first}
   * @param last whether these are complete now
   * @param i their row
   * @param j the column of the first of them
   */
  default void row(
      float[] sums, int s, float[] c, int at, int n, boolean first, boolean last, int i, int j) {
    if (this instanceof Add) {
      Rows.layer(sums, s, c, at, n, false, null, 0, false);
      return;
    }
    if (!last) {
      Rows.layer(sums, s, c, at, n, first, null, 0, false);
      return;
    }
    switch (this) {
      case Channel(var bias, var from, var rectified) ->
          Rows.channel(sums, s, c, at, n, first, bias == null ? 0f : bias[from + i], rectified);
      case Layer(var bias, var from, var rectified) ->
          Rows.layer(sums, s, c, at, n, first, bias, from + j, rectified);
      case Descend(var rate, var decay) -> Rows.descend(sums, s, c, at, n, rate, decay);
      case Add _ -> throw new AssertionError("handled above");
    }
  }

  /** The loops over neighbouring elements; every lane computes what the last ones do singly. */
  final class Rows {
    private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
    private static final int LANES = Lanes.COUNT;

    private Rows() {}

    static void layer(
        float[] sums,
        int s,
        float[] c,
        int at,
        int n,
        boolean first,
        float @Nullable [] bias,
        int b,
        boolean rectified) {
      int i = 0;
      for (; i + LANES <= n; i += LANES) {
        var sum = FloatVector.fromArray(SPECIES, sums, s + i);
        if (!first) {
          sum = FloatVector.fromArray(SPECIES, c, at + i).add(sum);
        }
        if (bias != null) {
          sum = sum.add(FloatVector.fromArray(SPECIES, bias, b + i));
        }
        if (rectified) {
          sum = sum.max(0f);
        }
        sum.intoArray(c, at + i);
      }
      for (; i < n; i++) {
        float sum = first ? sums[s + i] : c[at + i] + sums[s + i];
        float value = bias == null ? sum : sum + bias[b + i];
        c[at + i] = rectified ? Math.max(value, 0f) : value;
      }
    }

    static void channel(
        float[] sums,
        int s,
        float[] c,
        int at,
        int n,
        boolean first,
        float bias,
        boolean rectified) {
      float least = rectified ? 0f : Float.NEGATIVE_INFINITY;
      int i = 0;
      for (; i + LANES <= n; i += LANES) {
        var sum = FloatVector.fromArray(SPECIES, sums, s + i);
        if (!first) {
          sum = FloatVector.fromArray(SPECIES, c, at + i).add(sum);
        }
        sum.add(bias).max(least).intoArray(c, at + i);
      }
      for (; i < n; i++) {
        float sum = first ? sums[s + i] : c[at + i] + sums[s + i];
        c[at + i] = Math.max(sum + bias, least);
      }
    }

    static void descend(float[] sums, int s, float[] w, int at, int n, float rate, float decay) {
      int i = 0;
      for (; i + LANES <= n; i += LANES) {
        var x = FloatVector.fromArray(SPECIES, w, at + i);
        var gradient = FloatVector.fromArray(SPECIES, sums, s + i).add(x.mul(decay));
        x.sub(gradient.mul(rate)).intoArray(w, at + i);
      }
      for (; i < n; i++) {
        w[at + i] -= rate * (sums[s + i] + decay * w[at + i]);
      }
    }
  }
}
