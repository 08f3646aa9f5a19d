package io.atelier.optim;

import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Adam: each weight moves by the running mean of its gradient over the root of the mean of its
 * square.
 *
 * <p>{@code m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2) g^2; w -= rate m / (1 - beta1^t)
 * / (sqrt(s / (1 - beta2^t)) + epsilon)}. As AMSGrad, {@code s} in the last formula is the largest
 * so far, so that no rare large gradient is soon forgotten.
 *
 * <p>Source: Kingma and Ba 2015, algorithm 1; {@code epsilon} is added after the correction of the
 * bias, as PyTorch has it. Reddi, Kale, Kumar 2018, "On the convergence of Adam and beyond",
 * algorithm 2.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean of the gradient stays
 * @param beta2 how much of the mean of its square stays
 * @param epsilon keeps the quotient finite
 * @param isAmsgrad whether the largest mean square so far counts
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Adam(
    double rate, double beta1, double beta2, double epsilon, boolean isAmsgrad, double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public Adam {
    Settings.requireNotNegative("Adam", "rate", rate);
    Settings.requireShare("Adam", "beta1", beta1);
    Settings.requireShare("Adam", "beta2", beta2);
    Settings.requireNotNegative("Adam", "epsilon", epsilon);
    Settings.requireNotNegative("Adam", "weightDecay", weightDecay);
  }

  /** With the constants of the paper: 0.9, 0.999, 1e-8. */
  public static Adam rate(double rate) {
    return new Adam(rate, 0.9, 0.999, 1e-8, false, 0);
  }

  /** The same with other shares of the two means that stay. */
  public Adam betas(double newBeta1, double newBeta2) {
    return new Adam(rate, newBeta1, newBeta2, epsilon, isAmsgrad, weightDecay);
  }

  /** The same with this epsilon. */
  public Adam epsilon(double newEpsilon) {
    return new Adam(rate, beta1, beta2, newEpsilon, isAmsgrad, weightDecay);
  }

  /** The same as AMSGrad. */
  public Adam amsgrad() {
    return new Adam(rate, beta1, beta2, epsilon, true, weightDecay);
  }

  /** The same with this weight decay. */
  public Adam weightDecay(double newWeightDecay) {
    return new Adam(rate, beta1, beta2, epsilon, isAmsgrad, newWeightDecay);
  }

  @Override
  public List<String> state() {
    return isAmsgrad ? List.of("mean", "square", "largest") : List.of("mean", "square");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] mean = state.get(0);
    float[] square = state.get(1);
    var by =
        new Updates.Adam(
            beta1,
            beta2,
            now / (1 - StrictMath.pow(beta1, (double) step)),
            Math.sqrt(1 - StrictMath.pow(beta2, (double) step)),
            epsilon,
            weightDecay,
            1);
    parameter.update(
        gradient,
        (w, g, from) -> {
          if (isAmsgrad) {
            Updates.amsgrad(w, g, from, mean, square, state.get(2), by);
          } else {
            Updates.adam(w, g, from, mean, square, by);
          }
        });
  }
}
