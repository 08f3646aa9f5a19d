package io.atelier.optim;

import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Adam with decoupled weight decay: the weights shrink by {@code rate weightDecay} at each step.
 *
 * <p>Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean of the gradient stays
 * @param beta2 how much of the mean of its square stays
 * @param epsilon keeps the quotient finite
 * @param isAmsgrad whether the largest mean square so far counts
 * @param weightDecay the share of a weight that goes at rate 1
 */
public record AdamW(
    double rate, double beta1, double beta2, double epsilon, boolean isAmsgrad, double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public AdamW {
    Settings.requireNotNegative("AdamW", "rate", rate);
    Settings.requireShare("AdamW", "beta1", beta1);
    Settings.requireShare("AdamW", "beta2", beta2);
    Settings.requireNotNegative("AdamW", "epsilon", epsilon);
    Settings.requireNotNegative("AdamW", "weightDecay", weightDecay);
  }

  /** With the constants of the paper: 0.9, 0.999, 1e-8, and a weight decay of 0.01. */
  public static AdamW rate(double rate) {
    return new AdamW(rate, 0.9, 0.999, 1e-8, false, 0.01);
  }

  /** The same with other shares of the two means that stay. */
  public AdamW betas(double newBeta1, double newBeta2) {
    return new AdamW(rate, newBeta1, newBeta2, epsilon, isAmsgrad, weightDecay);
  }

  /** The same with this epsilon. */
  public AdamW epsilon(double newEpsilon) {
    return new AdamW(rate, beta1, beta2, newEpsilon, isAmsgrad, weightDecay);
  }

  /** The same as AMSGrad. */
  public AdamW amsgrad() {
    return new AdamW(rate, beta1, beta2, epsilon, true, weightDecay);
  }

  /** The same with this weight decay. */
  public AdamW weightDecay(double newWeightDecay) {
    return new AdamW(rate, beta1, beta2, epsilon, isAmsgrad, newWeightDecay);
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
            0,
            1 - now * weightDecay);
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
