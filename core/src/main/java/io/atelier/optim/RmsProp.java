package io.atelier.optim;

import io.atelier.kernel.Loops;
import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * RMSprop: each weight moves by its gradient over the root of the running mean of its square.
 *
 * <p>{@code s = alpha s + (1 - alpha) g^2; w -= rate g / (sqrt(s) + epsilon)}. Centred, the mean
 * gradient is kept as well and {@code s - mean^2}, its variance, takes the place of {@code s}. With
 * momentum the quotient is added to a velocity and the velocity moves the weight.
 *
 * <p>Source: Hinton 2012, "Neural networks for machine learning", lecture 6e; centred: Graves 2013,
 * "Generating sequences with recurrent neural networks", eq. 38-45.
 *
 * @param rate the learning rate
 * @param alpha how much of the mean square stays
 * @param epsilon keeps the quotient finite
 * @param momentum how much of the last velocity stays; 0 is none
 * @param isCentered whether the square of the mean gradient is taken off
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record RmsProp(
    double rate,
    double alpha,
    double epsilon,
    double momentum,
    boolean isCentered,
    double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public RmsProp {
    Settings.requireNotNegative("RmsProp", "rate", rate);
    Settings.requireShare("RmsProp", "alpha", alpha);
    Settings.requireNotNegative("RmsProp", "epsilon", epsilon);
    Settings.requireShare("RmsProp", "momentum", momentum);
    Settings.requireNotNegative("RmsProp", "weightDecay", weightDecay);
  }

  /** With PyTorch's constants: alpha 0.99, epsilon 1e-8. */
  public static RmsProp rate(double rate) {
    return new RmsProp(rate, 0.99, 1e-8, 0, false, 0);
  }

  /** The same with another share of the mean square that stays. */
  public RmsProp alpha(double newAlpha) {
    return new RmsProp(rate, newAlpha, epsilon, momentum, isCentered, weightDecay);
  }

  /** The same with this epsilon. */
  public RmsProp epsilon(double newEpsilon) {
    return new RmsProp(rate, alpha, newEpsilon, momentum, isCentered, weightDecay);
  }

  /** The same with this momentum. */
  public RmsProp momentum(double newMomentum) {
    return new RmsProp(rate, alpha, epsilon, newMomentum, isCentered, weightDecay);
  }

  /** The same, divided by the standard deviation of the gradient. */
  public RmsProp centered() {
    return new RmsProp(rate, alpha, epsilon, momentum, true, weightDecay);
  }

  /** The same with this weight decay. */
  public RmsProp weightDecay(double newDecay) {
    return new RmsProp(rate, alpha, epsilon, momentum, isCentered, newDecay);
  }

  private boolean isPlain() {
    return momentum == 0 && !isCentered;
  }

  @Override
  public List<String> state() {
    return isPlain() ? List.of("square") : List.of("square", "mean", "velocity");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] square = state.getFirst();
    float keep = (float) alpha;
    float add = (float) (1 - alpha);
    float rate = (float) now;
    float small = (float) epsilon;
    float decay = (float) weightDecay;
    if (isPlain()) {
      parameter.update(
          gradient, (w, g, g0) -> Updates.rooted(w, g, g0, square, keep, add, rate, small, decay));
      return;
    }
    float[] mean = state.get(1);
    float[] velocity = state.get(2);
    float off = isCentered ? 1 : 0;
    float stay = (float) momentum;
    parameter.update(
        gradient,
        (w, g, g0) ->
            Loops.split(
                w.length,
                (from, count) -> {
                  for (int i = from; i < from + count; i++) {
                    float d = g[g0 + i] + decay * w[i];
                    square[i] = keep * square[i] + add * d * d;
                    mean[i] = keep * mean[i] + add * d;
                    float spread = Math.max(square[i] - off * mean[i] * mean[i], 0);
                    velocity[i] = stay * velocity[i] + d / ((float) Math.sqrt(spread) + small);
                    w[i] -= rate * velocity[i];
                  }
                }));
  }
}
