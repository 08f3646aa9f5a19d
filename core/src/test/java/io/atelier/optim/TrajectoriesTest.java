package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Modules;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.Gradients;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule takes the eight steps that PyTorch took on a small network in doubles. */
class TrajectoriesTest {
  private static final int STEPS = 8;

  /** tanh(x W1^T + b1) W2^T against y: W1 [2, 3], b1 [2], W2 [1, 2]. */
  record Network(Parameter w1, Parameter b1, Parameter w2) {
    static Network of(ElementType type) {
      return new Network(
          Parameter.of(tensor(type, 2, 3, 0.5, -0.3, 0.8, -0.6, 0.9, 0.1)),
          Parameter.of(tensor(type, 1, 2, 0.2, -0.1).reshape(2)),
          Parameter.of(tensor(type, 1, 2, 0.7, -1.2)));
    }

    private static Tensor tensor(ElementType type, int rows, int columns, double... values) {
      var doubles = Tensor.of(values, rows, columns);
      return type == ElementType.DOUBLE ? doubles : doubles.to(type);
    }

    Tensor loss() {
      var type = w1.value().elementType();
      var x = tensor(type, 4, 3, 1, 0.5, -1, -0.5, 2, 0.3, 0.8, -1.5, 1.2, -1.1, 0.4, 0.6);
      var y = tensor(type, 4, 1, 1, -0.5, 0.3, -1.2);
      var hidden = x.matmul(w1.value().transpose()).plus(b1.value()).tanh(); // [4, 2]
      return hidden.matmul(w2.value().transpose()).minus(y).squared().mean();
    }

    double[] values() {
      return Modules.parameters(this).values().stream()
          .map(parameter -> parameter.value().to(ElementType.DOUBLE))
          .flatMapToDouble(values -> Arrays.stream(values.toDoubles()))
          .toArray();
    }
  }

  static Stream<Arguments> rules() {
    var sgd = Sgd.rate(0.1);
    var rms = RmsProp.rate(0.01);
    var adam = Adam.rate(0.05);
    var adamw = AdamW.rate(0.05);
    return Stream.of(
        Arguments.of("sgd", sgd),
        Arguments.of("sgd decay", sgd.weightDecay(0.05)),
        Arguments.of("momentum", sgd.momentum(0.9).weightDecay(0.05)),
        Arguments.of("nesterov", sgd.momentum(0.9).nesterov()),
        Arguments.of("nesterov decay", sgd.momentum(0.9).nesterov().weightDecay(0.05)),
        Arguments.of("adagrad", Adagrad.rate(0.1)),
        Arguments.of("adagrad decay", Adagrad.rate(0.1).weightDecay(0.05)),
        Arguments.of("rmsprop", rms),
        Arguments.of("rmsprop decay", rms.alpha(0.9).weightDecay(0.05)),
        Arguments.of("rmsprop momentum", rms.momentum(0.9)),
        Arguments.of("rmsprop centered", rms.centered()),
        Arguments.of("rmsprop all", rms.centered().momentum(0.9).weightDecay(0.05)),
        Arguments.of("adadelta", Adadelta.rate(1)),
        Arguments.of("adadelta decay", Adadelta.rate(2).rho(0.8).weightDecay(0.05)),
        Arguments.of("adam", adam),
        Arguments.of("adam decay", adam.betas(0.5, 0.9).weightDecay(0.05)),
        Arguments.of("adam amsgrad", adam.betas(0.9, 0.5).amsgrad()),
        Arguments.of("adamw", adamw),
        Arguments.of("adamw decay", adamw.weightDecay(0.3)),
        Arguments.of("adamw amsgrad", adamw.betas(0.9, 0.5).amsgrad()),
        Arguments.of("adamax", Adamax.rate(0.05)),
        Arguments.of("adamax decay", Adamax.rate(0.05).weightDecay(0.05)),
        Arguments.of("nadam", NAdam.rate(0.05)),
        Arguments.of("nadam decay", NAdam.rate(0.05).weightDecay(0.05)),
        Arguments.of("radam", RAdam.rate(0.05)),
        Arguments.of("radam decay", RAdam.rate(0.05).weightDecay(0.05)),
        Arguments.of("rprop", Rprop.rate(0.1)),
        Arguments.of("asgd", Asgd.rate(0.1).lambda(0.1)),
        Arguments.of("asgd decay", Asgd.rate(0.1).start(3).weightDecay(0.05)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void eachRuleTakesTheStepsOfPyTorch(String name, UpdateRule rule) {
    follow(name, rule::over, gradients -> gradients);
  }

  /** Saved and put back in a new optimiser before every step. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void eachRuleGoesOnExactlyFromItsSavedState(String name, UpdateRule rule) {
    var network = Network.of(ElementType.FLOAT);
    var resumed = Network.of(ElementType.FLOAT);
    var optimizer = rule.over(network);
    var last = rule.over(resumed);
    for (int step = 1; step <= STEPS; step++) {
      optimizer.step(network.loss().backward());
      var next = rule.over(resumed);
      next.restore(last.state(), last.steps());
      next.step(resumed.loss().backward());
      last = next;
    }
    assertThat(resumed.values()).as(name).isEqualTo(network.values());
  }

  @Test
  void asgdKeepsTheMeanOfTheWeights() {
    var network = Network.of(ElementType.FLOAT);
    var optimizer = Asgd.rate(0.1).start(3).weightDecay(0.05).over(network);
    for (int step = 0; step < STEPS; step++) {
      optimizer.step(network.loss().backward());
    }
    var average = optimizer.state().values().stream().map(t -> Parameter.of(t)).toList();
    var averaged = new Network(average.get(0), average.get(1), average.get(2));
    assertThat(averaged.values()).containsExactly(Recorded.values("asgd average"), within(1e-6));
  }

  @Test
  void eachParameterMayHaveARuleOfItsOwn() {
    var rule = Sgd.rate(0.5);
    follow(
        "groups",
        network -> rule.over(network, path -> path.equals("w1") ? Sgd.rate(0.3) : rule),
        gradients -> gradients);
  }

  @Test
  void gradientsAreShortenedToANorm() {
    follow("clipped by norm", Sgd.rate(0.5)::over, gradients -> gradients.clippedByNorm(0.5));
  }

  @Test
  void gradientsAreBroughtIntoABand() {
    follow("clipped by value", Sgd.rate(0.5)::over, gradients -> gradients.clippedByValue(0.2));
  }

  private static void follow(
      String name, Function<Network, Optimizer> over, UnaryOperator<Gradients> change) {
    var network = Network.of(ElementType.FLOAT);
    var optimizer = over.apply(network);
    for (int step = 1; step <= STEPS; step++) {
      optimizer.step(change.apply(network.loss().backward()));
      assertThat(network.values())
          .as("%s, step %d", name, step)
          .containsExactly(Recorded.values(name + " " + step), TOLERANCE);
    }
  }

  /** The steps of single precision against those of double precision. */
  private static final Offset<Double> TOLERANCE = within(3e-6);
}
