package io.atelier.train;

import io.atelier.nn.Architecture;
import io.atelier.optim.Adam;
import io.atelier.optim.AdamW;
import io.atelier.optim.Schedule;
import io.atelier.optim.Sgd;
import io.atelier.optim.UpdateRule;
import java.util.Locale;

/**
 * Everything that decides the outcome of a training but the data itself.
 *
 * @param data {@code mnist} or a folder
 * @param layers the network, as {@link Architecture#parse} reads it
 * @param epochs passes over the training examples
 * @param batch examples in a step
 * @param optimizer which update rule
 * @param learningRate before the schedule
 * @param momentum of SGD
 * @param weightDecay of the update rule
 * @param dropout after each hidden activation
 * @param schedule of the learning rate
 * @param earlyStopping epochs without a better validation accuracy after which to stop; 0 never
 *     stops
 * @param seed of everything random
 * @param validation examples set aside from the training set; 0 trains on all and looks at the test
 *     set
 */
public record Config(
    String data,
    String layers,
    int epochs,
    int batch,
    OptimizerKind optimizer,
    double learningRate,
    double momentum,
    double weightDecay,
    double dropout,
    ScheduleKind schedule,
    int earlyStopping,
    long seed,
    int validation) {

  /** The update rules that have a name here. */
  public enum OptimizerKind {
    /** Gradient descent, with or without momentum. */
    SGD,
    /** Adam. */
    ADAM,
    /** Adam with decoupled weight decay. */
    ADAMW;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The schedules that have a name here. */
  public enum ScheduleKind {
    /** The same rate throughout. */
    CONSTANT,
    /** A tenth after half, a hundredth after three quarters. */
    STEP,
    /** Half a cosine down to 0. */
    COSINE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The network, with the dropout that was asked for. */
  public Architecture architecture() {
    return Architecture.parse(layers).withDropout(dropout);
  }

  /** The update rule with its settings. */
  public UpdateRule updateRule() {
    return switch (optimizer) {
      case SGD -> Sgd.rate(learningRate).momentum(momentum).weightDecay(weightDecay);
      case ADAM -> Adam.rate(learningRate).weightDecay(weightDecay);
      case ADAMW -> AdamW.rate(learningRate).weightDecay(weightDecay);
    };
  }

  /** The schedule of the learning rate. */
  public Schedule rateSchedule() {
    return switch (schedule) {
      case CONSTANT -> Schedule.constant();
      case STEP -> Schedule.step();
      case COSINE -> Schedule.cosine();
    };
  }
}
