package io.atelier.optim;

import io.atelier.tensor.Gradients;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An update rule at work on the parameters of a model: the state that a checkpoint saves.
 *
 * <p>Thread-confined.
 */
public final class Optimizer {
  /** A parameter and the rule by which it is changed. */
  record Trained(Parameter parameter, UpdateRule rule) {}

  private final UpdateRule rule;
  private final Map<String, Trained> parameters;
  private final Map<String, List<float[]>> state = new LinkedHashMap<>();
  private double rate;
  private long steps;

  Optimizer(UpdateRule rule, Map<String, Trained> parameters) {
    this.rule = rule;
    this.parameters = parameters;
    this.rate = rule.rate();
  }

  /** The rule that it follows, but where a parameter has its own. */
  public UpdateRule rule() {
    return rule;
  }

  /** The learning rate of the next step. */
  public double rate() {
    return rate;
  }

  /**
   * Sets the learning rate of the steps to come. Where a parameter has a rule of its own, the rate
   * of that rule is changed in the same proportion; beside a rule whose rate is 0 it stays.
   */
  public void rate(double newRate) {
    rate = newRate;
  }

  private double rate(UpdateRule own) {
    if (own.rate() == rule.rate()) {
      return rate;
    }
    return rule.rate() == 0 ? own.rate() : own.rate() * (rate / rule.rate());
  }

  /** How many steps were taken. */
  public long steps() {
    return steps;
  }

  /**
   * Moves every parameter that the loss depended on, in the order of their paths; then makes the
   * changes of buffers that the forward passes of this {@link Step} asked for.
   */
  public void step(Gradients gradients) {
    steps++;
    parameters.forEach((path, trained) -> {
      var gradient = gradients.find(trained.parameter());
      if (gradient != null) {
        var arrays = state.computeIfAbsent(path, _ -> zeros(trained));
        trained.rule().update(trained.parameter(), gradient, arrays, rate(trained.rule()), steps);
      }
    });
    Step.changeBuffers();
  }

  private static List<float[]> zeros(Trained trained) {
    var arrays = new ArrayList<float[]>();
    for (int i = 0; i < trained.rule().state().size(); i++) {
      arrays.add(new float[(int) trained.parameter().shape().count()]);
    }
    return arrays;
  }

  /** A copy of the state by name, {@code velocity.0.weight}; empty for a rule without state. */
  public Map<String, Tensor> state() {
    var saved = new LinkedHashMap<String, Tensor>();
    parameters.forEach((path, trained) -> {
      var arrays = state.getOrDefault(path, List.of());
      for (int i = 0; i < arrays.size(); i++) {
        saved.put(
            trained.rule().state().get(i) + "." + path,
            Tensor.of(arrays.get(i), trained.parameter().shape().toArray()));
      }
    });
    return saved;
  }

  /**
   * Goes on from a saved state.
   *
   * @param saved what {@link #state()} returned; names it does not know are passed over
   * @param stepsTaken what {@link #steps()} returned
   */
  public void restore(Map<String, Tensor> saved, long stepsTaken) {
    state.clear();
    parameters.forEach((path, trained) -> {
      var arrays = new ArrayList<float[]>();
      for (var name : trained.rule().state()) {
        var tensor = saved.get(name + "." + path);
        if (tensor != null && tensor.shape().equals(trained.parameter().shape())) {
          arrays.add(tensor.toFloats());
        }
      }
      if (arrays.size() == trained.rule().state().size()) {
        state.put(path, arrays);
      }
    });
    steps = stepsTaken;
  }
}
