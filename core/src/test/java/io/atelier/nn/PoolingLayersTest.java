package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Interpolation;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import org.junit.jupiter.api.Test;

/** The layers between convolutions: what they hand on, and which shapes. */
class PoolingLayersTest {
  private static final Tensor X = Rng.of(1).uniform(-1, 1, 2, 3, 8, 6);

  @Test
  void windowsOfASizeDoNotOverlap() {
    assertThat(MaxPool.of(2).forward(X).toFloats())
        .isEqualTo(X.maxPool(Window.of(2).stride(2)).toFloats());
    assertThat(AveragePool.of(4, 3).output(Shape.of(3, 8, 6))).isEqualTo(Shape.of(3, 2, 2));
    var window = Window.of(3).stride(2).padding(1);
    assertThat(MaxPool.of(window).output(Shape.of(3, 8, 6))).isEqualTo(Shape.of(3, 4, 3));
    assertThat(AveragePool.of(window).inside().forward(X).toFloats())
        .isEqualTo(X.averagePoolInside(window).toFloats())
        .isNotEqualTo(AveragePool.of(window).forward(X).toFloats());
  }

  @Test
  void imagesBecomeRows() {
    assertThat(new Flatten().forward(X).toFloats()).isEqualTo(X.toFloats());
    assertThat(new Flatten().forward(X).shape()).isEqualTo(Shape.of(2, 144));
    assertThat(new Flatten().forward(Tensor.zeros(0, 3, 2)).shape()).isEqualTo(Shape.of(0, 6));
    assertThat(new Flatten().output(Shape.of(3, 8, 6))).isEqualTo(Shape.of(144));
    assertThat(new GlobalAveragePool().output(Shape.of(3, 8, 6))).isEqualTo(Shape.of(3));
    assertThat(AdaptiveAveragePool.of(2).output(Shape.of(3, 8, 6))).isEqualTo(Shape.of(3, 2, 2));
    assertThatThrownBy(() -> new Flatten().forward(Tensor.scalar(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("flatten([]): needs a first axis of examples, [N, ...]");
  }

  @Test
  void upsamplingRepeatsUnlessItIsToldHow() {
    assertThat(MaxPool.of(2).forward(Upsample.by(2).forward(X)).toFloats()).isEqualTo(X.toFloats());
    assertThat(Upsample.by(3).how(Interpolation.LINEAR).output(Shape.of(3, 8, 6)))
        .isEqualTo(Shape.of(3, 24, 18));
    assertThatThrownBy(() -> Upsample.by(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the factor of upsampling must be at least 1, got 0");
  }

  @Test
  void aSequenceKnowsItsShapes() {
    var net =
        Sequential.create(Shape.of(3, 8, 6), Rng.of(2), MaxPool.of(2), new Flatten(), Dense.of(5));
    assertThat(net.forward(X).shape()).isEqualTo(Shape.of(2, 5));
  }
}
