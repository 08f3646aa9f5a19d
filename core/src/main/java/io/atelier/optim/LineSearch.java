package io.atelier.optim;

/**
 * How far to go along a line that leads downwards: to where the loss has fallen enough and the
 * slope has become small, the strong Wolfe conditions.
 *
 * <p>{@code f(t) <= f(0) + 1e-4 t f'(0)} and {@code |f'(t)| <= 0.9 |f'(0)|}.
 *
 * <p>Source: Nocedal and Wright 2006, "Numerical optimization", algorithms 3.5 and 3.6, with the
 * safeguards of Schmidt's minFunc, which PyTorch has as well.
 *
 * @param line what is searched
 * @param narrowest an interval shorter than this is not searched any more
 */
record LineSearch(LineSearch.Line line, double narrowest) {
  private static final double FALL = 1e-4;
  private static final double FLATTER = 0.9;
  private static final int TRIALS = 25;

  /** The loss along a line. */
  @FunctionalInterface
  interface Line {
    Point at(double distance);
  }

  /**
   * A point of the line.
   *
   * @param slope of the loss along the line
   * @param gradient with respect to all weights
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Point(double distance, double loss, double slope, double[] gradient) {}

  /** A point that meets the conditions, or the lowest that was found. */
  Point from(double loss, double slope, double first) {
    var start = new Point(0, loss, slope, new double[0]);
    var before = start;
    var now = line.at(first);
    for (int trial = 1; trial <= TRIALS; trial++) {
      if (!falls(start, now) || (trial > 1 && now.loss >= before.loss)) {
        return within(before, now, start, trial);
      }
      if (isFlat(start, now)) {
        return now;
      }
      if (now.slope >= 0) {
        return within(before, now, start, trial);
      }
      double near = now.distance + 0.01 * (now.distance - before.distance);
      double next = lowest(before, now, near, 10 * now.distance);
      before = now;
      now = line.at(next);
    }
    return now;
  }

  private static boolean falls(Point start, Point now) {
    return now.loss <= start.loss + FALL * now.distance * start.slope;
  }

  private static boolean isFlat(Point start, Point now) {
    return Math.abs(now.slope) <= FLATTER * Math.abs(start.slope);
  }

  /** Narrows an interval that holds such a point. */
  private Point within(Point one, Point other, Point start, int trials) {
    boolean rises = !(other.loss < one.loss); // also where it is not a number
    var low = rises ? one : other;
    var high = rises ? other : one;
    boolean crawled = false;
    for (int trial = trials; trial <= TRIALS; trial++) {
      double left = Math.min(low.distance, high.distance);
      double right = Math.max(low.distance, high.distance);
      if (right - left < narrowest) {
        break;
      }
      double next = lowest(low, high, left, right);
      double margin = 0.1 * (right - left);
      boolean crawls = Math.min(right - next, next - left) < margin;
      if (crawls && (crawled || next >= right || next <= left)) {
        next = right - next < next - left ? right - margin : left + margin;
        crawls = false;
      }
      crawled = crawls;
      var now = line.at(next);
      if (!falls(start, now) || now.loss >= low.loss) {
        high = now;
      } else if (isFlat(start, now)) {
        return now;
      } else {
        high = now.slope * (high.distance - low.distance) >= 0 ? low : high;
        low = now;
      }
    }
    return low.distance == 0 ? line.at(0) : low;
  }

  /**
   * Where in [from, to] the cubic through two points with their slopes is lowest; or the middle.
   */
  private static double lowest(Point one, Point other, double from, double to) {
    boolean ordered = one.distance <= other.distance;
    var a = ordered ? one : other;
    var b = ordered ? other : one;
    double width = b.distance - a.distance;
    double bend = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.distance - b.distance);
    double square = bend * bend - a.slope * b.slope;
    double root = Math.sqrt(square);
    double place = b.distance - width * ((b.slope + root - bend) / (b.slope - a.slope + 2 * root));
    return Double.isNaN(place) ? (from + to) / 2 : Math.clamp(place, from, to);
  }
}
