package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.nn.Architecture;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.optim.Sgd;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A gradient that is used while it is computed has the bits of one that was stored. */
class PendingTest {
  private final Rng rng = Rng.of(7);
  private final Parameter weight = parameter(3, 5);
  private final Parameter bias = parameter(3);
  private final Tensor x = Op.Sample.uniform(-1, 1, 4, 5).to(ElementType.FLOAT);

  private static Parameter parameter(int... sizes) {
    return Parameter.of(Op.Sample.uniform(-1, 1, sizes).to(ElementType.FLOAT));
  }

  private Gradients gradients() {
    return x.linear(weight.value(), bias.value()).squared().sum().backward();
  }

  @Test
  void inATrainingStepTheGradientOfWeightsWaits() {
    try (var _ = Step.training(rng)) {
      var gradient = gradients().of(weight);
      assertThat(gradient.pending()).isNotNull();
      gradient.toFloats();
      assertThat(gradient.pending()).isNull();
    }
    assertThat(gradients().of(weight).pending()).as("outside a step").isNull();
  }

  @Test
  void whoReadsTheGradientBeforeTheStepChangesNoBit() {
    float[] fused = trained((_, _) -> {});
    float[] separate =
        trained((gradients, model) ->
            Modules.parameters(model).values().forEach(p -> gradients.of(p).sum().item()));
    assertThat(fused).isEqualTo(separate);
  }

  private static float[] trained(BiConsumer<Gradients, Object> reader) {
    var rng = Rng.of(3);
    var model = Architecture.parse("20-33relu-5tanh-4").create(rng);
    var sgd = Sgd.rate(0.1).weightDecay(0.01).over(model);
    for (int i = 0; i < 20; i++) {
      var x = Op.Sample.uniform(-1, 1, 7, 20).to(ElementType.FLOAT);
      var labels = Tensor.of(new int[] {0, 1, 2, 3, 0, 1, i % 4}, 7);
      try (var _ = Step.training(rng)) {
        var gradients = Loss.crossEntropy(model.forward(x), labels).backward();
        reader.accept(gradients, model);
        sgd.step(gradients);
      }
    }
    return Modules.parameters(model).values().iterator().next().value().toFloats();
  }

  @Test
  void theGradientCanStillBeReadAfterItWasUsed() {
    try (var _ = Step.training(rng)) {
      float[] expected = gradients().of(weight).toFloats();
      var gradient = gradients().of(weight);
      weight.descend(gradient, 0.1, 0);
      assertThat(gradient.toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void aGradientThatIsMadeOfAParameterDoesNotWait() {
    var input = parameter(4, 5);
    try (var _ = Step.training(rng)) {
      var y = input.value().detached().linear(weight.value(), bias.value());
      var gradients = y.squared().sum().backward();
      assertThat(gradients.of(weight).pending()).isNull();
    }
  }

  @Test
  void afterTheStepItIsRefusedByName() {
    Tensor gradient;
    try (var _ = Step.training(rng)) {
      gradient = gradients().of(weight);
    }
    assertThatThrownBy(gradient::toFloats)
        .isInstanceOf(StepException.class)
        .hasMessage(
            "a tensor [3, 5] of a training step was used after the step had ended; kept() inside"
                + " the step copies it out");
  }
}
