package io.atelier.bench;

import io.atelier.optim.Adam;
import io.atelier.optim.Sgd;
import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** An optimiser's pass over ten million weights, in GB that must be read and written. */
record Update(Rule rule) implements Problem {
  static final int WEIGHTS = 10_000_000;
  static final double RATE = 0.001;
  static final double MOMENTUM = 0.9;

  private static final int CHECKED_STEPS = 3;

  /** An optimiser. */
  enum Rule {
    /** Gradient descent with momentum: reads weight, gradient and velocity, writes two. */
    MOMENTUM(5),
    /** Adam: reads weight, gradient and two means, writes three. */
    ADAM(7);

    private final int floatsMoved;

    Rule(int floatsMoved) {
      this.floatsMoved = floatsMoved;
    }
  }

  float[] weights() {
    return Numbers.uniform(1, WEIGHTS, 1);
  }

  float[] gradient() {
    return Numbers.uniform(2, WEIGHTS, 1);
  }

  @Override
  public double amount() {
    return (double) WEIGHTS * Float.BYTES * rule.floatsMoved * 1e-9;
  }

  @Override
  public Work atelier() {
    UpdateRule own =
        switch (rule) {
          case MOMENTUM -> Sgd.rate(RATE).momentum(MOMENTUM);
          case ADAM -> Adam.rate(RATE);
        };
    var weights = Parameter.of(Tensor.of(weights(), WEIGHTS));
    var gradient = Tensor.of(gradient(), WEIGHTS);
    List<float[]> state =
        Stream.generate(() -> new float[WEIGHTS]).limit(own.state().size()).toList();
    return new Work() {
      private long step;

      @Override
      public void run() {
        own.update(weights, gradient, state, RATE, ++step);
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
