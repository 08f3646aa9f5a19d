package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MaxPooling} under the most common window, 2 by 2 that moves by 2: no value is under two
 * windows, so a row of windows is made from two rows of the image in registers.
 *
 * <p>The last vector of a row ends with the row, and does some windows again; a row with fewer
 * windows than a vector has lanes is done one by one.
 */
final class MaxOfFour {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int COUNT = Lanes.COUNT;

  /** Lane {@code i} from lane {@code 2 i}, or the one behind it, counted round. */
  private static final VectorShuffle<Float> EVEN = VectorShuffle.iota(SPECIES, 0, 2, true);

  private static final VectorShuffle<Float> ODD = VectorShuffle.iota(SPECIES, 1, 2, true);

  /** Lane {@code i} from lane {@code i / 2} of the lower or the upper half. */
  private static final VectorShuffle<Float> LOWER = VectorShuffle.fromOp(SPECIES, lane -> lane / 2);

  private static final VectorShuffle<Float> UPPER =
      VectorShuffle.fromOp(SPECIES, lane -> (COUNT + lane) / 2);

  private static final VectorMask<Float> LATER =
      VectorMask.fromLong(SPECIES, (1L << COUNT) - (1L << (COUNT / 2)));
  private static final VectorMask<Float> ALTERNATE =
      VectorMask.fromLong(SPECIES, 0xaaaa & ((1L << COUNT) - 1));

  private MaxOfFour() {}

  /** Whether it is this window. */
  static boolean fits(Span rows, Span columns) {
    return isPair(rows) && isPair(columns);
  }

  private static boolean isPair(Span span) {
    return span.size() == 2
        && span.stride() == 2
        && span.dilation() == 1
        && span.before() == 0
        && 2 * span.out() <= span.in();
  }

  /** One row of windows from two rows of {@code width} values. */
  static void largest(float[] x, int x0, int width, float[] y, int y0, int out) {
    if (out < COUNT) {
      for (int j = 0; j < out; j++) {
        int at = x0 + 2 * j;
        float above = Math.max(x[at], x[at + 1]);
        y[y0 + j] = Math.max(above, Math.max(x[at + width], x[at + width + 1]));
      }
      return;
    }
    for (int next = 0; next < out; next += COUNT) {
      int j = Math.min(next, out - COUNT);
      int at = x0 + 2 * j;
      var low =
          FloatVector.fromArray(SPECIES, x, at).max(FloatVector.fromArray(SPECIES, x, at + width));
      var high =
          FloatVector.fromArray(SPECIES, x, at + COUNT)
              .max(FloatVector.fromArray(SPECIES, x, at + width + COUNT));
      every(EVEN, low, high).max(every(ODD, low, high)).intoArray(y, y0 + j);
    }
  }

  /** Writes two rows of {@code dx} under one row of windows. */
  static void toLargest(
      float[] x, int x0, int width, float[] dy, int dy0, int out, float[] dx, int dx0) {
    if (out < COUNT) {
      for (int j = 0; j < out; j++) {
        int at = 2 * j;
        int best = isBetter(x[x0 + at + 1], x[x0 + at]) ? at + 1 : at;
        best = isBetter(x[x0 + at + width], x[x0 + best]) ? at + width : best;
        best = isBetter(x[x0 + at + width + 1], x[x0 + best]) ? at + width + 1 : best;
        dx[dx0 + best] = 0f + dy[dy0 + j]; // -0 as a sum has it
      }
      return;
    }
    var zero = FloatVector.zero(SPECIES);
    for (int next = 0; next < out; next += COUNT) {
      int j = Math.min(next, out - COUNT);
      int at = x0 + 2 * j;
      var low = FloatVector.fromArray(SPECIES, x, at);
      var high = FloatVector.fromArray(SPECIES, x, at + COUNT);
      var best = every(EVEN, low, high);
      var value = every(ODD, low, high);
      var second = isBetter(value, best);
      best = best.blend(value, second);

      low = FloatVector.fromArray(SPECIES, x, at + width);
      high = FloatVector.fromArray(SPECIES, x, at + width + COUNT);
      value = every(EVEN, low, high);
      var third = isBetter(value, best);
      best = best.blend(value, third);
      var fourth = isBetter(every(ODD, low, high), best);

      var upstream = FloatVector.fromArray(SPECIES, dy, dy0 + j).add(zero); // -0 as a sum has it
      var lower = third.or(fourth);
      int to = dx0 + 2 * j;
      put(
          upstream.blend(zero, second.or(lower)),
          zero.blend(upstream, second.andNot(lower)),
          dx,
          to);
      put(zero.blend(upstream, third.andNot(fourth)), zero.blend(upstream, fourth), dx, to + width);
    }
  }

  private static boolean isBetter(float value, float best) {
    return value > best || Float.isNaN(value);
  }

  private static VectorMask<Float> isBetter(FloatVector value, FloatVector best) {
    return value.compare(VectorOperators.GT, best).or(value.test(VectorOperators.IS_NAN));
  }

  /** Every second value of two vectors. */
  private static FloatVector every(VectorShuffle<Float> second, FloatVector low, FloatVector high) {
    return low.rearrange(second).blend(high.rearrange(second), LATER);
  }

  /** Writes two vectors in turns. */
  private static void put(FloatVector even, FloatVector odd, float[] to, int at) {
    even.rearrange(LOWER).blend(odd.rearrange(LOWER), ALTERNATE).intoArray(to, at);
    even.rearrange(UPPER).blend(odd.rearrange(UPPER), ALTERNATE).intoArray(to, at + COUNT);
  }
}
