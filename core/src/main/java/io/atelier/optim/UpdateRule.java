package io.atelier.optim;

import io.atelier.nn.Modules;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How an optimiser changes a parameter, given its gradient: the settings, without state. */
public interface UpdateRule {
  /** The learning rate before any schedule. */
  double rate();

  /** The arrays that are kept for each parameter, by name; they begin as zeros. */
  List<String> state();

  /**
   * Changes the values of one parameter in place, by {@link Parameter#update} or {@link
   * Parameter#descend}.
   *
   * @param state the arrays named by {@link #state()}, as long as the parameter
   * @param rate the learning rate of this step
   * @param step the number of this step, from 1
   */
  void update(Parameter parameter, Tensor gradient, List<float[]> state, double rate, long step);

  /** The optimiser that follows this rule on all parameters of a model. */
  default Optimizer over(Object model) {
    return over(Modules.parameters(model));
  }

  /**
   * The optimiser that follows this rule on some parameters of a model, by path; the others stay as
   * they are. {@link Modules#trainable} makes such a choice.
   */
  default Optimizer over(Map<String, Parameter> parameters) {
    return new Optimizer(this, new LinkedHashMap<>(parameters));
  }
}
