package io.atelier.explain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Activation;
import io.atelier.nn.AveragePool;
import io.atelier.nn.BatchNorm;
import io.atelier.nn.Convolution;
import io.atelier.nn.Dense;
import io.atelier.nn.Dropout;
import io.atelier.nn.Filters;
import io.atelier.nn.Flatten;
import io.atelier.nn.Layer;
import io.atelier.nn.MaxPool;
import io.atelier.nn.Modules;
import io.atelier.nn.Residual;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A network with all that differs between training and inference is asked as it is used. */
class ConvolutionalNetworkTest {
  private static final Shape IMAGE = Shape.of(2, 12, 10);

  private final Sequential network = network();
  private final Tensor image = Rng.of(5).uniform(0, 1, 2, 12, 10);
  private final Tensor black = Tensor.zeros(2, 12, 10);

  private static Sequential network() {
    var norm = BatchNorm.create(6);
    norm.runningMean().set(Rng.of(1).uniform(-0.2, 0.2, 6)); // as if it had been trained
    norm.runningVar().set(Rng.of(2).uniform(0.05, 0.2, 6));
    return Sequential.create(
        IMAGE,
        Rng.of(3),
        Filters.of(6, Window.of(3).padding(1)),
        norm,
        Activation.GELU,
        Residual.of(Convolution.create(6, 6, Window.of(3).same(), Rng.of(4))),
        MaxPool.of(2),
        new Flatten(),
        new Dropout(0.5),
        Dense.of(4));
  }

  @Test
  void theGradientIsThatOfFiniteDifferencesInInference() {
    var score = Score.logit(network, 2);
    var gradient = Attribution.gradient(score, image);
    assertThat(gradient.shape()).isEqualTo(IMAGE);
    var direction = Rng.of(6).normal(0, 1, 2, 12, 10);
    double h = 1e-3;
    double slope =
        (score.at(image.plus(direction.times(h))) - score.at(image.minus(direction.times(h))))
            / (2 * h);
    assertThat(gradient.times(direction).sum().item()).isCloseTo(slope, within(0.02));
  }

  @Test
  void contributionsAddUpAndNoStatisticMoves() {
    var before = Modules.weights(network);
    var score = Score.logit(network, 1);
    double difference = score.at(image) - score.at(black);
    assertThat(Attribution.integratedGradients(score, image, black, 300).sum().item())
        .isCloseTo(difference, within(0.01));
    var patches = Patches.of(IMAGE, 5);
    assertThat(patches.count()).isEqualTo(6);
    var estimate = Shapley.sampled(6, patches.game(score, image, black), 3, Rng.of(1));
    assertThat(patches.spread(estimate.values()).sum().item()).isCloseTo(difference, within(1e-4));
    FastGradientSign.of(0.1).attack(network, image.unsqueeze(0), Tensor.of(new int[] {2}, 1));
    Modules.weights(network)
        .forEach((path, now) ->
            assertThat(now.equalTo(requireNonNull(before.get(path))).all().item())
                .as(path)
                .isEqualTo(1));
  }

  @Test
  void featureMapsAreThoseOfInference() {
    var inputs = image.unsqueeze(0);
    var maps = FeatureMaps.of(network, inputs, "2");
    assertThat(maps.shape()).isEqualTo(Shape.of(1, 6, 12, 10));
    var expected = inputs;
    try (var _ = Step.inference()) {
      for (var layer : network.layers().subList(0, 3)) {
        expected = layer.forward(expected);
      }
      assertThat(maps.toFloats()).isEqualTo(expected.toFloats());
    }
    assertThat(FeatureMaps.of(network, inputs, "3.layer").shape())
        .isEqualTo(Shape.of(1, 6, 12, 10));
    assertThat(Sheet.activations(maps.select(0, 0), 64).shown()).isEqualTo(6);
    var weight = requireNonNull(Modules.parameters(network).get("0.weight")).value();
    assertThat(Sheet.weights(weight, IMAGE, 64).shown()).isEqualTo(12);
  }

  @Test
  void attributionsToFeatureMapsAddUpToo() {
    var maps = FeatureMaps.of(network, image.unsqueeze(0), "4").select(0, 0);
    var dark = FeatureMaps.of(network, black.unsqueeze(0), "4").select(0, 0);
    assertThat(maps.shape()).isEqualTo(Shape.of(6, 6, 5));
    var score = Score.logit(FeatureMaps.behind(network, "4"), 3); // flatten, dropout, dense
    assertThat(score.at(maps)).isCloseTo(Score.logit(network, 3).at(image), within(1e-6));
    double[] shares = Evaluation.doubles(Attribution.integratedGradients(score, maps, dark, 1));
    float[] weights =
        requireNonNull(Modules.parameters(network).get("7.weight")).value().toFloats();
    float[] differences = maps.minus(dark).toFloats();
    for (int i = 0; i < shares.length; i++) { // what follows is linear
      assertThat(shares[i])
          .isCloseTo((double) weights[3 * shares.length + i] * differences[i], within(1e-6));
    }
    assertThatThrownBy(() -> FeatureMaps.behind(network, "3.layer"))
        .hasMessage(
            "3.layer is none of the stages of the network; these are 0, 1, 2, 3, 4, 5, 6, 7");
    assertThatThrownBy(() -> FeatureMaps.behind(Tensor::relu, "0"))
        .hasMessage("the network is not made of stages one after the other");
  }

  /** The derivative of one output is not zero where the field lies, and zero elsewhere. */
  @Test
  void derivativesReachAsFarAsTheReceptiveField() {
    var windows =
        List.of(
            Window.of(3).padding(1).over(2),
            Window.of(2, 3).stride(2, 1),
            Window.of(3, 2).dilation(2, 3).padding(1, 0));
    var layers =
        List.of(ones(windows.get(0)), AveragePool.of(windows.get(1)), ones(windows.get(2)));
    var stack = new Sequential(layers);
    var rows = ReceptiveField.table(Shape.of(20, 18), windows);
    var last = rows.getLast();
    assertThat(stack.output(Shape.of(1, 20, 18)))
        .isEqualTo(Shape.of(1, last.output().size(0), last.output().size(1)));
    int row = 4;
    int column = 5;
    Score one = x -> stack.forward(x).select(3, column).select(2, row).select(1, 0);
    float[] derivatives = Attribution.gradient(one, Tensor.ones(1, 20, 18)).toFloats();
    var seenRows = new TreeSet<Integer>();
    var seenColumns = new TreeSet<Integer>();
    for (int at = 0; at < derivatives.length; at++) {
      if (derivatives[at] != 0) {
        seenRows.add(at / 18);
        seenColumns.add(at % 18);
      }
    }
    var field = last.field();
    int top = field.first(0) + row * field.jump(0);
    int left = field.first(1) + column * field.jump(1);
    assertThat(seenRows.getFirst()).isEqualTo(top);
    assertThat(seenRows.getLast()).isEqualTo(top + field.size(0) - 1);
    assertThat(seenColumns.getFirst()).isEqualTo(left);
    assertThat(seenColumns.getLast()).isEqualTo(left + field.size(1) - 1);
  }

  private static Layer ones(Window window) {
    var weight = Tensor.ones(1, 1, window.sizeAlong(0), window.sizeAlong(1));
    return new Convolution(Parameter.of(weight), null, window, 1);
  }
}
