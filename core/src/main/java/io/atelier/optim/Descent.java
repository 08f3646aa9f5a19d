package io.atelier.optim;

import io.atelier.tensor.Derivatives;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Gradient descent on a function, point by point, and why it ended: to look at, not to train with.
 *
 * <pre>{@code
 * var path = Descent.rate(0.3).run(x -> x.power(3).minus(x.squared().times(2)).plus(2), start);
 * path.last(); // 1.33335
 * path.explanation(); // step 7 has length 4.8e-05, ...
 * }</pre>
 *
 * <p>{@code x(t+1) = x(t) - rate(t) f'(x(t))} with {@code rate(t) = rate shrink^t}, where the rate
 * of the first step is {@code rate shrink}.
 *
 * @param rate the learning rate
 * @param shrink what the rate is multiplied by before each step; 1 leaves it as it is
 * @param shortest a step shorter than this is the last
 * @param flattest a point whose gradient is shorter than this is the last; 0 never is
 * @param limit the largest number of steps
 */
public record Descent(double rate, double shrink, double shortest, double flattest, int limit) {
  /** Why a descent ended. */
  public enum End {
    /** The last step was short. */
    SHORT_STEP,
    /** The gradient at the last point is short. */
    FLAT,
    /** All steps allowed were taken. */
    LIMIT,
    /** The points run away. */
    DIVERGED
  }

  /**
   * Where a descent went.
   *
   * @param points from the start on
   * @param end why it ended
   * @param explanation the same in a sentence, with the numbers
   */
  public record Path(List<Tensor> points, End end, String explanation) {
    /** A copy. */
    public Path {
      points = List.copyOf(points);
    }

    /** The point at which it ended. */
    public Tensor last() {
      return points.getLast();
    }
  }

  /** Checks the settings. */
  public Descent {
    Settings.requireNotNegative("Descent", "rate", rate);
    Settings.require(
        shrink > 0 && shrink <= 1, "Descent", "shrink", "be greater than 0 and at most 1", shrink);
    Settings.requireNotNegative("Descent", "shortest", shortest);
    Settings.requireNotNegative("Descent", "flattest", flattest);
    Settings.require(limit >= 1, "Descent", "limit", "be at least 1", limit);
  }

  /** At this rate, until a step is shorter than 0.0001, in at most 1,000 steps. */
  public static Descent rate(double rate) {
    return new Descent(rate, 1, 1e-4, 0, 1000);
  }

  /** The same with a rate that is multiplied by this before each step. */
  public Descent shrink(double newShrink) {
    return new Descent(rate, newShrink, shortest, flattest, limit);
  }

  /** The same with another length below which a step is the last; 0 for none. */
  public Descent shortest(double length) {
    return new Descent(rate, shrink, length, flattest, limit);
  }

  /** The same with a length of the gradient below which a point is the last. */
  public Descent flattest(double length) {
    return new Descent(rate, shrink, shortest, length, limit);
  }

  /** The same with at most this many steps. */
  public Descent limit(int newLimit) {
    return new Descent(rate, shrink, shortest, flattest, newLimit);
  }

  /**
   * Descends from a point.
   *
   * @param function of a tensor like {@code start} to a scalar
   * @param start FLOAT or DOUBLE, of any shape
   */
  public Path run(UnaryOperator<Tensor> function, Tensor start) {
    var points = new ArrayList<Tensor>(List.of(start.kept()));
    double now = rate;
    for (int step = 1; ; step++) {
      var gradient = gradient(function, points.getLast());
      if (length(gradient) < flattest) {
        return new Path(points, End.FLAT, flat(points.size() - 1, gradient));
      }
      if (step > limit) {
        return ended(function, points);
      }
      now *= shrink;
      var move = gradient.times(now);
      points.add(points.getLast().minus(move).kept());
      if (!isFinite(points.getLast())) {
        return new Path(points, End.DIVERGED, divergence(function, points));
      }
      double length = length(points.getLast().minus(points.get(step - 1)));
      if (length < shortest) {
        var after = gradient(function, points.getLast());
        return new Path(points, End.SHORT_STEP, shortStep(step, length, after));
      }
    }
  }

  /** All steps are taken: on the way down, or running away slowly. */
  private Path ended(UnaryOperator<Tensor> function, List<Tensor> points) {
    double first = function.apply(points.getFirst()).item();
    double last = function.apply(points.getLast()).item();
    if (last > first) {
      return new Path(points, End.DIVERGED, divergence(function, points));
    }
    var gradient = gradient(function, points.getLast());
    return new Path(
        points,
        End.LIMIT,
        String.format(
            Locale.ROOT,
            "all %,d steps are taken; the gradient has length %.2g",
            limit,
            length(gradient)));
  }

  private static String shortStep(int step, double length, Tensor gradient) {
    return String.format(
        Locale.ROOT,
        "step %,d has length %.2g, but the gradient still has length %.2g: a step is short where the"
            + " ground is flat, and wherever the rate is small",
        step,
        length,
        length(gradient));
  }

  private static String flat(int point, Tensor gradient) {
    return String.format(
        Locale.ROOT, "at point %,d the gradient has length %.2g", point, length(gradient));
  }

  private String divergence(UnaryOperator<Tensor> function, List<Tensor> points) {
    return String.format(
        Locale.ROOT,
        "diverged: point %,d is %s%s",
        points.size() - 1,
        isFinite(points.getLast()) ? "higher than the start" : "not finite",
        cause(function, points));
  }

  /**
   * Names the first point whose curvature {@code c} along the gradient makes the rate too large: on
   * a parabola, a step at a rate above {@code 2 / c} ends higher than it began.
   */
  private String cause(UnaryOperator<Tensor> function, List<Tensor> points) {
    double now = rate;
    for (int point = 0; point < points.size() - 1; point++) {
      now *= shrink;
      double curvature = curvature(function, points.get(point));
      if (curvature < 0) {
        return downwards(point, curvature);
      }
      if (now * curvature > 2) {
        double next = curvature(function, points.get(point + 1));
        return String.format(
                Locale.ROOT,
                "; at point %,d the rate %.3g exceeds 2 / curvature = 2 / %.3g = %.3g, above which a"
                    + " step on a parabola ends higher than it began",
                point,
                now,
                curvature,
                2 / curvature)
            + (next < 0 ? downwards(point + 1, next) : "")
            + ": take a smaller rate";
      }
    }
    return "";
  }

  private static String downwards(int point, double curvature) {
    return String.format(
        Locale.ROOT,
        "; at point %,d the function curves downwards (curvature %.3g), where steps grow",
        point,
        curvature);
  }

  /** {@code g^T H g / g^T g}, the second derivative along the gradient. */
  private static double curvature(UnaryOperator<Tensor> function, Tensor point) {
    var gradient = gradient(function, point).reshape(point.count(), 1); // [n, 1]
    var bent = Derivatives.hessian(function, point).matmul(gradient); // [n, 1]
    return gradient.times(bent).sum().item() / gradient.squared().sum().item();
  }

  private static Tensor gradient(UnaryOperator<Tensor> function, Tensor point) {
    var here = point.tracked();
    return function.apply(here).backward().of(here);
  }

  private static boolean isFinite(Tensor x) {
    return Arrays.stream(x.to(ElementType.DOUBLE).toDoubles()).allMatch(Double::isFinite);
  }

  private static double length(Tensor x) {
    double sum = 0;
    for (double value : x.to(ElementType.DOUBLE).toDoubles()) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
