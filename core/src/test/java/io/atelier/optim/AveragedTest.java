package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.nn.Modules;
import io.atelier.tensor.Buffer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AveragedTest {
  private record Model(Parameter w, Buffer seen) {}

  private final Model model = new Model(Parameter.of(value(8)), Buffer.of(value(0)));

  private static Tensor value(float value) {
    return Tensor.of(new float[] {value}, 1);
  }

  private static double mean(Averaged averaged) {
    return weight(averaged, "w");
  }

  private static double weight(Averaged averaged, String path) {
    return Objects.requireNonNull(averaged.weights().get(path)).item();
  }

  @Test
  void exponentialMeansForgetByTheDecay() {
    var averaged = Averaged.exponentially(0.75, model);
    averaged.update();
    assertThat(mean(averaged)).isEqualTo(8);
    model.w().set(value(4));
    averaged.update();
    assertThat(mean(averaged)).isEqualTo(0.75 * 8 + 0.25 * 4);
    averaged.update();
    assertThat(mean(averaged)).isEqualTo(0.75 * 7 + 0.25 * 4);
  }

  @Test
  void equalMeansCountAllAlike() {
    var averaged = Averaged.equally(model);
    for (float w : new float[] {3, 5, 10, 6}) {
      model.w().set(value(w));
      averaged.update();
    }
    assertThat(mean(averaged)).isEqualTo(6);
  }

  @Test
  void somethingIsDoneWithTheMeansAndTheModelIsAsBefore() {
    var averaged = Averaged.equally(model);
    averaged.update();
    model.w().set(value(2));
    model.seen().set(value(7));
    averaged.update();
    double inside =
        averaged.inModel(() -> {
          model.seen().set(value(100));
          return model.w().value().item();
        });
    assertThat(inside).isEqualTo(5);
    assertThat(model.w().value().item()).isEqualTo(2);
    assertThat(model.seen().value().item()).isEqualTo(7);
    assertThat(weight(averaged, "seen")).isEqualTo(7);
    assertThat(Modules.load(model, averaged.weights())).isEmpty();
  }

  @Test
  void meansThatWereSavedGoOnExactly() {
    var averaged = Averaged.equally(model);
    averaged.update();
    model.w().set(value(2));
    averaged.update();
    var resumed = Averaged.equally(model);
    resumed.restore(averaged.state(), averaged.updates());
    model.w().set(value(0.1f));
    averaged.update();
    resumed.update();
    assertThat(averaged.state().keySet()).containsExactly("mean.w");
    assertThat(mean(resumed)).isEqualTo(mean(averaged));
  }

  @Test
  void thereIsNoMeanBeforeTheFirstUpdate() {
    assertThatThrownBy(() -> Averaged.equally(model).weights())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("there is no mean of weights before the first update()");
  }

  /** The way of the class's Javadoc: running statistics of the means, and no weight moves. */
  @Test
  void buffersAreTakenAnewByTrainingStepsWithoutAnOptimiser() {
    var averaged = Averaged.equally(model);
    averaged.update();
    model.w().set(value(2));
    averaged.update();
    Modules.load(model, averaged.weights());
    var rng = Rng.of(1);
    for (float batch : new float[] {1, 2}) {
      try (var _ = Step.training(rng)) {
        var hidden = model.w().value().times(batch).detached();
        model.seen().afterStep(before -> before.plus(hidden));
        Step.changeBuffers();
      }
    }
    assertThat(model.seen().value().item()).isEqualTo(5 * 1 + 5 * 2);
    assertThat(model.w().value().item()).isEqualTo(5);
  }
}
