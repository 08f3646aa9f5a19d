package io.atelier.optim;

import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * RAdam: Adam that waits with its division until the mean square can be trusted, instead of a
 * warm-up.
 *
 * <p>{@code r = 2 / (1 - beta2) - 1; r(t) = r - 2 t beta2^t / (1 - beta2^t)}. While {@code r(t) <=
 * 5} this is momentum, {@code w -= rate m / (1 - beta1^t)}; then Adam's step times {@code
 * sqrt((r(t) - 4) (r(t) - 2) r / ((r - 4) (r - 2) r(t)))}.
 *
 * <p>Source: Liu, Jiang, He, Chen, Liu, Gao, Han 2020, "On the variance of the adaptive learning
 * rate and beyond", algorithm 2; {@code epsilon} is added before the correction of the bias and the
 * bound is 5, as PyTorch has them.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean of the gradient stays
 * @param beta2 how much of the mean of its square stays
 * @param epsilon keeps the quotient finite
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record RAdam(double rate, double beta1, double beta2, double epsilon, double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public RAdam {
    Settings.requireNotNegative("RAdam", "rate", rate);
    Settings.requireShare("RAdam", "beta1", beta1);
    Settings.requireShare("RAdam", "beta2", beta2);
    Settings.requireNotNegative("RAdam", "epsilon", epsilon);
    Settings.requireNotNegative("RAdam", "weightDecay", weightDecay);
  }

  /** With Adam's constants: 0.9, 0.999, 1e-8. */
  public static RAdam rate(double rate) {
    return new RAdam(rate, 0.9, 0.999, 1e-8, 0);
  }

  /** The same with other shares of the two means that stay. */
  public RAdam betas(double newBeta1, double newBeta2) {
    return new RAdam(rate, newBeta1, newBeta2, epsilon, weightDecay);
  }

  /** The same with this epsilon. */
  public RAdam epsilon(double newEpsilon) {
    return new RAdam(rate, beta1, beta2, newEpsilon, weightDecay);
  }

  /** The same with this weight decay. */
  public RAdam weightDecay(double newWeightDecay) {
    return new RAdam(rate, beta1, beta2, epsilon, newWeightDecay);
  }

  /** The factor of the step; 0 while the mean square is not to be trusted. */
  private double rectification(double power, long step) {
    double all = 2 / (1 - beta2) - 1;
    double seen = all - 2 * step * power / (1 - power);
    return seen <= 5
        ? 0
        : Math.sqrt((seen - 4) * (seen - 2) * all / ((all - 4) * (all - 2) * seen));
  }

  @Override
  public List<String> state() {
    return List.of("mean", "square");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] mean = state.get(0);
    float[] square = state.get(1);
    double power = StrictMath.pow(beta2, (double) step);
    double scale = now / (1 - StrictMath.pow(beta1, (double) step));
    double factor = rectification(power, step);
    boolean waits = factor == 0; // then the divisor is to be 1: sqrt(square) / infinity + 1
    var by =
        new Updates.Adam(
            beta1,
            beta2,
            waits ? scale : scale * factor * Math.sqrt(1 - power),
            waits ? Double.POSITIVE_INFINITY : 1,
            waits ? 1 : epsilon,
            weightDecay,
            1);
    parameter.update(gradient, (w, g, from) -> Updates.adam(w, g, from, mean, square, by));
  }
}
