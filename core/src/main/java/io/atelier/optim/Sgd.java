package io.atelier.optim;

import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent: {@code w -= rate g}, with momentum {@code v = momentum v + g; w -=
 * rate v}.
 *
 * <p>Source: Robbins and Monro 1951; Polyak 1964 for momentum, in PyTorch's form.
 *
 * @param rate the learning rate
 * @param momentum how much of the last velocity stays; 0 is plain descent
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Sgd(double rate, double momentum, double weightDecay) implements UpdateRule {
  /** Plain descent at this learning rate. */
  public static Sgd rate(double rate) {
    return new Sgd(rate, 0, 0);
  }

  /** The same with this momentum. */
  public Sgd momentum(double newMomentum) {
    return new Sgd(rate, newMomentum, weightDecay);
  }

  /** The same with this weight decay. */
  public Sgd weightDecay(double newDecay) {
    return new Sgd(rate, momentum, newDecay);
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
        (values, derivatives, from) ->
            Updates.momentum(
                values,
                derivatives,
                from,
                velocity,
                (float) momentum,
                (float) now,
                (float) weightDecay));
  }
}
