package io.atelier.optim;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/**
 * How the learning rate changes over a training: a factor for each step.
 *
 * <p>A schedule is a function of the step alone, so that a resumed training needs no state of it; a
 * lambda is one. {@link #byEpoch} counts in epochs what is written here in steps, {@link #then}
 * puts one after another, {@link #times} multiplies two. A factor that depends on how the training
 * goes is {@link Plateau}'s.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * What the learning rate is multiplied by.
   *
   * @param step the number of the step, from 0
   * @param steps the number of steps of the whole training
   */
  double factor(long step, long steps);

  /** The same rate throughout. */
  static Schedule constant() {
    return constant(1);
  }

  /** This factor throughout, for a part of a training. */
  static Schedule constant(double factor) {
    return (_, _) -> factor;
  }

  /** A tenth of the rate after half of the training, a hundredth after three quarters. */
  static Schedule step() {
    return (step, steps) -> step * 2 < steps ? 1 : step * 4 < steps * 3 ? 0.1 : 0.01;
  }

  /** Multiplied by {@code factor} every so many steps. */
  static Schedule step(long every, double factor) {
    requirePositive("step", every);
    return (step, _) -> {
      long times = step / every;
      return StrictMath.pow(factor, (double) times);
    };
  }

  /** Multiplied by {@code factor} at each of these steps. */
  static Schedule multiStep(double factor, long... at) {
    long[] copy = at.clone();
    return (step, _) ->
        StrictMath.pow(factor, (double) Arrays.stream(copy).filter(when -> when <= step).count());
  }

  /** Multiplied by {@code factor} at each step: {@code factor^t}. */
  static Schedule exponential(double factor) {
    return (step, _) -> StrictMath.pow(factor, (double) step);
  }

  /**
   * Multiplied by {@code factorAt(1) ... factorAt(t)}.
   *
   * <p>The product is taken anew for each step; best in epochs.
   */
  static Schedule multiplicative(LongToDoubleFunction factorAt) {
    return (step, _) -> {
      double product = 1;
      for (long t = 1; t <= step; t++) {
        product *= factorAt.applyAsDouble(t);
      }
      return product;
    };
  }

  /**
   * {@code 1 / (t + 1)^power}; with a power in (1/2, 1] plain descent converges (Robbins, Monro).
   */
  static Schedule power(double power) {
    return (step, _) -> 1 / StrictMath.pow(step + 1.0, power);
  }

  /** Evenly from one factor to another over so many steps, then the other. */
  static Schedule linear(double from, double to, long over) {
    requirePositive("linear", over);
    return (step, _) -> step >= over ? to : from + (to - from) * step / over;
  }

  /** {@code (1 - t / over)^power}, then 0. */
  static Schedule polynomial(long over, double power) {
    requirePositive("polynomial", over);
    return (step, _) -> step >= over ? 0 : StrictMath.pow(1 - (double) step / over, power);
  }

  /** Half a cosine from 1 to 0 (Loshchilov and Hutter 2017, without restarts). */
  static Schedule cosine() {
    return cosine(0);
  }

  /** Half a cosine from 1 to {@code minimum} over the whole training. */
  static Schedule cosine(double minimum) {
    return (step, steps) -> half(1, minimum, (double) step / steps);
  }

  /** Half a cosine down to {@code minimum} over so many steps, and as many up again, and so on. */
  static Schedule cosine(double minimum, long over) {
    requirePositive("cosine", over);
    return (step, _) -> half(1, minimum, (double) step / over);
  }

  /** From {@code from} at 0 to {@code to} at 1 along half a cosine. */
  private static double half(double from, double to, double place) {
    return to + (from - to) * (1 + StrictMath.cos(Math.PI * place)) / 2;
  }

  /**
   * Half a cosine from 1 to {@code minimum} over {@code first} steps, then again over {@code
   * growth} times as many, and so on.
   *
   * <p>Source: Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts".
   */
  static Schedule warmRestarts(double minimum, long first, int growth) {
    requirePositive("warmRestarts", first);
    requirePositive("warmRestarts", growth);
    return (step, _) -> {
      long length = first;
      long place = growth == 1 ? step % first : step;
      while (place >= length) {
        place -= length;
        length *= growth;
      }
      return half(1, minimum, (double) place / length);
    };
  }

  /** {@link #oneCycle(double, double, double)} with PyTorch's constants: 0.3, 1/25, 1/250,000. */
  static Schedule oneCycle() {
    return oneCycle(0.3, 1 / 25.0, 1 / 25e4);
  }

  /**
   * Up along half a cosine and down along another, over the whole training; the rate of the rule is
   * the highest.
   *
   * <p>The momentum stays as it is; PyTorch's moves against the rate unless told otherwise.
   *
   * <p>Source: Smith and Topin 2018, "Super-convergence: very fast training of neural networks
   * using large learning rates".
   *
   * @param rise the part of the training in which the rate rises
   * @param first the factor of the first step
   * @param last the factor of the last step
   */
  static Schedule oneCycle(double rise, double first, double last) {
    return (step, steps) -> {
      double top = Math.max(0, rise * steps - 1);
      double end = steps - 1.0;
      return step < top
          ? half(first, 1, step / top)
          : end <= top ? 1 : half(1, last, (step - top) / (end - top));
    };
  }

  /**
   * Evenly up from {@code low} to 1 and down again, over and over.
   *
   * <p>Source: Smith 2017, "Cyclical learning rates for training neural networks", "triangular".
   */
  static Schedule cyclic(double low, long up, long down) {
    return cyclic(low, up, down, constant());
  }

  /**
   * Triangles above {@code low} whose height {@code 1 - low} is multiplied by another schedule:
   * {@code step(up + down, 0.5)} is "triangular2" of the source, {@code exponential(0.9999)}
   * "exp_range".
   */
  static Schedule cyclic(double low, long up, long down, Schedule height) {
    requirePositive("cyclic", up);
    requirePositive("cyclic", down);
    return (step, steps) -> {
      long place = step % (up + down);
      double share = place <= up ? (double) place / up : (double) (up + down - place) / down;
      return low + (1 - low) * share * height.factor(step, steps);
    };
  }

  /** The same counted in epochs: a factor for each epoch, the same for all its steps. */
  default Schedule byEpoch(long stepsPerEpoch) {
    requirePositive("byEpoch", stepsPerEpoch);
    return (step, steps) -> factor(step / stepsPerEpoch, Math.ceilDiv(steps, stepsPerEpoch));
  }

  /**
   * This for so many steps, then another from its beginning: each sees its part as the whole
   * training.
   */
  default Schedule then(long after, Schedule next) {
    return (step, steps) ->
        step < after ? factor(step, after) : next.factor(step - after, steps - after);
  }

  /** The product of both. */
  default Schedule times(Schedule other) {
    return (step, steps) -> factor(step, steps) * other.factor(step, steps);
  }

  /**
   * Evenly up to the first factor of this over so many steps, then this.
   *
   * <p>Source: Goyal and others 2017, "Accurate, large minibatch SGD", section 2.2.
   */
  default Schedule warmedUp(long over) {
    requirePositive("warmedUp", over);
    Schedule rise = (step, steps) -> factor(0, steps) * (step + 1) / over;
    return rise.then(over, this);
  }

  private static void requirePositive(String schedule, long count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "Schedule." + schedule + ": a number of steps must be at least 1, got " + count);
    }
  }
}
