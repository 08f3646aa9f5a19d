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
 * @param weightDecay the share of a weight that goes at rate 1
 */
public record AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay)
    implements UpdateRule {
  /** With the constants of the paper: 0.9, 0.999, 1e-8, and a weight decay of 0.01. */
  public static AdamW rate(double rate) {
    return new AdamW(rate, 0.9, 0.999, 1e-8, 0.01);
  }

  /** The same with this weight decay. */
  public AdamW weightDecay(double newDecay) {
    return new AdamW(rate, beta1, beta2, epsilon, newDecay);
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
    parameter.update(
        gradient,
        (values, derivatives, from) ->
            Updates.adam(
                values,
                derivatives,
                from,
                mean,
                square,
                beta1,
                beta2,
                epsilon,
                now,
                step,
                0,
                1 - now * weightDecay));
  }
}
