package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Convolutions against PyTorch 1.13 and against examples done by hand. */
class ConvolutionTest {
  /** {@code ((arange(n) * step) % mod) / mod - 0.4}. */
  private static Tensor ramp(int step, int mod, int... sizes) {
    double[] values = new double[(int) Shape.of(sizes).count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (double) (i * step % mod) / mod - 0.4;
    }
    return Tensor.of(values, sizes);
  }

  private static void assertBegins(Tensor x, double... values) {
    for (int i = 0; i < values.length; i++) {
      assertThat(x.number(i)).as("element %d", i).isCloseTo(values[i], within(1e-6));
    }
  }

  private static double sumOfSquares(Tensor x) {
    return x.squared().sum().to(ElementType.DOUBLE).number(0);
  }

  /** The figures of {@code F.conv2d(x, w, b, (2, 1), (1, 1), (1, 2), 2)} and its derivatives. */
  @Test
  void equalsPyTorch() {
    for (var type : new ElementType[] {ElementType.DOUBLE, ElementType.FLOAT}) {
      var x = ramp(7, 11, 2, 4, 5, 6).to(type).tracked();
      var w = ramp(5, 13, 6, 2, 3, 2).to(type).tracked();
      var b = ramp(3, 7, 6).to(type).tracked();
      var window = Window.of(3, 2).stride(2, 1).padding(1).dilation(1, 2);
      var y = x.convolution(w, b, window, 2);
      assertThat(y.shape()).isEqualTo(Shape.of(2, 6, 3, 6));
      assertBegins(y, -0.434126, -0.258462, -0.395524, -0.624895, 0.038042, -0.403357);
      assertThat(sumOfSquares(y)).isCloseTo(47.581367, within(1e-5));
      var gradients = y.backward(ramp(3, 17, 2, 6, 3, 6).to(type));
      var dx = gradients.of(x);
      assertBegins(dx, -0.133575, -0.125068, -0.114208, 0.296652, 0.322896, 0.108054);
      assertThat(sumOfSquares(dx)).isCloseTo(10.437118, within(1e-5));
      var dw = gradients.of(w);
      assertBegins(dw, 0.038503, -0.304813, 0.836364, 0.216043, -0.082353, -0.278075);
      assertThat(sumOfSquares(dw)).isCloseTo(8.569049, within(1e-5));
      assertBegins(gradients.of(b), 1.658824, 2.011765, 2.364706, 2.717647, 3.070588, 3.423529);
    }
  }

  /** {@code F.conv_transpose2d(x, w, b, (2, 3), (1, 0), (1, 2), 2, (1, 2))}. */
  @Test
  void transposedEqualsPyTorch() {
    for (var type : new ElementType[] {ElementType.DOUBLE, ElementType.FLOAT}) {
      var x = ramp(7, 11, 2, 4, 3, 4).to(type);
      var w = ramp(5, 13, 4, 3, 3, 2).to(type);
      var b = ramp(3, 7, 6).to(type);
      var window = Window.of(3, 2).stride(2, 3).padding(1, 0).dilation(1, 2);
      var y = x.transposedConvolution(w, b, window, 2, 1, 2);
      assertThat(y.shape()).isEqualTo(Shape.of(2, 6, 6, 14));
      assertBegins(y, -0.478601, -0.4, -0.377902, -0.34993, -0.4, -0.417063);
      assertThat(sumOfSquares(y)).isCloseTo(100.547344, within(1e-5));
    }
  }

  @Test
  void signalsEqualPyTorch() {
    var x = ramp(7, 11, 2, 3, 9);
    var moved = x.convolution(ramp(5, 13, 4, 3, 3), Window.of(3).stride(2).padding(2));
    assertThat(moved.shape()).isEqualTo(Shape.of(2, 4, 6));
    assertBegins(moved, 0.005874, -0.386573, 0.24979, 0.424615, -0.015944);
    assertThat(sumOfSquares(moved)).isCloseTo(4.642738, within(1e-6));
    var same = x.convolution(ramp(5, 13, 4, 3, 4), Window.of(4).same());
    assertThat(same.shape()).isEqualTo(Shape.of(2, 4, 9));
    assertBegins(same, -0.007552, 0.231888, -0.042238, 0.052867, -0.313566);
    assertThat(sumOfSquares(same)).isCloseTo(6.097344, within(1e-6));
  }

  /** Transposed on a signal: every element spreads the weights, {@code [1, 2]} by stride 2. */
  @Test
  void transposedOnASignalSpreadsTheWeights() {
    var x = Tensor.of(new float[] {3, 5}, 1, 1, 2);
    var w = Tensor.of(new float[] {1, 2}, 1, 1, 2);
    var window = Window.of(2).stride(2);
    assertThat(x.transposedConvolution(w, null, window).toFloats()).containsExactly(3, 6, 5, 10);
    assertThat(x.transposedConvolution(w, null, window, 1, 1).toFloats())
        .containsExactly(3, 6, 5, 10, 0);
  }

  @Test
  void anEdgeFilterFindsTheEdge() {
    var image = Tensor.of(new float[] {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1}, 1, 1, 3, 4);
    var sobel = Tensor.of(new float[] {-1, 0, 1, -2, 0, 2, -1, 0, 1}, 1, 1, 3, 3);
    assertThat(image.convolution(sobel, Window.of(3)).toFloats()).containsExactly(4, 4);
  }

  @Test
  void convolutionReluHasTheBitsOfBothOneAfterTheOther() {
    var x = ramp(7, 11, 3, 4, 9, 10).to(ElementType.FLOAT).tracked();
    var w = ramp(5, 13, 6, 4, 3, 3).to(ElementType.FLOAT).tracked();
    var b = ramp(3, 7, 6).to(ElementType.FLOAT).tracked();
    var window = Window.of(3).padding(1);
    var fused = x.convolutionRelu(w, b, window, 1);
    var composed = x.convolution(w, b, window, 1).relu();
    assertThat(fused.toFloats()).isEqualTo(composed.toFloats());
    var upstream = ramp(3, 17, 3, 6, 9, 10).to(ElementType.FLOAT);
    var first = fused.backward(upstream);
    var second = composed.backward(upstream);
    for (var leaf : new Tensor[] {x, w, b}) {
      assertThat(first.of(leaf).toFloats()).isEqualTo(second.of(leaf).toFloats());
    }
  }

  /** Threads share images, or the places of a single one: no other bit. */
  @Test
  void theNumberOfThreadsChangesNothing() {
    int threads = Machine.threads();
    try {
      for (int batch : new int[] {1, 5}) {
        var x = ramp(7, 11, batch, 16, 40, 41).to(ElementType.FLOAT).tracked();
        var w = ramp(5, 13, 32, 16, 3, 3).to(ElementType.FLOAT).tracked();
        float[][] expected = null;
        for (int count = 1; count <= 3; count++) {
          Machine.useThreads(count);
          var y = x.convolution(w, Window.of(3).stride(batch == 1 ? 1 : 2));
          var gradients = y.backward(y.detached());
          float[][] actual = {y.toFloats(), gradients.of(x).toFloats(), gradients.of(w).toFloats()};
          expected = expected == null ? actual : expected;
          assertThat(actual).isDeepEqualTo(expected);
        }
      }
    } finally {
      Machine.useThreads(threads);
    }
  }

  @Test
  void refusesAWindowOfOtherAxesThanASignal() {
    var x = Tensor.zeros(2, 3, 9);
    var window = Window.of(3, 3);
    refuses(
        () -> x.convolution(Tensor.zeros(4, 3, 3), window),
        "convolution([2, 3, 9], [4, 3, 3]): a window over 2 axes does not fit 1");
    refuses(
        () -> x.transposedConvolution(Tensor.zeros(3, 4, 3), null, window),
        "transposedConvolution([2, 3, 9], [3, 4, 3]): a window over 2 axes does not fit 1");
  }

  @Test
  void refusesMoreExtrasThanAxes() {
    var window = Window.of(3).stride(2);
    refuses(
        () ->
            Tensor.zeros(1, 3, 5, 5)
                .transposedConvolution(Tensor.zeros(3, 4, 3, 3), null, window, 1, 1, 0, 1),
        "transposedConvolution([1, 3, 5, 5], [3, 4, 3, 3]): takes one extra number for each axis of"
            + " an image, got [1, 0, 1]");
    refuses(
        () ->
            Tensor.zeros(1, 3, 5)
                .transposedConvolution(Tensor.zeros(3, 4, 3), null, window, 1, 1, 0),
        "transposedConvolution([1, 3, 5], [3, 4, 3]): takes one extra number for each axis of a"
            + " signal, got [1, 0]");
  }

  @Test
  void refusesWhatNoArrayHolds() {
    var wide = Window.of(1).stride(1 << 20);
    refuses(
        () -> Tensor.zeros(1, 1, 3, 3).convolution(Tensor.zeros(1, 1, 1, 1), wide.padding(1 << 20)),
        "convolution([1, 1, 3, 3], [1, 1, 1, 1]): padded to [1, 2097155, 2097155] an image does not"
            + " fit a Java array");
    refuses(
        () ->
            Tensor.zeros(1, 1, 1, 4097).transposedConvolution(Tensor.zeros(1, 1, 1, 1), null, wide),
        "transposedConvolution([1, 1, 1, 4097], [1, 1, 1, 1]): makes an axis of 4294967297 values;"
            + " an axis has at most 2,147,483,647");
  }

  private static void refuses(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(message);
  }
}
