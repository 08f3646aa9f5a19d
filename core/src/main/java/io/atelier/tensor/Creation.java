package io.atelier.tensor;

import java.util.Arrays;

/** Tensors of regular values, with memory of their own; the methods stand in {@link Tensor}. */
final class Creation {
  private Creation() {}

  static Tensor full(ElementType type, double value, Shape shape) {
    if (type != ElementType.FLOAT) {
      return Elements.filled(type, shape, value);
    }
    float[] values = new float[Tensor.length(shape)]; // not of the step, as that of Tensor.of
    Arrays.fill(values, (float) value);
    return Tensor.wrap(values, shape);
  }

  static Tensor arange(long from, long to, long step) {
    String call = "arange(" + from + " to " + to + ", step " + step + ")";
    requireStep(call, (double) step, (double) to - from);
    try {
      long count = Math.ceilDiv(Math.subtractExact(to, from), step);
      long[] values = new long[length(call, (double) count)];
      Arrays.setAll(values, i -> from + i * step);
      return Tensor.wrap(values, Shape.of(values.length));
    } catch (ArithmeticException e) {
      throw new ShapeException(call, "the distance does not fit 64 bits");
    }
  }

  static Tensor arange(double from, double to, double step) {
    String call = "arange(" + from + " to " + to + ", step " + step + ")";
    requireStep(call, step, to - from);
    float[] values = new float[length(call, Math.ceil((to - from) / step))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (from + i * step);
    }
    return Tensor.wrap(values, Shape.of(values.length));
  }

  private static void requireStep(String call, double step, double distance) {
    if (!Double.isFinite(distance) || !Double.isFinite(step) || step == 0) {
      throw new ShapeException(call, "needs finite ends and a finite step that is not 0");
    }
    if (distance * Math.signum(step) < 0) {
      throw new ShapeException(call, "the step leads away from the end; change its sign");
    }
  }

  private static int length(String call, double count) {
    if (count > Integer.MAX_VALUE - 8) {
      throw new ShapeException(call, "more elements than fit a Java array of 2,147,483,639");
    }
    return (int) count;
  }

  /** Counted from the nearer end, so that both ends are met and the steps mirror each other. */
  static Tensor linspace(double from, double to, int count) {
    String call = "linspace(" + from + " to " + to + ", count " + count + ")";
    if (count < 0) {
      throw new ShapeException(call, "the count must not be negative");
    }
    if (!Double.isFinite(to - from)) {
      throw new ShapeException(call, "needs finite ends");
    }
    float[] values = new float[count];
    double step = count < 2 ? 0 : (to - from) / (count - 1);
    for (int i = 0; i < count; i++) {
      values[i] = (float) (i < (count + 1) / 2 ? from + i * step : to - (count - 1 - i) * step);
    }
    return Tensor.wrap(values, Shape.of(count));
  }

  static Tensor eye(int n) {
    var shape = Shape.of(n, n);
    float[] values = new float[Tensor.length(shape)];
    for (int i = 0; i < n; i++) {
      values[i * (n + 1)] = 1;
    }
    return Tensor.wrap(values, shape);
  }
}
