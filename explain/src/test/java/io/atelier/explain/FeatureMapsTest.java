package io.atelier.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Activation;
import io.atelier.nn.Dropout;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class FeatureMapsTest {
  private final Linear first = Linear.create(4, 6, Rng.of(1));
  private final Linear second = Linear.create(6, 3, Rng.of(2));
  private final Sequential model =
      Sequential.of(
          first, Activation.RELU, new Dropout(0.5), Sequential.of(second, Activation.TANH));
  private final Tensor x = Rng.of(3).uniform(-1, 1, 2, 4);

  @Test
  void eachLayerShowsItsOutput() {
    var before = first.forward(x);
    var hidden = before.relu();
    assertThat(FeatureMaps.of(model, x, "0").toFloats()).isEqualTo(before.toFloats());
    assertThat(FeatureMaps.of(model, x, "1").toFloats()).isEqualTo(hidden.toFloats());
    assertThat(FeatureMaps.of(model, x, "3.0").toFloats())
        .isEqualTo(second.forward(hidden).toFloats());
    assertThat(FeatureMaps.of(model, x, "").toFloats())
        .isEqualTo(second.forward(hidden).tanh().toFloats());
  }

  /** A layer in a place of its own type. */
  private record Fixed(Linear inner, List<Layer> spare) implements Layer {
    @Override
    public Tensor forward(Tensor x) {
      return inner.forward(x);
    }
  }

  @Test
  void whatCannotBeSeenIsSaid() {
    assertThatThrownBy(() -> FeatureMaps.of(model, x, "4"))
        .hasMessage("the network has no layer 4; it has 0, 1, 2, 3, 3.0, 3.1");
    var fixed = new Fixed(first, List.of(second));
    assertThatThrownBy(() -> FeatureMaps.of(fixed, x, "inner"))
        .hasMessage("the part inner of Fixed must be a Linear, got a Tap");
    assertThatThrownBy(() -> FeatureMaps.of(fixed, x, "spare.0"))
        .hasMessage("the network does not use its layer spare.0");
  }

  @Test
  void viewsOfAnInputAreAveragedAsProbabilities() {
    var network = Sequential.of(first, Activation.TANH, second);
    List<UnaryOperator<Tensor>> views = List.of(y -> y, y -> y.flip(-1), y -> y.times(0.5));
    float[] mean = TestTimeAugmentation.of(network, views).forward(x).toFloats();
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (var view : views) {
        sum += network.forward(view.apply(x)).softmax().toFloats()[i];
      }
      assertThat(mean[i]).isEqualTo((float) (sum / 3), within(1e-6f));
    }
    assertThatThrownBy(() -> TestTimeAugmentation.of(network, List.of()))
        .hasMessage("needs at least one view, got 0");
  }
}
