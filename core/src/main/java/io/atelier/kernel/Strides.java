package io.atelier.kernel;

import java.util.Arrays;

/**
 * Copies of elements that lie at regular distances, in arrays of any element type.
 *
 * <p>A box of elements is described by its sizes and, for either array, by how far one goes in it
 * for one step along each axis. Exchanging axes, repeating (distance 0), slicing and reversing
 * (negative distance) are all the same loop.
 */
public final class Strides {
  /** The axes of a box that cannot be walked as one, the innermost first. */
  private final int[] sizes;

  private final int[] fromSteps;
  private final int[] toSteps;
  private final Object from;
  private final Object to;
  private int axes;

  private Strides(int rank, Object from, Object to) {
    int room = Math.max(1, rank);
    this.sizes = new int[room];
    this.fromSteps = new int[room];
    this.toSteps = new int[room];
    this.from = from;
    this.to = to;
  }

  /** The distances in a box that lies row by row without gaps. */
  public static int[] dense(int... sizes) {
    int[] steps = new int[sizes.length];
    int step = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      steps[axis] = step;
      step *= sizes[axis];
    }
    return steps;
  }

  /** Copies a box of elements between arrays of one type, which may not be the same array. */
  public static void copy(
      int[] sizes, Object from, int from0, int[] fromSteps, Object to, int to0, int[] toSteps) {
    var box = new Strides(sizes.length, from, to);
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      if (sizes[axis] == 0) {
        return;
      }
      box.surround(sizes[axis], fromSteps[axis], toSteps[axis]);
    }
    if (box.axes == 0) {
      row(from, from0, 1, to, to0, 1, 1);
    } else {
      box.copy(box.axes - 1, from0, to0);
    }
  }

  /** Adds an axis outside the others, which becomes one with the last where it just goes on. */
  private void surround(int size, int fromStep, int toStep) {
    int last = axes - 1;
    if (size == 1) {
      return;
    }
    if (axes > 0
        && fromStep == fromSteps[last] * sizes[last]
        && toStep == toSteps[last] * sizes[last]) {
      sizes[last] *= size;
      return;
    }
    sizes[axes] = size;
    fromSteps[axes] = fromStep;
    toSteps[axes] = toStep;
    axes++;
  }

  private void copy(int axis, int from0, int to0) {
    if (axis == 0) {
      row(from, from0, fromSteps[0], to, to0, toSteps[0], sizes[0]);
      return;
    }
    for (int i = 0; i < sizes[axis]; i++) {
      copy(axis - 1, from0 + i * fromSteps[axis], to0 + i * toSteps[axis]);
    }
  }

  /** {@code to[to0 + i toStep] = from[from0 + i fromStep]} for {@code i < n}. */
  private static void row(
      Object from, int from0, int fromStep, Object to, int to0, int toStep, int n) {
    if (fromStep == 1 && toStep == 1) {
      System.arraycopy(from, from0, to, to0, n);
      return;
    }
    switch (from) {
      case float[] x -> {
        float[] y = (float[]) to;
        if (fromStep == 0 && toStep == 1) {
          Arrays.fill(y, to0, to0 + n, x[from0]);
          return;
        }
        for (int i = 0; i < n; i++) {
          y[to0 + i * toStep] = x[from0 + i * fromStep];
        }
      }
      case double[] x -> {
        double[] y = (double[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i * toStep] = x[from0 + i * fromStep];
        }
      }
      case int[] x -> {
        int[] y = (int[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i * toStep] = x[from0 + i * fromStep];
        }
      }
      case long[] x -> {
        long[] y = (long[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i * toStep] = x[from0 + i * fromStep];
        }
      }
      case boolean[] x -> {
        boolean[] y = (boolean[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i * toStep] = x[from0 + i * fromStep];
        }
      }
      default -> throw unknown(from);
    }
  }

  /** Adds {@code from[from0 .. from0 + n]} to {@code to[to0 .. to0 + n]}, numbers of one type. */
  public static void add(Object from, int from0, Object to, int to0, int n) {
    switch (from) {
      case float[] x -> {
        float[] y = (float[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i] += x[from0 + i];
        }
      }
      case double[] x -> {
        double[] y = (double[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i] += x[from0 + i];
        }
      }
      case int[] x -> {
        int[] y = (int[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i] = Math.addExact(y[to0 + i], x[from0 + i]);
        }
      }
      case long[] x -> {
        long[] y = (long[]) to;
        for (int i = 0; i < n; i++) {
          y[to0 + i] = Math.addExact(y[to0 + i], x[from0 + i]);
        }
      }
      default -> throw unknown(from);
    }
  }

  private static IllegalArgumentException unknown(Object array) {
    return new IllegalArgumentException("no array of numbers: " + array.getClass().getTypeName());
  }
}
