package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Modules;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private record Model(Parameter w, Parameter v) {
    static Model create() {
      return new Model(
          Parameter.of(Tensor.of(new float[] {2, -1}, 2)), Parameter.of(Tensor.full(1, 3)));
    }

    /** {@code (|w|^2 + |v|^2) / 2}, whose gradient is the weights themselves. */
    Tensor loss() {
      return w.value().squared().sum().plus(v.value().squared().sum()).times(0.5);
    }
  }

  private final Model model = Model.create();

  @Test
  void aScheduleScalesTheRateOfEachRule() {
    var rule = Sgd.rate(0.5);
    var sgd = rule.over(model, path -> path.equals("w") ? Sgd.rate(0.25) : rule);
    sgd.step(model.loss().backward());
    assertThat(model.w().value().toFloats()).containsExactly(1.5f, -0.75f);
    assertThat(model.v().value().toFloats()).containsOnly(0.5f);
    sgd.rate(0.25); // half of the rule's rate
    sgd.step(model.loss().backward());
    assertThat(model.w().value().toFloats()).containsExactly(1.3125f, -0.65625f);
    assertThat(model.v().value().toFloats()).containsOnly(0.375f);
  }

  @Test
  void besideARuleOfRateZeroARuleKeepsItsOwn() {
    var rule = Sgd.rate(0);
    var sgd = rule.over(model, path -> path.equals("w") ? Sgd.rate(0.25) : rule);
    sgd.step(model.loss().backward());
    assertThat(model.w().value().toFloats()).containsExactly(1.5f, -0.75f);
    assertThat(model.v().value().toFloats()).containsOnly(1);
  }

  @Test
  void lionMovesByTheRateForTheLeastAndTheLargestGradient() {
    float[] gradients = {
      Float.MIN_VALUE, -1e-30f, 0, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, Float.NaN
    };
    var w = Parameter.of(Tensor.zeros(gradients.length));
    var loss = w.value().times(Tensor.of(gradients, gradients.length)).sum();
    Lion.rate(0.5).betas(0, 0.99).over(Map.of("w", w)).step(loss.backward());
    assertThat(w.value().toFloats()).containsExactly(-0.5f, 0.5f, 0, -0.5f, 0.5f, Float.NaN);
  }

  @Test
  void stateOfDifferentRulesIsSavedByPath() {
    var rule = Adam.rate(0.1);
    var optimizer = rule.over(model, path -> path.equals("w") ? Lion.rate(0.01) : rule);
    optimizer.step(model.loss().backward());
    assertThat(optimizer.state().keySet()).containsExactly("mean.w", "mean.v", "square.v");

    var other = Model.create();
    Modules.load(other, Modules.weights(model));
    var resumed = rule.over(other, path -> path.equals("w") ? Lion.rate(0.01) : rule);
    resumed.restore(optimizer.state(), optimizer.steps());
    optimizer.step(model.loss().backward());
    resumed.step(other.loss().backward());
    assertThat(other.w().value().toFloats()).isEqualTo(model.w().value().toFloats());
    assertThat(other.v().value().toFloats()).isEqualTo(model.v().value().toFloats());
  }

  @Test
  void onlyTheParametersThatWereGivenChange() {
    var chosen = Modules.trainable(model, Set.of("v")::contains);
    Sgd.rate(0.5).over(chosen).step(model.loss().backward());
    assertThat(model.w().value().toFloats()).containsExactly(2, -1);
    assertThat(model.v().value().toFloats()).containsOnly(0.5f);
  }

  /** Chen and others 2023, program 1, in doubles. */
  @Test
  void lionFollowsItsPaper() {
    var lion = Lion.rate(0.1).betas(0.8, 0.95).weightDecay(0.5).over(Map.of("w", model.w()));
    double[] x = {2, -1};
    double[] m = {0, 0};
    for (int step = 0; step < 12; step++) { // w changes its sign on the way
      lion.step(model.loss().backward());
      for (int i = 0; i < 2; i++) {
        double gradient = x[i];
        double update = Math.signum(0.8 * m[i] + 0.2 * gradient) + 0.5 * x[i];
        m[i] = 0.95 * m[i] + 0.05 * gradient;
        x[i] -= 0.1 * update;
      }
      float[] now = model.w().value().toFloats();
      assertThat(new double[] {now[0], now[1]}).containsExactly(x, within(1e-5));
    }
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    refused(() -> Sgd.rate(-1), "Sgd: rate must be finite and at least 0, got -1.0");
    refused(() -> Adam.rate(0.1).betas(0.9, 1), "Adam: beta2 must lie in [0, 1), got 1.0");
    refused(
        () -> Sgd.rate(0.1).nesterov(),
        "Sgd: Nesterov's form needs a momentum; call momentum(0.9) before nesterov()");
    refused(() -> RmsProp.rate(Double.NaN), "RmsProp: rate must be finite and at least 0, got NaN");
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
