package io.atelier.optim;

import io.atelier.kernel.Updates;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Adam: each weight moves by the running mean of its gradient over the root of the mean of its
 * square.
 *
 * <p>Source: Kingma and Ba 2015, algorithm 1; {@code epsilon} is added after the correction of the
 * bias, as PyTorch has it.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean of the gradient stays
 * @param beta2 how much of the mean of its square stays
 * @param epsilon keeps the quotient finite
 * @param weightDecay the gradient of the penalty {@code weightDecay/2 |w|^2} is added
 */
public record Adam(double rate, double beta1, double beta2, double epsilon, double weightDecay)
    implements UpdateRule {
  /** With the constants of the paper: 0.9, 0.999, 1e-8. */
  public static Adam rate(double rate) {
    return new Adam(rate, 0.9, 0.999, 1e-8, 0);
  }

  /** The same with this weight decay. */
  public Adam weightDecay(double newDecay) {
    return new Adam(rate, beta1, beta2, epsilon, newDecay);
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
                weightDecay,
                1));
  }
}
