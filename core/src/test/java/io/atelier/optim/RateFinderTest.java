package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Linear;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RateFinderTest {
  private record Model(Parameter w) {}

  /** On {@code c w^2 / 2} a step at rate r multiplies w by 1 - r c: nothing above 2 / c trains. */
  @Test
  void theCurveIsThatOfAParabolaAndTheSuggestionTrains() {
    double c = 4;
    var model = new Model(Parameter.of(Tensor.of(new float[] {3}, 1)));
    var curve =
        RateFinder.between(1e-4, 10)
            .run(
                model,
                Sgd.rate(1),
                () -> model.w().value().squared().sum().times(c / 2),
                Rng.of(1));
    double w = 3;
    double mean = 0;
    int step = 0;
    for (var point : curve.points()) {
      double rate = 1e-4 * Math.pow(1e5, step / 99.0);
      mean = 0.98 * mean + 0.02 * c * w * w / 2;
      assertThat(point.rate()).isCloseTo(rate, within(1e-9 * rate));
      assertThat(point.loss()).isCloseTo(mean / (1 - Math.pow(0.98, ++step)), within(1e-4));
      w *= 1 - rate * c;
    }
    assertThat(step).isLessThan(100); // it ran away before the last step
    assertThat(curve.suggestion().orElseThrow()).isBetween(1e-3, 2 / c);
  }

  @Test
  void theModelIsLeftAsItWas() {
    var rng = Rng.of(3);
    var model = Linear.create(4, 2, rng);
    var before = Modules.weights(model);
    float[] inputs = new float[12];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = rng.nextFloat();
    }
    var x = Tensor.of(inputs, 3, 4);
    var labels = Tensor.of(new int[] {0, 1, 0}, 3);
    var curve =
        RateFinder.between(1e-3, 1)
            .steps(20)
            .run(model, Adam.rate(1), () -> Loss.crossEntropy(model.forward(x), labels), rng);
    assertThat(curve.points()).hasSize(20);
    var after = Modules.weights(model);
    before.forEach((path, weights) ->
        assertThat(after)
            .hasEntrySatisfying(
                path, now -> assertThat(now.toFloats()).isEqualTo(weights.toFloats())));
  }

  @Test
  void aLossThatNeverFallsHasNoSuggestion() {
    var rising =
        Arrays.asList(
            new RateFinder.Point(0.1, 1),
            new RateFinder.Point(0.2, 2),
            new RateFinder.Point(0.4, 3));
    assertThat(new RateFinder.Curve(rising).suggestion()).isEmpty();
  }
}
