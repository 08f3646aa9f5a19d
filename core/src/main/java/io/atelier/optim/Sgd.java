package io.atelier.optim;

import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent: {@code w -= rate g}.
 *
 * <p>With momentum {@code v = momentum v + g; w -= rate v}; in Nesterov's form {@code w -= rate (g
 * + momentum v)}, the gradient of about the place to which the velocity leads.
 *
 * <p>Source: Robbins and Monro 1951; Polyak 1964 for momentum, in PyTorch's form; Sutskever,
 * Martens, Dahl, Hinton 2013, "On the importance of initialization and momentum in deep learning",
 * for Nesterov's.
 *
 * @param rate the learning rate
 * @param momentum how much of the last velocity stays; 0 is plain descent
 * @param isNesterov whether momentum has Nesterov's form
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Sgd(double rate, double momentum, boolean isNesterov, double weightDecay)
    implements UpdateRule {
  /** Checks the settings. */
  public Sgd {
    Settings.requireNotNegative("Sgd", "rate", rate);
    Settings.requireShare("Sgd", "momentum", momentum);
    Settings.requireNotNegative("Sgd", "weightDecay", weightDecay);
    if (isNesterov && momentum == 0) {
      throw new IllegalArgumentException(
          "Sgd: Nesterov's form needs a momentum; call momentum(0.9) before nesterov()");
    }
  }

  /** Plain descent at this learning rate. */
  public static Sgd rate(double rate) {
    return new Sgd(rate, 0, false, 0);
  }

  /** The same with this momentum. */
  public Sgd momentum(double newMomentum) {
    return new Sgd(rate, newMomentum, isNesterov, weightDecay);
  }

  /** The same with its momentum in Nesterov's form. */
  public Sgd nesterov() {
    return new Sgd(rate, momentum, true, weightDecay);
  }

  /** The same with this weight decay. */
  public Sgd weightDecay(double newDecay) {
    return new Sgd(rate, momentum, isNesterov, newDecay);
  }

  @Override
  public List<String> state() {
    return momentum == 0 ? List.of() : List.of("velocity");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    if (momentum == 0) {
      parameter.descend(gradient, now, weightDecay);
      return;
    }
    float[] velocity = state.getFirst();
    parameter.update(
        gradient,
        (values, derivatives, from) -> {
          if (isNesterov) {
            Updates.nesterov(
                values,
                derivatives,
                from,
                velocity,
                (float) momentum,
                (float) now,
                (float) weightDecay);
          } else {
            Updates.momentum(
                values,
                derivatives,
                from,
                velocity,
                (float) momentum,
                (float) now,
                (float) weightDecay);
          }
        });
  }
}
