package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The backward of every operation can be differentiated in turn: {@code f = sum(u * op(x))} has a
 * gradient {@code g(x, u)}; the derivatives of {@code d . g} along x and u are compared with
 * differences along a direction d.
 */
class SecondDerivativesTest {
  /** Records whose backward is not written in operations that can be differentiated. */
  static final Set<String> WITHOUT = Set.of();

  private static final double STEP = 1e-5;

  @TestFactory
  Stream<DynamicTest> secondDerivativesEqualDifferencesOfFirst() {
    return Operations.samples().stream()
        .filter(Operations::hasDerivative)
        .filter(sample -> !WITHOUT.contains(sample.op().getClass().getSimpleName()))
        .map(sample -> dynamicTest(Operations.describe(sample), () -> check(sample)));
  }

  private static void check(Op.Sample sample) {
    var op = sample.op();
    var point = sample.inputs();
    var direction = point.stream().map(SecondDerivativesTest::direction).toList();
    var ahead = moved(point, direction, STEP);
    var behind = moved(point, direction, -STEP);

    var x = point.stream().map(SecondDerivativesTest::tracked).toList();
    var result = op.apply(x.toArray(Tensor[]::new));
    var upstream = Op.Sample.uniform(-1, 1, result.shape().toArray()).tracked();
    var gradients = result.recordedBackward(upstream);
    var along = Tensor.of(new double[1]); // d . g
    for (int i = 0; i < x.size(); i++) {
      if (x.get(i).isTracked()) {
        along = along.plus(gradients.of(x.get(i)).times(direction.get(i)).sum());
      }
    }
    var second = along.backward();

    for (int i = 0; i < x.size(); i++) {
      if (x.get(i).isTracked()) {
        compare(
            second.find(x.get(i)), // null where g does not depend on x
            gradient(op, ahead, upstream, i),
            gradient(op, behind, upstream, i));
      }
    }
    compare(
        second.of(upstream),
        op.apply(ahead.toArray(Tensor[]::new)),
        op.apply(behind.toArray(Tensor[]::new)));
  }

  private static Tensor tracked(Tensor x) {
    return x.elementType().isFloating() ? x.tracked() : x;
  }

  private static Tensor direction(Tensor x) {
    return x.elementType().isFloating()
        ? Op.Sample.uniform(-0.9, 0.7, x.shape().toArray()).sin()
        : x;
  }

  private static List<Tensor> moved(List<Tensor> point, List<Tensor> direction, double by) {
    var moved = new ArrayList<Tensor>();
    for (int i = 0; i < point.size(); i++) {
      var x = point.get(i);
      moved.add(x.elementType().isFloating() ? x.plus(direction.get(i).times(by)) : x);
    }
    return moved;
  }

  private static Tensor gradient(Op op, List<Tensor> point, Tensor upstream, int operand) {
    var x = point.stream().map(SecondDerivativesTest::tracked).toList();
    return op.apply(x.toArray(Tensor[]::new)).backward(upstream.detached()).of(x.get(operand));
  }

  private static void compare(@Nullable Tensor derivative, Tensor ahead, Tensor behind) {
    for (int i = 0; i < ahead.count(); i++) {
      double difference = (ahead.number(i) - behind.number(i)) / (2 * STEP);
      assertThat(derivative == null ? 0 : derivative.number(i))
          .as("element %d", i)
          .isCloseTo(difference, within(1e-6 * Math.max(1, Math.abs(difference))));
    }
  }
}
