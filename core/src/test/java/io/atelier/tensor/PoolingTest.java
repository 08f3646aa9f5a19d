package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pooling as PyTorch has it, recorded, and what it does with equals and with no numbers. */
class PoolingTest {
  private static final float NAN = Float.NaN;
  private static final float LOWEST = Float.NEGATIVE_INFINITY;

  /** {@code x = ((torch.arange(30) * 37) % 101).reshape(1, 1, 5, 6)}. */
  private static final Tensor IMAGE = image(30).reshape(1, 1, 5, 6);

  /** {@code x.reshape(1, 2, 15)[:, :, :7]}. */
  private static final Tensor SIGNAL = IMAGE.reshape(1, 2, 15).slice(2, 0, 7);

  private static Tensor image(int count) {
    return Tensor.of(IntStream.range(0, count).mapToDouble(i -> i * 37 % 101).toArray(), count);
  }

  @Test
  void maxPoolingIsThatOfPyTorch() {
    // F.max_pool2d(x, 3, 2, 1)
    check(
        IMAGE,
        x -> x.maxPool(Window.of(3).stride(2).padding(1)),
        new double[] {57, 94, 84, 97, 97, 87, 97, 97, 90},
        new double[] {
          0, 0, 0, 0, 0, 3, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0
        });
    // F.max_pool2d(x, (2, 3), (1, 2), (1, 0), (2, 1))
    check(
        IMAGE,
        x -> x.maxPool(Window.of(2, 3).stride(1, 2).dilation(2, 1).padding(1, 0)),
        new double[] {94, 94, 77, 87, 97, 94, 80, 90, 97, 70},
        new double[] {
          0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 3, 0, 0, 4, 0, 0, 14, 0, 10, 0, 0, 7, 0, 0, 8, 0, 0
        });
    // F.max_pool1d(x, 3, 2, 1)
    check(
        SIGNAL,
        x -> x.maxPool(Window.of(3).stride(2).padding(1)),
        new double[] {37, 74, 84, 84, 87, 87, 97, 70},
        new double[] {0, 1, 2, 0, 0, 7, 0, 0, 11, 0, 0, 7, 0, 8});
  }

  @Test
  void averagePoolingIsThatOfPyTorchWithAndWithoutThePadding() {
    // F.avg_pool2d(x, 3, 2, 1)
    check(
        IMAGE,
        x -> x.averagePool(Window.of(3).stride(2).padding(1)),
        new double[] {
          12.666667, 33.555556, 26.777778, 39, 57.888889, 42.111111, 28.111111, 39.888889, 33.111111
        },
        new double[] {
          0.111111, 0.333333, 0.222222, 0.555556, 0.333333, 0.333333, 0.555556, 1.333333, 0.777778,
          1.777778, 1, 1, 0.444444, 1, 0.555556, 1.222222, 0.666667, 0.666667, 1.222222, 2.666667,
          1.444444, 3.111111, 1.666667, 1.666667, 0.777778, 1.666667, 0.888889, 1.888889, 1, 1
        });
    // F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
    check(
        IMAGE,
        x -> x.averagePoolInside(Window.of(3).stride(2).padding(1)),
        new double[] {
          28.5, 50.333333, 40.166667, 58.5, 57.888889, 42.111111, 63.25, 59.833333, 49.666667
        },
        new double[] {
          0.25, 0.583333, 0.333333, 0.833333, 0.5, 0.5, 0.916667, 1.805556, 0.888889, 2.055556,
          1.166667, 1.166667, 0.666667, 1.222222, 0.555556, 1.222222, 0.666667, 0.666667, 2.416667,
          4.305556, 1.888889, 4.055556, 2.166667, 2.166667, 1.75, 3.083333, 1.333333, 2.833333, 1.5,
          1.5
        });
    // F.avg_pool1d(x, 2)
    check(
        SIGNAL,
        x -> x.averagePool(Window.of(2).stride(2)),
        new double[] {18.5, 42, 65.5, 68.5, 41.5, 65},
        new double[] {0.5, 0.5, 1, 1, 1.5, 1.5, 0, 2, 2, 2.5, 2.5, 3, 3, 0});
  }

  @Test
  void adaptivePoolingIsThatOfPyTorch() {
    // F.adaptive_avg_pool2d(x, (3, 4))
    check(
        IMAGE,
        x -> x.adaptiveAveragePool(3, 4),
        new double[] {
          28.5, 65.5, 38.5, 50.25, 58.5, 61.833333, 51.666667, 38.166667, 63.25, 49.75, 48, 34.5
        },
        new double[] {
          0.25, 0.75, 0.5, 0.75, 1.75, 1, 1.083333, 2.583333, 1.5, 1.916667, 4.25, 2.333333,
          0.833333, 1.833333, 1, 1.166667, 2.5, 1.333333, 3.083333, 6.583333, 3.5, 3.916667, 8.25,
          4.333333, 2.25, 4.75, 2.5, 2.75, 5.75, 3
        });
    // F.adaptive_max_pool2d(x, (3, 4))
    check(
        IMAGE,
        x -> x.adaptiveMaxPool(3, 4),
        new double[] {57, 94, 67, 84, 97, 97, 87, 87, 97, 97, 90, 63},
        new double[] {
          0, 0, 0, 0, 0, 4, 0, 1, 2, 0, 3, 0, 0, 0, 0, 0, 15, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 11, 0,
          12
        });
    // F.adaptive_avg_pool1d(x, 3)
    check(
        SIGNAL,
        x -> x.adaptiveAveragePool(3),
        new double[] {37, 43.666667, 50.333333, 53.333333, 60, 66.666667},
        new double[] {
          0.333333, 0.333333, 1, 0.666667, 1.666667, 1, 1, 1.333333, 1.333333, 3, 1.666667,
          3.666667, 2, 2
        });
    // F.adaptive_max_pool1d(x, 3)
    check(
        SIGNAL,
        x -> x.adaptiveMaxPool(3),
        new double[] {74, 74, 84, 87, 97, 97},
        new double[] {0, 0, 3, 0, 0, 3, 0, 0, 4, 0, 0, 11, 0, 0});
  }

  @Test
  void theFirstOfEqualsHasTheDerivativeAndWhatIsNoNumberIsTheLargest() {
    float[] values = {
      1, NAN, 2, NAN, 5, 5, LOWEST, LOWEST, //
      3, 3, 3, 3, 5, 5, LOWEST, LOWEST
    };
    // F.max_pool2d(x, 2): whole vectors are another loop than single windows
    float[] largest = {NAN, NAN, 5, LOWEST};
    int[] places = {1, 3, 4, 6};
    for (int times : new int[] {1, 5}) {
      var x = Tensor.of(values, 1, 1, 2, 8).repeat(1, 1, 1, times);
      var point = x.tracked();
      var y = point.maxPool(Window.of(2).stride(2));
      float[] derivatives = y.backward(Tensor.ones(y.shape().toArray())).of(point).toFloats();
      for (int i = 0; i < y.count(); i++) {
        assertThat(Float.valueOf(y.toFloats()[i])).isEqualTo(Float.valueOf(largest[i % 4]));
        int place = i / 4 * 8 + places[i % 4];
        assertThat(derivatives[place]).as("derivative of window %d", i).isEqualTo(1);
      }
      assertThat(Tensor.of(derivatives, derivatives.length).sum().item()).isEqualTo(y.count());
    }
    // F.max_pool2d(x, 3, 2, 1)
    var point = Tensor.of(values, 1, 1, 2, 8).tracked();
    var y = point.maxPool(Window.of(3).stride(2).padding(1));
    assertThat(y.toFloats()).containsExactly(NAN, NAN, NAN, 5);
    assertThat(y.backward(Tensor.of(new float[] {1, 2, 3, 4}, 1, 1, 1, 4)).of(point).toFloats())
        .containsExactly(0, 1, 0, 5, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void thePaddingIsNeverTheLargest() {
    var point = Tensor.full(LOWEST, 1, 1, 2, 2).tracked();
    var y = point.maxPool(Window.of(3).padding(1));
    assertThat(y.toFloats()).containsOnly(LOWEST);
    assertThat(y.backward(Tensor.ones(1, 1, 2, 2)).of(point).toFloats())
        .containsExactly(4, 0, 0, 0);
  }

  @Test
  void imagesSharedAmongThreadsHaveTheBitsOfSingleOnes() {
    var x = Op.Sample.uniform(-1, 1, 40, 6, 26, 34).to(ElementType.FLOAT);
    for (var window : new Window[] {Window.of(2).stride(2), Window.of(3).stride(2).padding(1)}) {
      UnaryOperator<Tensor> operation =
          image -> {
            var point = image.tracked();
            var y = point.maxPool(window).plus(point.averagePool(window));
            return y.backward(y.detached()).of(point);
          };
      var together = operation.apply(x);
      for (int i = 0; i < 40; i += 13) {
        assertThat(together.slice(0, i, i + 1).toFloats())
            .isEqualTo(operation.apply(x.slice(0, i, i + 1)).toFloats());
      }
    }
  }

  @Test
  void aGlobalAverageIsOneNumberForEachChannel() {
    var x = image(12).reshape(1, 2, 2, 3);
    assertThat(x.globalAveragePool().shape()).isEqualTo(Shape.of(1, 2));
    assertThat(x.globalAveragePool().toDoubles())
        .containsExactly(x.adaptiveAveragePool(1).toDoubles(), within(1e-12));
    assertThat(x.reshape(1, 3, 4).globalAveragePool().toDoubles())
        .containsExactly(new double[] {30.25, 52, 48.5}, within(1e-12));
  }

  /** Compares values, and derivatives where that of value {@code i} from above is i + 1. */
  private static void check(
      Tensor x, UnaryOperator<Tensor> operation, double[] values, double[] derivatives) {
    for (var type : new ElementType[] {ElementType.DOUBLE, ElementType.FLOAT}) {
      var point = x.to(type).tracked();
      var y = operation.apply(point);
      double[] upstream = new double[y.count()];
      Arrays.setAll(upstream, i -> i + 1);
      var dy = Tensor.of(upstream, y.shape().toArray()).to(type);
      assertThat(y.to(ElementType.DOUBLE).toDoubles()).containsExactly(values, within(2e-5));
      assertThat(y.backward(dy).of(point).to(ElementType.DOUBLE).toDoubles())
          .containsExactly(derivatives, within(2e-5));
    }
  }
}
