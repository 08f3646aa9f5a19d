package io.atelier.optim;

import io.atelier.kernel.Loops;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Adamax: Adam with the largest gradient of late in place of the root of the mean square.
 *
 * <p>{@code m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + epsilon); w -= rate / (1 - beta1^t)
 * m / u}.
 *
 * <p>Source: Kingma and Ba 2015, algorithm 2; {@code epsilon} as PyTorch has it.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean of the gradient stays
 * @param beta2 how much of the largest gradient stays
 * @param epsilon keeps the quotient finite
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Adamax(double rate, double beta1, double beta2, double epsilon, double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public Adamax {
    Settings.requireNotNegative("Adamax", "rate", rate);
    Settings.requireShare("Adamax", "beta1", beta1);
    Settings.requireShare("Adamax", "beta2", beta2);
    Settings.requireNotNegative("Adamax", "epsilon", epsilon);
    Settings.requireNotNegative("Adamax", "weightDecay", weightDecay);
  }

  /** With the constants of the paper: 0.9, 0.999, and 1e-8. */
  public static Adamax rate(double rate) {
    return new Adamax(rate, 0.9, 0.999, 1e-8, 0);
  }

  /** The same with other shares of the two means that stay. */
  public Adamax betas(double newBeta1, double newBeta2) {
    return new Adamax(rate, newBeta1, newBeta2, epsilon, weightDecay);
  }

  /** The same with this epsilon. */
  public Adamax epsilon(double newEpsilon) {
    return new Adamax(rate, beta1, beta2, newEpsilon, weightDecay);
  }

  /** The same with this weight decay. */
  public Adamax weightDecay(double newWeightDecay) {
    return new Adamax(rate, beta1, beta2, epsilon, newWeightDecay);
  }

  @Override
  public List<String> state() {
    return List.of("mean", "largest");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] mean = state.get(0);
    float[] largest = state.get(1);
    float keep = (float) beta1;
    float add = (float) (1 - beta1);
    float fade = (float) beta2;
    float small = (float) epsilon;
    float decay = (float) weightDecay;
    float scale = (float) (now / (1 - StrictMath.pow(beta1, (double) step)));
    parameter.update(
        gradient,
        (w, g, g0) ->
            Loops.split(
                w.length,
                (from, count) -> {
                  for (int i = from; i < from + count; i++) {
                    float d = g[g0 + i] + decay * w[i];
                    mean[i] = keep * mean[i] + add * d;
                    largest[i] = Math.max(fade * largest[i], Math.abs(d) + small);
                    w[i] -= scale * mean[i] / largest[i];
                  }
                }));
  }
}
