package io.atelier.optim;

import io.atelier.nn.Modules;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Looks for a learning rate: trains for some steps while the rate grows from very small to very
 * large, and looks where the loss falls fastest.
 *
 * <pre>{@code
 * var curve = RateFinder.between(1e-6, 1).run(model, Sgd.rate(1), () -> nextLoss(), rng);
 * curve.suggestion(); // try this one
 * }</pre>
 *
 * <p>Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
 *
 * @param lowest the rate of the first step
 * @param highest the rate of the last step
 * @param steps how many at most
 */
public record RateFinder(double lowest, double highest, int steps) {
  /** What stays of the running mean of the loss at each step. */
  private static final double SMOOTHING = 0.98;

  /** How far the smoothed loss may rise above its lowest, in units of that, before the end. */
  private static final double HOPELESS = 3;

  /**
   * A step of the search.
   *
   * @param rate its learning rate
   * @param loss the running mean of the losses up to it, bias corrected
   */
  public record Point(double rate, double loss) {}

  /** How the loss went while the rate grew. */
  public record Curve(List<Point> points) {
    /** A copy. */
    public Curve {
      points = List.copyOf(points);
    }

    /**
     * The rate at which the smoothed loss falls fastest over the logarithm of the rate; the first
     * tenth of the steps is passed over. Empty if it never falls.
     */
    public OptionalDouble suggestion() {
      double steepest = 0;
      var found = OptionalDouble.empty();
      for (int i = Math.max(1, points.size() / 10); i + 1 < points.size(); i++) {
        double slope = points.get(i + 1).loss - points.get(i - 1).loss;
        if (slope < steepest) {
          steepest = slope;
          found = OptionalDouble.of(points.get(i).rate);
        }
      }
      return found;
    }
  }

  /** Checks the settings. */
  public RateFinder {
    Settings.require(
        lowest > 0 && lowest < highest,
        "RateFinder",
        "the lowest rate",
        "be greater than 0 and less than the highest",
        lowest);
    Settings.require(steps >= 3, "RateFinder", "steps", "be at least 3", steps);
  }

  /** Between these rates in 100 steps. */
  public static RateFinder between(double lowest, double highest) {
    return new RateFinder(lowest, highest, 100);
  }

  /** The same in so many steps. */
  public RateFinder steps(int newSteps) {
    return new RateFinder(lowest, highest, newSteps);
  }

  /**
   * Trains while the rate grows, until the loss is four times its lowest or no number; then puts
   * weights and buffers back as they were.
   *
   * @param loss the loss of the next batch, called once within each training step
   * @param rng for the training steps
   */
  public Curve run(Object model, UpdateRule rule, Supplier<Tensor> loss, Rng rng) {
    var before = Modules.weights(model);
    var optimizer = rule.over(model);
    var points = new ArrayList<Point>();
    double growth = StrictMath.log(highest / lowest) / (steps - 1);
    double mean = 0;
    double weight = 0;
    double best = Double.POSITIVE_INFINITY;
    try {
      for (int i = 0; i < steps; i++) {
        optimizer.rate(lowest * StrictMath.exp(growth * i));
        try (var _ = Step.training(rng)) {
          var now = loss.get();
          mean = SMOOTHING * mean + (1 - SMOOTHING) * now.item();
          weight = SMOOTHING * weight + (1 - SMOOTHING);
          double smooth = mean / weight;
          best = Math.min(best, smooth);
          if (!(smooth - best <= HOPELESS * Math.abs(best))) {
            break;
          }
          points.add(new Point(optimizer.rate(), smooth));
          optimizer.step(now.backward());
        }
      }
    } finally {
      Modules.load(model, before);
    }
    return new Curve(points);
  }
}
