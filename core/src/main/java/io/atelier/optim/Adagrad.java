package io.atelier.optim;

import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Adagrad: each weight moves by its gradient over the root of the sum of all its squared gradients,
 * so that what is rarely asked for takes larger steps.
 *
 * <p>{@code s += g^2; w -= rate g / (sqrt(s) + epsilon)}.
 *
 * <p>Source: Duchi, Hazan, Singer 2011, "Adaptive subgradient methods for online learning and
 * stochastic optimization".
 *
 * @param rate the learning rate
 * @param epsilon keeps the quotient finite
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Adagrad(double rate, double epsilon, double weightDecay) implements UpdateRule {
  /** Checks the settings. */
  public Adagrad {
    Settings.requireNotNegative("Adagrad", "rate", rate);
    Settings.requireNotNegative("Adagrad", "epsilon", epsilon);
    Settings.requireNotNegative("Adagrad", "weightDecay", weightDecay);
  }

  /** With PyTorch's epsilon, 1e-10. */
  public static Adagrad rate(double rate) {
    return new Adagrad(rate, 1e-10, 0);
  }

  /** The same with this epsilon. */
  public Adagrad epsilon(double newEpsilon) {
    return new Adagrad(rate, newEpsilon, weightDecay);
  }

  /** The same with this weight decay. */
  public Adagrad weightDecay(double newDecay) {
    return new Adagrad(rate, epsilon, newDecay);
  }

  @Override
  public List<String> state() {
    return List.of("square");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] square = state.getFirst();
    parameter.update(
        gradient,
        (w, g, from) ->
            Updates.rooted(
                w, g, from, square, 1, 1, (float) now, (float) epsilon, (float) weightDecay));
  }
}
