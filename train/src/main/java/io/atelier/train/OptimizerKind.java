package io.atelier.train;

import io.atelier.optim.Adadelta;
import io.atelier.optim.Adagrad;
import io.atelier.optim.Adam;
import io.atelier.optim.AdamW;
import io.atelier.optim.Adamax;
import io.atelier.optim.Asgd;
import io.atelier.optim.Lion;
import io.atelier.optim.NAdam;
import io.atelier.optim.RAdam;
import io.atelier.optim.RmsProp;
import io.atelier.optim.Rprop;
import io.atelier.optim.Sgd;
import io.atelier.optim.UpdateRule;
import java.util.Locale;

/** The update rules that can be asked for by name, each with a learning rate to begin with. */
public enum OptimizerKind {
  /** Gradient descent, with momentum only if one is given. */
  SGD(0.1),
  /** Gradient descent with momentum, 0.9 unless another is given. */
  MOMENTUM(0.1),
  /** Gradient descent with momentum in Nesterov's form. */
  NESTEROV(0.1),
  /** {@link Adagrad}. */
  ADAGRAD(0.01),
  /** {@link RmsProp}. */
  RMSPROP(0.001),
  /** {@link Adadelta}. */
  ADADELTA(1),
  /** {@link Adam}. */
  ADAM(0.001),
  /** {@link AdamW}: Adam with decoupled weight decay. */
  ADAMW(0.001),
  /** {@link Adamax}. */
  ADAMAX(0.002),
  /** {@link NAdam}. */
  NADAM(0.002),
  /** {@link RAdam}. */
  RADAM(0.001),
  /** {@link Rprop}, for whole data sets in one batch. */
  RPROP(0.01),
  /** {@link Asgd}. */
  ASGD(0.01),
  /** {@link Lion}. */
  LION(0.0001);

  private final double usualRate;

  OptimizerKind(double usualRate) {
    this.usualRate = usualRate;
  }

  /** The learning rate unless another is given. */
  public double usualRate() {
    return usualRate;
  }

  /** The momentum unless another is given. */
  public double usualMomentum() {
    return this == MOMENTUM || this == NESTEROV ? 0.9 : 0;
  }

  /** The weight decay unless another is given. */
  public double usualWeightDecay() {
    return this == ADAMW || this == LION ? 0.01 : 0;
  }

  /** The schedule unless another is given: what moves by the size of a mean wants to end at 0. */
  public String usualSchedule() {
    return switch (this) {
      case RMSPROP, ADAM, ADAMW, ADAMAX, NADAM, RADAM, LION -> "cosine";
      case SGD, MOMENTUM, NESTEROV, ADAGRAD, ADADELTA, RPROP, ASGD -> "constant";
    };
  }

  /** Whether it has a momentum to set. */
  public boolean hasMomentum() {
    return this == SGD || this == MOMENTUM || this == NESTEROV;
  }

  /** Whether it has a weight decay to set. */
  public boolean hasWeightDecay() {
    return this != RPROP;
  }

  /** The rule with these settings; those that it does not have are passed over. */
  UpdateRule rule(double rate, double momentum, double decay) {
    return switch (this) {
      case SGD, MOMENTUM -> Sgd.rate(rate).momentum(momentum).weightDecay(decay);
      case NESTEROV -> Sgd.rate(rate).momentum(momentum).nesterov().weightDecay(decay);
      case ADAGRAD -> Adagrad.rate(rate).weightDecay(decay);
      case RMSPROP -> RmsProp.rate(rate).weightDecay(decay);
      case ADADELTA -> Adadelta.rate(rate).weightDecay(decay);
      case ADAM -> Adam.rate(rate).weightDecay(decay);
      case ADAMW -> AdamW.rate(rate).weightDecay(decay);
      case ADAMAX -> Adamax.rate(rate).weightDecay(decay);
      case NADAM -> NAdam.rate(rate).weightDecay(decay);
      case RADAM -> RAdam.rate(rate).weightDecay(decay);
      case RPROP -> Rprop.rate(rate);
      case ASGD -> Asgd.rate(rate).weightDecay(decay);
      case LION -> Lion.rate(rate).weightDecay(decay);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
