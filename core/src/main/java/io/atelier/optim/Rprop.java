package io.atelier.optim;

import io.atelier.kernel.Loops;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Rprop: each weight has a step of its own, which grows while its gradient keeps the sign and
 * shrinks when it turns; how large the gradient is does not count. For whole data sets: the signs
 * of small batches turn by chance.
 *
 * <p>{@code size *= 1.2} or {@code 0.5}, within [1e-6, 50]; {@code w -= sign(g) size}, but for the
 * step after a turn, in which the weight rests.
 *
 * <p>Source: Riedmiller and Braun 1993, "A direct adaptive method for faster backpropagation
 * learning: the RPROP algorithm", without taking back the last step, as PyTorch has it.
 *
 * @param rate the size of the first step; a schedule has no say after it
 * @param grow what a step is multiplied by while the sign stays
 * @param shrink what it is multiplied by when the sign turns
 */
public record Rprop(double rate, double grow, double shrink) implements UpdateRule {
  /** Checks the settings. */
  public Rprop {
    Settings.requireNotNegative("Rprop", "rate", rate);
    Settings.require(grow > 1, "Rprop", "grow", "be greater than 1", grow);
    Settings.require(
        shrink > 0 && shrink < 1, "Rprop", "shrink", "be greater than 0 and less than 1", shrink);
  }

  private static final float SMALLEST = 1e-6f;
  private static final float LARGEST = 50;

  /** With the constants of the paper: 1.2 and 0.5. */
  public static Rprop rate(double rate) {
    return new Rprop(rate, 1.2, 0.5);
  }

  @Override
  public List<String> state() {
    return List.of("size", "last");
  }

  @Override
  public void update(
      Parameter parameter, Tensor gradient, List<float[]> state, double now, long step) {
    float[] size = state.get(0);
    float[] last = state.get(1);
    float first = (float) now;
    float longer = (float) grow;
    float shorter = (float) shrink;
    parameter.update(
        gradient,
        (w, g, g0) ->
            Loops.split(
                w.length,
                (from, count) -> {
                  for (int i = from; i < from + count; i++) {
                    float before =
                        size[i] == 0 ? first : size[i]; // no size after the first step is 0
                    float agrees = g[g0 + i] * last[i];
                    float factor = agrees > 0 ? longer : agrees < 0 ? shorter : 1;
                    size[i] = Math.min(Math.max(before * factor, SMALLEST), LARGEST);
                    last[i] = agrees < 0 ? 0 : g[g0 + i];
                    w[i] -= Math.signum(last[i]) * size[i];
                  }
                }));
  }
}
