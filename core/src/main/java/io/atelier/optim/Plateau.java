package io.atelier.optim;

/**
 * A smaller learning rate whenever a metric has not become better for a while.
 *
 * <p>The factor is a function of all metrics so far, so that who keeps them can resume exactly:
 *
 * <pre>{@code
 * var plateau = Plateau.lowest().factor(0.5).patience(2);
 * optimizer.rate(rule.rate() * plateau.after(lossesOfAllEpochs));
 * }</pre>
 *
 * <p>Source: the rule is PyTorch's {@code ReduceLROnPlateau} with a relative threshold; the metric
 * should be positive.
 *
 * @param wantsHighest whether a higher metric is the better one
 * @param factor what the rate is multiplied by
 * @param patience how many metrics in a row may be no better before it is
 * @param threshold the share by which a metric must be better than the best to count
 * @param cooldown for how many metrics after a change nothing is counted
 * @param minimum the smallest factor
 */
public record Plateau(
    boolean wantsHighest,
    double factor,
    int patience,
    double threshold,
    int cooldown,
    double minimum) {
  /** Checks the settings. */
  public Plateau {
    Settings.require(
        factor > 0 && factor < 1, "Plateau", "factor", "be greater than 0 and less than 1", factor);
    Settings.requireNotNegative("Plateau", "patience", patience);
    Settings.requireNotNegative("Plateau", "threshold", threshold);
    Settings.requireNotNegative("Plateau", "cooldown", cooldown);
    Settings.requireNotNegative("Plateau", "minimum", minimum);
  }

  /** Follows a loss: a tenth of the rate after 10 metrics that are not 0.0001 better. */
  public static Plateau lowest() {
    return new Plateau(false, 0.1, 10, 1e-4, 0, 0);
  }

  /** The same for an accuracy, which should rise. */
  public static Plateau highest() {
    return new Plateau(true, 0.1, 10, 1e-4, 0, 0);
  }

  /** The same with this factor. */
  public Plateau factor(double newFactor) {
    return new Plateau(wantsHighest, newFactor, patience, threshold, cooldown, minimum);
  }

  /** The same with this patience. */
  public Plateau patience(int newPatience) {
    return new Plateau(wantsHighest, factor, newPatience, threshold, cooldown, minimum);
  }

  /** The same with this threshold. */
  public Plateau threshold(double newThreshold) {
    return new Plateau(wantsHighest, factor, patience, newThreshold, cooldown, minimum);
  }

  /** The same with this cooldown. */
  public Plateau cooldown(int newCooldown) {
    return new Plateau(wantsHighest, factor, patience, threshold, newCooldown, minimum);
  }

  /** The same with this smallest factor. */
  public Plateau minimum(double newMinimum) {
    return new Plateau(wantsHighest, factor, patience, threshold, cooldown, newMinimum);
  }

  /**
   * What the learning rate is multiplied by after these metrics, one for each epoch; 1 at first.
   */
  public double after(double... metrics) {
    double now = 1;
    double best = wantsHighest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    int waited = 0;
    int cooling = 0;
    for (double metric : metrics) {
      boolean better =
          wantsHighest ? metric > best * (1 + threshold) : metric < best * (1 - threshold);
      best = better ? metric : best;
      waited = better || cooling > 0 ? 0 : waited + 1;
      cooling = Math.max(0, cooling - 1);
      if (waited > patience) {
        now = Math.max(now * factor, minimum);
        waited = 0;
        cooling = cooldown;
      }
    }
    return now;
  }
}
