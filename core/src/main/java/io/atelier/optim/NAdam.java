package io.atelier.optim;

import io.atelier.kernel.Loops;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * NAdam: Adam with Nesterov's momentum, which looks one step ahead.
 *
 * <p>With Adam's means {@code m} and {@code s}, {@code mu(t) = beta1 (1 - 0.96^(t momentumDecay) /
 * 2)} and {@code P(t) = mu(1) ... mu(t)}: {@code w -= rate ((1 - mu(t)) / (1 - P(t)) g + mu(t+1) /
 * (1 - P(t+1)) m) / (sqrt(s / (1 - beta2^t)) + epsilon)}.
 *
 * <p>Source: Dozat 2016, "Incorporating Nesterov momentum into Adam", with the schedule of its
 * section 4 for {@code mu}.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean of the gradient stays
 * @param beta2 how much of the mean of its square stays
 * @param epsilon keeps the quotient finite
 * @param momentumDecay how fast the momentum grows from half of beta1 to beta1
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record NAdam(
    double rate,
    double beta1,
    double beta2,
    double epsilon,
    double momentumDecay,
    double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public NAdam {
    Settings.requireNotNegative("NAdam", "rate", rate);
    Settings.requireShare("NAdam", "beta1", beta1);
    Settings.requireShare("NAdam", "beta2", beta2);
    Settings.requireNotNegative("NAdam", "epsilon", epsilon);
    Settings.requireNotNegative("NAdam", "momentumDecay", momentumDecay);
    Settings.requireNotNegative("NAdam", "weightDecay", weightDecay);
  }

  /** With the constants of the paper: 0.9, 0.999, 1e-8, and 0.004 for the momentum. */
  public static NAdam rate(double rate) {
    return new NAdam(rate, 0.9, 0.999, 1e-8, 0.004, 0);
  }

  /** The same with other shares of the two means that stay. */
  public NAdam betas(double newBeta1, double newBeta2) {
    return new NAdam(rate, newBeta1, newBeta2, epsilon, momentumDecay, weightDecay);
  }

  /** The same with this epsilon. */
  public NAdam epsilon(double newEpsilon) {
    return new NAdam(rate, beta1, beta2, newEpsilon, momentumDecay, weightDecay);
  }

  /** The same with another growth of the momentum. */
  public NAdam momentumDecay(double newMomentumDecay) {
    return new NAdam(rate, beta1, beta2, epsilon, newMomentumDecay, weightDecay);
  }

  /** The same with this weight decay. */
  public NAdam weightDecay(double newWeightDecay) {
    return new NAdam(rate, beta1, beta2, epsilon, momentumDecay, newWeightDecay);
  }

  private double momentum(long step) {
    return beta1 * (1 - StrictMath.pow(0.96, step * momentumDecay) / 2);
  }

  /** {@code P(step)}, computed anew each time: it is nothing beside 1 after some fifty factors. */
  private double product(long step) {
    double product = 1;
    for (long t = 1; t <= step && product > 0x1p-60; t++) {
      product *= momentum(t);
    }
    return product;
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
    float keep1 = (float) beta1;
    float add1 = (float) (1 - beta1);
    float keep2 = (float) beta2;
    float add2 = (float) (1 - beta2);
    float small = (float) epsilon;
    float decay = (float) weightDecay;
    float root = (float) Math.sqrt(1 - StrictMath.pow(beta2, (double) step));
    double next = momentum(step + 1);
    float ofGradient = (float) (now * (1 - momentum(step)) / (1 - product(step)));
    float ofMean = (float) (now * next / (1 - product(step) * next));
    parameter.update(
        gradient,
        (w, g, g0) ->
            Loops.split(
                w.length,
                (from, count) -> {
                  for (int i = from; i < from + count; i++) {
                    float d = g[g0 + i] + decay * w[i];
                    mean[i] = keep1 * mean[i] + add1 * d;
                    square[i] = keep2 * square[i] + add2 * d * d;
                    float divisor = (float) Math.sqrt(square[i]) / root + small;
                    w[i] -= (ofGradient * d + ofMean * mean[i]) / divisor;
                  }
                }));
  }
}
