package io.atelier.optim;

import io.atelier.kernel.Loops;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Adadelta: the step is the gradient in units of the steps of late, so that no learning rate has to
 * be found.
 *
 * <p>{@code s = rho s + (1 - rho) g^2; d = g sqrt(u + epsilon) / sqrt(s + epsilon); u = rho u + (1
 * - rho) d^2; w -= rate d}.
 *
 * <p>Source: Zeiler 2012, "ADADELTA: an adaptive learning rate method", algorithm 1, where the rate
 * is 1.
 *
 * @param rate the learning rate
 * @param rho how much of the mean squares stays
 * @param epsilon begins the movement and keeps the quotient finite
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Adadelta(double rate, double rho, double epsilon, double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public Adadelta {
    Settings.requireNotNegative("Adadelta", "rate", rate);
    Settings.requireShare("Adadelta", "rho", rho);
    Settings.requireNotNegative("Adadelta", "epsilon", epsilon);
    Settings.requireNotNegative("Adadelta", "weightDecay", weightDecay);
  }

  /** With PyTorch's constants: rho 0.9, epsilon 1e-6; the rate of the paper is 1. */
  public static Adadelta rate(double rate) {
    return new Adadelta(rate, 0.9, 1e-6, 0);
  }

  /** The same with another share of the mean squares that stays. */
  public Adadelta rho(double newRho) {
    return new Adadelta(rate, newRho, epsilon, weightDecay);
  }

  /** The same with this epsilon. */
  public Adadelta epsilon(double newEpsilon) {
    return new Adadelta(rate, rho, newEpsilon, weightDecay);
  }

  /** The same with this weight decay. */
  public Adadelta weightDecay(double newWeightDecay) {
    return new Adadelta(rate, rho, epsilon, newWeightDecay);
  }

  @Override
  public List<String> state() {
    return List.of("square", "movement");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] square = state.get(0);
    float[] movement = state.get(1);
    float keep = (float) rho;
    float add = (float) (1 - rho);
    float rate = (float) now;
    float small = (float) epsilon;
    float decay = (float) weightDecay;
    parameter.update(
        gradient,
        (w, g, g0) ->
            Loops.split(
                w.length,
                (from, count) -> {
                  for (int i = from; i < from + count; i++) {
                    float d = g[g0 + i] + decay * w[i];
                    square[i] = keep * square[i] + add * d * d;
                    float root = (float) Math.sqrt(square[i] + small);
                    float move = (float) Math.sqrt(movement[i] + small) / root * d;
                    movement[i] = keep * movement[i] + add * move * move;
                    w[i] -= rate * move;
                  }
                }));
  }
}
