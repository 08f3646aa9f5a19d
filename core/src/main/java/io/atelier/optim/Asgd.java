package io.atelier.optim;

import io.atelier.kernel.Loops;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Averaged gradient descent: descent whose rate falls slowly, and the mean of the weights on the
 * way, which is the result.
 *
 * <p>{@code rate(t) = rate / (1 + lambda rate (t - 1))^alpha; w = (1 - lambda rate(t)) w - rate(t)
 * g}; from step {@code start + 2} on, {@code average} is the mean of the weights, before it the
 * weights themselves. It stands in {@link Optimizer#state}; {@link Averaged} has the mean of any
 * rule's weights and can put it into the model.
 *
 * <p>Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging", in
 * the form of Xu 2011, "Towards optimal one pass large scale learning with averaged stochastic
 * gradient descent".
 *
 * @param rate the learning rate
 * @param lambda how fast rate and weights fall
 * @param alpha the power by which the rate falls
 * @param start the step after which the mean begins
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Asgd(double rate, double lambda, double alpha, double start, double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public Asgd {
    Settings.requireNotNegative("Asgd", "rate", rate);
    Settings.requireNotNegative("Asgd", "lambda", lambda);
    Settings.requireNotNegative("Asgd", "alpha", alpha);
    Settings.requireNotNegative("Asgd", "start", start);
    Settings.requireNotNegative("Asgd", "weightDecay", weightDecay);
  }

  /** With PyTorch's constants: lambda 1e-4, alpha 0.75, and a mean from step 1e6 on. */
  public static Asgd rate(double rate) {
    return new Asgd(rate, 1e-4, 0.75, 1e6, 0);
  }

  /** The same with another fall of rate and weights. */
  public Asgd lambda(double newLambda) {
    return new Asgd(rate, newLambda, alpha, start, weightDecay);
  }

  /** The same with another power of the fall. */
  public Asgd alpha(double newAlpha) {
    return new Asgd(rate, lambda, newAlpha, start, weightDecay);
  }

  /** The same with a mean that begins after this step. */
  public Asgd start(double newStart) {
    return new Asgd(rate, lambda, alpha, newStart, weightDecay);
  }

  /** The same with this weight decay. */
  public Asgd weightDecay(double newWeightDecay) {
    return new Asgd(rate, lambda, alpha, start, newWeightDecay);
  }

  @Override
  public List<String> state() {
    return List.of("average");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] average = state.getFirst();
    double falling = now / StrictMath.pow(1 + lambda * now * (step - 1), alpha);
    float rate = (float) falling;
    float keep = (float) (1 - lambda * falling);
    float share = (float) (1 / Math.max(1, step - 1 - start));
    float decay = (float) weightDecay;
    parameter.update(
        gradient,
        (w, g, g0) ->
            Loops.split(
                w.length,
                (from, count) -> {
                  for (int i = from; i < from + count; i++) {
                    float d = g[g0 + i] + decay * w[i];
                    w[i] = w[i] * keep - rate * d;
                    average[i] = share == 1 ? w[i] : average[i] + share * (w[i] - average[i]);
                  }
                }));
  }
}
