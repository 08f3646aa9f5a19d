package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DerivativesTest {
  private final Tensor x = Tensor.of(new double[] {0.5, -1.25, 2}, 3);

  /** As a student writes one. */
  private record Cube() implements CustomOp {
    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return inputs[0].map(v -> v * v * v);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().times(chain.input(0).squared()).times(3));
    }
  }

  /** The same with a slip: the factor 3 is forgotten. */
  private record WrongCube() implements CustomOp {
    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return inputs[0].map(v -> v * v * v);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      return List.of(chain.upstream().times(chain.input(0).squared()));
    }
  }

  @Test
  void anOperationOfOnesOwnIsVerified() {
    GradCheck.verify(inputs -> new Cube().apply(inputs.getFirst()), x);
    assertThat(new Cube().apply(x).toDoubles()).containsExactly(0.125, -1.953125, 8);
  }

  @Test
  void aWrongBackwardIsFoundAndThePlaceNamed() {
    assertThatThrownBy(() -> GradCheck.verify(in -> new WrongCube().apply(in.getFirst()), x))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(
            "the derivatives disagree: at element 1 of operand 0 backward gives");
  }

  @Test
  void theJacobianOfAnElementwiseFunctionIsDiagonal() {
    double[] jacobian = Derivatives.jacobian(Tensor::squared, x).toDoubles();
    assertThat(jacobian).containsExactly(new double[] {1, 0, 0, 0, -2.5, 0, 0, 0, 4}, within(0.0));
  }

  @Test
  void aVectorJacobianProductIsARowOfSums() {
    var upstream = Tensor.of(new double[] {1, 10, 100}, 3);
    assertThat(Derivatives.vectorJacobian(Tensor::squared, x, upstream).toDoubles())
        .containsExactly(1, -25, 400);
  }

  @Test
  void theHessianOfACubeIsSixX() {
    double[] hessian = Derivatives.hessian(v -> new Cube().apply(v).sum(), x).toDoubles();
    assertThat(hessian).containsExactly(new double[] {3, 0, 0, 0, -7.5, 0, 0, 0, 12}, within(0.0));
  }

  /** f = a^T x tanh(b^T x) has the Hessian t' (a b^T + b a^T) + a^T x t'' b b^T. */
  @Test
  void theHessianOfAProductHasItsClosedForm() {
    var a = Tensor.of(new double[] {1, -2, 0.5}, 3);
    var b = Tensor.of(new double[] {0.3, 0.2, -0.1}, 3);
    double[] hessian =
        Derivatives.hessian(v -> v.times(a).sum().times(v.times(b).sum().tanh()), x).toDoubles();
    double s = 0.5 * 0.3 - 1.25 * 0.2 - 2 * 0.1;
    double t = StrictMath.tanh(s);
    double first = 1 - t * t;
    double second = -2 * t * first;
    double dot = 0.5 + 2.5 + 1;
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double expected =
            first * (a.number(i) * b.number(j) + b.number(i) * a.number(j))
                + dot * second * b.number(i) * b.number(j);
        assertThat(hessian[i * 3 + j]).isCloseTo(expected, within(1e-12));
      }
    }
  }

  @Test
  void aHessianNeedsOneOutput() {
    assertThatThrownBy(() -> Derivatives.hessian(Tensor::squared, x))
        .isInstanceOf(GraphException.class)
        .hasMessage("hessian of a function with 3 outputs: it needs one");
  }

  @Test
  void secondDerivativesOfActivationsAgreeWithDifferences() {
    var direction = Tensor.of(new double[] {1, -1, 2}, 3);
    double[] product = secondDerivative(x, direction); // against a difference of first derivatives
    for (int i = 0; i < 3; i++) {
      double[] up = x.toDoubles();
      double[] down = x.toDoubles();
      up[i] += 1e-5;
      down[i] -= 1e-5;
      double difference =
          (firstDerivative(up, direction) - firstDerivative(down, direction)) / 2e-5;
      assertThat(product[i]).isCloseTo(difference, within(1e-8));
    }
  }

  private static Tensor curve(Tensor v) {
    return v.tanh()
        .times(v.sigmoid())
        .plus(v.exp())
        .plus(v.gelu())
        .plus(v.softplus())
        .plus(v.elu(0.7));
  }

  private static double firstDerivative(double[] at, Tensor direction) {
    var v = Tensor.of(at, 3).tracked();
    var gradient = curve(v).sum().backward().of(v);
    return gradient.times(direction).sum().item();
  }

  private static double[] secondDerivative(Tensor at, Tensor direction) {
    var v = at.tracked();
    var sum = curve(v).sum();
    var gradient = sum.recordedBackward(Tensor.of(new double[] {1})).of(v);
    return gradient.times(direction).sum().backward().of(v).toDoubles();
  }

  @Test
  void anObserverSeesValueAndDerivative() {
    var seen = new ArrayList<String>();
    var v = x.tracked();
    var y =
        v.squared()
            .watched((value, gradient) -> seen.add(value.number(2) + " " + gradient.number(2)))
            .times(3)
            .sum();
    y.backward();
    assertThat(seen).containsExactly("4.0 3.0");
  }

  @Test
  void theOperationThatFirstMadeAnInfinityIsNamed() {
    try (var _ = Step.inference().namingNonFinite()) {
      var large = Tensor.of(new float[] {1, 200}, 2);
      assertThatThrownBy(large::exp)
          .isInstanceOf(NonFiniteException.class)
          .hasMessageStartingWith("exp([2]) made Infinity at place 1 of finite operands");
    }
  }
}
