package io.atelier.bench;

import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** An optimiser's pass over ten million weights, in GB that must be read and written. */
record Update(UpdateRule rule) implements Problem {
  static final int WEIGHTS = 10_000_000;

  private static final int CHECKED_STEPS = 3;

  float[] weights() {
    return Numbers.uniform(1, WEIGHTS, 1);
  }

  float[] gradient() {
    return Numbers.uniform(2, WEIGHTS, 1);
  }

  /** The gradient is read, the weights and what the optimiser keeps are read and written. */
  @Override
  public double amount() {
    return (double) WEIGHTS * Float.BYTES * (3 + 2 * rule.state().size()) * 1e-9;
  }

  @Override
  public Work atelier() {
    var weights = Parameter.of(Tensor.of(weights(), WEIGHTS));
    var gradient = Tensor.of(gradient(), WEIGHTS);
    List<float[]> state =
        Stream.generate(() -> new float[WEIGHTS]).limit(rule.state().size()).toList();
    return new Work() {
      private long step;

      @Override
      public void run() {
        rule.update(weights, gradient, state, rule.rate(), ++step);
      }

      @Override
      public float[] check() {
        checked(this::run);
        return Numbers.sample(weights.value().toFloats());
      }
    };
  }

  /** Takes the first steps. */
  static void checked(Runnable step) {
    for (int i = 0; i < CHECKED_STEPS; i++) {
      step.run();
    }
  }
}
