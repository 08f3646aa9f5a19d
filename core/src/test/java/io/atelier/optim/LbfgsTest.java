package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.tensor.ElementType;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LbfgsTest {
  private record Point(Parameter p) {
    static Point of(double... values) {
      return new Point(Parameter.of(Tensor.of(values, values.length)));
    }
  }

  private static Tensor rosenbrock(Tensor p) {
    var x = p.select(0, 0);
    var y = p.select(0, 1);
    return y.minus(x.squared()).squared().times(100).plus(x.minus(1).squared());
  }

  /** Each number of iterations from the start, as the recording has it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 10, 20, 40})
  void goesThroughRosenbrocksValleyAsPyTorchDoes(int iterations) {
    var point = Point.of(-1.2, 1);
    var result =
        Lbfgs.create()
            .history(5)
            .iterations(iterations)
            .minimize(point, () -> rosenbrock(point.p().value()));
    double[] expected = Recorded.values("lbfgs rosenbrock " + iterations);
    assertThat(point.p().value().toDoubles())
        .containsExactly(new double[] {expected[0], expected[1]}, within(1e-6));
    assertThat(result.evaluations()).isEqualTo((int) expected[2]);
    assertThat(result.iterations()).isLessThanOrEqualTo(iterations);
  }

  @Test
  void reachesTheMinimumAndSaysSo() {
    var point = Point.of(-1.2, 1);
    var result = Lbfgs.create().minimize(point, () -> rosenbrock(point.p().value()));
    assertThat(result.converged()).isTrue();
    assertThat(result.loss()).isLessThan(1e-12);
    assertThat(point.p().value().toDoubles()).containsExactly(new double[] {1, 1}, within(1e-5));
  }

  @Test
  void trainsANetworkAsPyTorchDoes() {
    for (var type : new ElementType[] {ElementType.DOUBLE, ElementType.FLOAT}) {
      var network = TrajectoriesTest.Network.of(type);
      Lbfgs.create().iterations(8).minimize(network, network::loss);
      assertThat(network.values())
          .as("%s", type)
          .containsExactly(
              Recorded.values("lbfgs network 8"), within(type == ElementType.DOUBLE ? 1e-6 : 1e-3));
    }
  }

  /** Of {@code 4 x - ln x} at 0.5 the first step, of length 1, leads to where there is no ln. */
  @Test
  void turnsBackWhereTheLossIsNotANumber() {
    var point = Point.of(0.5);
    var x = point.p();
    var result =
        Lbfgs.create().minimize(point, () -> x.value().times(4).minus(x.value().log()).sum());
    assertThat(result.converged()).isTrue();
    assertThat(x.value().toDoubles()).containsExactly(new double[] {0.25}, within(1e-5));
  }

  @Test
  void refusesToBeginWhereTheLossIsNotANumber() {
    var point = Point.of(-2);
    assertThatThrownBy(() -> Lbfgs.create().minimize(point, () -> point.p().value().log().sum()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Lbfgs: the first loss and its gradient must be finite, got a loss of NaN and"
                + " derivatives up to 0.5; begin with other weights");
    assertThat(point.p().value().toDoubles()).containsExactly(-2);
  }

  @Test
  void staysWhereTheGradientIsZero() {
    var point = Point.of(1, 1);
    var result = Lbfgs.create().minimize(point, () -> rosenbrock(point.p().value()));
    assertThat(result).isEqualTo(new Lbfgs.Result(0, 0, 1, true));
    assertThat(point.p().value().toDoubles()).containsExactly(1, 1);
  }

  /** The first step leads to where the logarithm is no number; the search comes back. */
  @Test
  void comesBackFromWhereTheLossIsNoNumber() {
    var point = Point.of(0.05);
    var result =
        Lbfgs.create()
            .minimize(
                point,
                () -> {
                  var x = point.p().value();
                  return x.times(3).minus(x.log()).sum(); // lowest at 1/3
                });
    assertThat(result.converged()).isTrue();
    assertThat(point.p().value().item()).isCloseTo(1 / 3.0, within(1e-5));
  }
}
