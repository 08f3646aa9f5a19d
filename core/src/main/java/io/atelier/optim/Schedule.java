package io.atelier.optim;

/** How the learning rate changes over a training: a factor for each step. */
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
    return (_, _) -> 1;
  }

  /** A tenth of the rate after half of the training, a hundredth after three quarters. */
  static Schedule step() {
    return (step, steps) -> step * 2 < steps ? 1 : step * 4 < steps * 3 ? 0.1 : 0.01;
  }

  /** Half a cosine from 1 to 0 (Loshchilov and Hutter 2017, without restarts). */
  static Schedule cosine() {
    return (step, steps) -> (1 + StrictMath.cos(Math.PI * step / steps)) / 2;
  }
}
