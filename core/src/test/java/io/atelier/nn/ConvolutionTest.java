package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Padding;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import org.junit.jupiter.api.Test;

class ConvolutionTest {
  private static final Window THREE = Window.of(3).padding(1);

  @Test
  void hasTheShapesAndNamesOfPyTorch() {
    var layer = Filters.of(6, Window.of(5, 3)).groups(2).create(Shape.of(4, 9, 9), Rng.of(1));
    assertThat(layer.output(Shape.of(4, 9, 9))).isEqualTo(Shape.of(6, 5, 7));
    assertThat(Modules.weights(layer)).containsOnlyKeys("weight", "bias");
    assertThat(layer.weight().shape()).isEqualTo(Shape.of(6, 2, 5, 3));
    var signal = Filters.of(3, Window.of(5)).unbiased().create(Shape.of(2, 20), Rng.of(1));
    assertThat(signal.weight().shape()).isEqualTo(Shape.of(3, 2, 5));
    assertThat(Modules.weights(signal)).containsOnlyKeys("weight");
    assertThat(signal.output(Shape.of(2, 20))).isEqualTo(Shape.of(3, 16));
  }

  /** Bounds of {@code +-1/sqrt(C h w)}, nearly reached by the largest of 2,000 weights. */
  @Test
  void beginsAsPyTorchDoes() {
    var layer = Convolution.create(8, 10, Window.of(5), Rng.of(3));
    double largest = layer.weight().value().abs().max().item();
    assertThat(largest).isBetween(0.99 / Math.sqrt(200), 1 / Math.sqrt(200));
  }

  @Test
  void theEdgeIsWhatThePaddingSays() {
    var weight = Parameter.of(Tensor.of(new float[] {1, 0, 0}, 1, 1, 3));
    var layer = new Convolution(weight, null, THREE, 1);
    var x = Tensor.of(new float[] {1, 2, 3}, 1, 1, 3);
    assertThat(layer.forward(x).toFloats()).containsExactly(0, 1, 2);
    assertThat(layer.edge(Padding.REFLECT).forward(x).toFloats()).containsExactly(2, 1, 2);
    assertThat(layer.edge(Padding.REPLICATE).forward(x).toFloats()).containsExactly(1, 1, 2);
    assertThat(layer.edge(Padding.CIRCULAR).forward(x).toFloats()).containsExactly(3, 1, 2);
  }

  @Test
  void refusesWhatDoesNotFit() {
    var layer = Convolution.create(3, 8, Window.of(5), Rng.of(1));
    assertThatThrownBy(() -> layer.output(Shape.of(1, 28, 28)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "convolution([1, 28, 28], [8, 3, 5, 5]): needs an input of 3 channels, [C, H, W]");
    assertThatThrownBy(() -> layer.output(Shape.of(3, 4, 28)))
        .hasMessage(
            "convolution([3, 4, 28], [8, 3, 5, 5]): the window 5x5 does not fit into the image");
    assertThatThrownBy(() -> Filters.of(8, THREE).create(Shape.of(784), Rng.of(1)))
        .hasMessage("convolution([784]): needs images [C, H, W] or signals [C, L]");
    assertThatThrownBy(() -> Filters.of(9, THREE).groups(2))
        .hasMessage(
            "a convolution needs at least one filter, and filters divisible by groups; got 9 filters"
                + " in 2 groups");
  }
}
