package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The network of pages 44 to 53: 2-2-2-1, no bias, identity activation, with the numbers drawn
 * there.
 */
class LectureNetworkTest {
  private final Tensor x = Tensor.of(new double[] {5, -1}, 1, 2).tracked();
  private final Tensor w = Tensor.of(new double[] {1, 0, -2, 1}, 2, 2).tracked(); // [input, z]
  private final Tensor v = Tensor.of(new double[] {0, 2, 0, 1}, 2, 2).tracked(); // [z, h]
  private final Tensor p = Tensor.of(new double[] {1, -1}, 2, 1).tracked(); // [h, a]

  @Test
  void forwardGivesTheNumbersOfTheSlide() {
    var z = x.matmul(w);
    var h = z.matmul(v);
    assertThat(z.toDoubles()).containsExactly(7, -1);
    assertThat(h.toDoubles()).containsExactly(0, 13);
    assertThat(h.matmul(p).item()).isEqualTo(-13);
  }

  @Test
  void everyDerivativeIsThatOfTheChainRule() {
    var z = x.matmul(w).tracked();
    var gradients = x.matmul(w).matmul(v).matmul(p).sum().backward();
    assertThat(gradients.of(p).toDoubles()).containsExactly(0, 13);
    assertThat(gradients.of(v).toDoubles()).containsExactly(7, -7, -1, 1);
    assertThat(gradients.of(w).toDoubles()).containsExactly(-10, -5, 2, 1);
    assertThat(gradients.of(x).toDoubles()).containsExactly(-2, 3);
    assertThat(z.matmul(v).matmul(p).sum().backward().of(z).toDoubles()).containsExactly(-2, -1);
  }

  @Test
  void changingTheCircledWeightToOneGivesMinusSix() {
    var changed = Tensor.of(new double[] {1, 2, 0, 1}, 2, 2);
    assertThat(x.matmul(w).matmul(changed).matmul(p).item()).isEqualTo(-6);
  }
}
