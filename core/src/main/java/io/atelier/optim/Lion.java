package io.atelier.optim;

import io.atelier.kernel.Loops;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Lion: each weight moves by the learning rate, in the direction in which momentum and gradient
 * together point; only the sign counts, and one mean is all its state.
 *
 * <p>{@code w -= rate (sign(beta1 m + (1 - beta1) g) + weightDecay w); m = beta2 m + (1 - beta2)
 * g}. Its rate is a third to a tenth of Adam's.
 *
 * <p>Source: Chen, Liang, Huang and others 2023, "Symbolic discovery of optimization algorithms",
 * program 1.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean counts for the sign
 * @param beta2 how much of the mean stays
 * @param weightDecay the share of a weight that goes at rate 1
 */
public record Lion(double rate, double beta1, double beta2, double weightDecay)
    implements UpdateRule {
  /** Twice this brings the least number above 0 beyond 1. */
  private static final float LARGE = 0x1p127f;

  /** Checks the settings. */
  public Lion {
    Settings.requireNotNegative("Lion", "rate", rate);
    Settings.requireShare("Lion", "beta1", beta1);
    Settings.requireShare("Lion", "beta2", beta2);
    Settings.requireNotNegative("Lion", "weightDecay", weightDecay);
  }

  /** With the constants of the paper: 0.9 and 0.99. */
  public static Lion rate(double rate) {
    return new Lion(rate, 0.9, 0.99, 0);
  }

  /** The same with another share of the mean for the sign, and another that stays. */
  public Lion betas(double newBeta1, double newBeta2) {
    return new Lion(rate, newBeta1, newBeta2, weightDecay);
  }

  /** The same with this weight decay. */
  public Lion weightDecay(double newWeightDecay) {
    return new Lion(rate, beta1, beta2, newWeightDecay);
  }

  @Override
  public List<String> state() {
    return List.of("mean");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] mean = state.getFirst();
    float keep1 = (float) beta1;
    float add1 = (float) (1 - beta1);
    float keep2 = (float) beta2;
    float add2 = (float) (1 - beta2);
    float rate = (float) now;
    float keep = (float) (1 - now * weightDecay);
    parameter.update(
        gradient,
        (w, g, g0) ->
            Loops.split(
                w.length,
                (from, count) -> {
                  for (int i = from; i < from + count; i++) {
                    float d = g[g0 + i];
                    float blend = keep1 * mean[i] + add1 * d;
                    // the sign, in vectors: what is not 0 is scaled beyond 1, infinity with it
                    float direction = Math.max(-1f, Math.min(1f, blend * LARGE * LARGE));
                    w[i] = w[i] * keep - rate * direction;
                    mean[i] = keep2 * mean[i] + add2 * d;
                  }
                }));
  }
}
