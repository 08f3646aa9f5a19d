package io.atelier.optim;

import io.atelier.nn.Modules;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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
   * <p>What it does depends on these arguments alone, so that a training goes on exactly from its
   * saved state.
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
    return over(parameters, _ -> this);
  }

  /**
   * The optimiser that follows a rule of its own on each parameter:
   *
   * <pre>{@code
   * var rule = Sgd.rate(0.5);
   * var sgd = rule.over(model, path -> path.startsWith("hidden.") ? Sgd.rate(0.3) : rule);
   * var adam = AdamW.rate(1e-3);
   * var some = adam.over(model, path -> path.endsWith("bias") ? adam.weightDecay(0) : adam);
   * }</pre>
   *
   * <p>{@link Optimizer#rate(double)}, by which a schedule speaks, sets the rate of this rule; the
   * rates of the others change in proportion.
   *
   * @param ruleOf the rule for a path; asked once, in the order of the paths
   */
  default Optimizer over(Object model, Function<String, ? extends UpdateRule> ruleOf) {
    return over(Modules.parameters(model), ruleOf);
  }

  /** The same on some parameters of a model. */
  default Optimizer over(
      Map<String, Parameter> parameters, Function<String, ? extends UpdateRule> ruleOf) {
    var trained = new LinkedHashMap<String, Optimizer.Trained>();
    parameters.forEach((path, parameter) ->
        trained.put(path, new Optimizer.Trained(parameter, ruleOf.apply(path))));
    return new Optimizer(this, trained);
  }
}
