package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Interpolation and padding as PyTorch has them, recorded. */
class ResizingTest {
  private static final Tensor IMAGE = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 1, 1, 2, 3);
  private static final Tensor SIGNAL = Tensor.of(new double[] {1, 4, 2}, 1, 1, 3);

  /** One row above, two columns to the left and one to the right. */
  private static final Window WINDOW =
      new Window(List.of(1), List.of(1), List.of(1), List.of(1, 2), List.of(0, 1));

  @Test
  void paddingIsThatOfPyTorch() {
    // F.pad(x, (2, 1, 1, 0), mode="reflect")
    check(
        IMAGE,
        x -> x.pad(WINDOW, Padding.REFLECT),
        new double[] {6, 5, 4, 5, 6, 5, 3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5},
        new double[] {9, 30, 18, 18, 60, 36});
    // F.pad(x, (2, 1, 1, 0), mode="replicate")
    check(
        IMAGE,
        x -> x.pad(WINDOW, Padding.REPLICATE),
        new double[] {1, 1, 1, 2, 3, 3, 1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6},
        new double[] {30, 14, 34, 42, 16, 35});
    // F.pad(x, (2, 1, 1, 0), mode="circular")
    check(
        IMAGE,
        x -> x.pad(WINDOW, Padding.CIRCULAR),
        new double[] {5, 6, 4, 5, 6, 4, 2, 3, 1, 2, 3, 1, 5, 6, 4, 5, 6, 4},
        new double[] {21, 17, 19, 42, 34, 38});
  }

  @Test
  void theNearestValueIsThatOfPyTorch() {
    // F.interpolate(x, size=(3, 5), mode="nearest")
    check(
        IMAGE,
        x -> x.resize(Interpolation.NEAREST, 3, 5),
        new double[] {1, 1, 2, 2, 3, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6},
        new double[] {16, 24, 15, 23, 27, 15});
    // F.interpolate(x, scale_factor=2, mode="nearest")
    check(
        IMAGE,
        x -> x.upsample(2, Interpolation.NEAREST),
        new double[] {1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6},
        new double[] {18, 26, 34, 66, 74, 82});
    // F.interpolate(x, size=(1, 2), mode="nearest")
    check(
        IMAGE,
        x -> x.resize(Interpolation.NEAREST, 1, 2),
        new double[] {1, 2},
        new double[] {1, 2, 0, 0, 0, 0});
    // F.interpolate(x, size=5, mode="nearest")
    check(
        SIGNAL,
        x -> x.resize(Interpolation.NEAREST, 5),
        new double[] {1, 1, 4, 4, 2},
        new double[] {3, 7, 5});
  }

  @Test
  void linearInterpolationIsThatOfPyTorch() {
    // F.interpolate(x, size=(3, 5), mode="bilinear", align_corners=False)
    check(
        IMAGE,
        x -> x.resize(Interpolation.LINEAR, 3, 5),
        new double[] {1, 1.4, 2, 2.6, 3, 2.5, 2.9, 3.5, 4.1, 4.5, 4, 4.4, 5, 5.6, 6},
        new double[] {7.3, 12.6, 15.1, 23.3, 30.6, 31.1});
    // F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    check(
        IMAGE,
        x -> x.upsample(2, Interpolation.LINEAR),
        new double[] {
          1, 1.25, 1.75, 2.25, 2.75, 3, 1.75, 2, 2.5, 3, 3.5, 3.75, 3.25, 3.5, 4, 4.5, 5, 5.25, 4,
          4.25, 4.75, 5.25, 5.75, 6
        },
        new double[] {21.5, 29, 36.5, 63.5, 71, 78.5});
    // F.interpolate(x, size=(1, 2), mode="bilinear", align_corners=False)
    check(
        IMAGE,
        x -> x.resize(Interpolation.LINEAR, 1, 2),
        new double[] {2.75, 4.25},
        new double[] {0.375, 0.375, 0.75, 0.375, 0.375, 0.75});
    // F.interpolate(x, size=5, mode="linear", align_corners=False)
    check(
        SIGNAL,
        x -> x.resize(Interpolation.LINEAR, 5),
        new double[] {1, 2.2, 4, 2.8, 2},
        new double[] {2.2, 5.4, 7.4});
  }

  @Test
  void linearInterpolationFromCornerToCornerIsThatOfPyTorch() {
    // F.interpolate(x, size=(3, 5), mode="bilinear", align_corners=True)
    check(
        IMAGE,
        x -> x.resize(Interpolation.LINEAR_ALIGNED, 3, 5),
        new double[] {1, 1.5, 2, 2.5, 3, 2.5, 3, 3.5, 4, 4.5, 4, 4.5, 5, 5.5, 6},
        new double[] {6.75, 14, 14.25, 21.75, 34, 29.25});
    // F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
    check(
        IMAGE,
        x -> x.upsample(2, Interpolation.LINEAR_ALIGNED),
        new double[] {
          1, 1.4, 1.8, 2.2, 2.6, 3, 2, 2.4, 2.8, 3.2, 3.6, 4, 3, 3.4, 3.8, 4.2, 4.6, 5, 4, 4.4, 4.8,
          5.2, 5.6, 6
        },
        new double[] {20, 36, 34, 56, 84, 70});
    // F.interpolate(x, size=(1, 2), mode="bilinear", align_corners=True)
    check(
        IMAGE,
        x -> x.resize(Interpolation.LINEAR_ALIGNED, 1, 2),
        new double[] {1, 3},
        new double[] {1, 0, 2, 0, 0, 0});
    // F.interpolate(x, size=5, mode="linear", align_corners=True)
    check(
        SIGNAL,
        x -> x.resize(Interpolation.LINEAR_ALIGNED, 5),
        new double[] {1, 2.5, 4, 3, 2},
        new double[] {2, 6, 7});
  }

  @Test
  void paddingOfOneAxisIsThatOfAWindow() {
    for (var how : Padding.values()) {
      assertThat(IMAGE.pad(3, 2, 1, how).pad(2, 1, 0, how).toDoubles())
          .isEqualTo(IMAGE.pad(WINDOW, how).toDoubles());
    }
    assertThat(IMAGE.pad(2, 0, 0, Padding.REFLECT)).isSameAs(IMAGE);
    assertThat(Tensor.of(new double[] {1, 2}, 2).pad(0, 5, 0, Padding.REPLICATE).toDoubles())
        .containsExactly(1, 1, 1, 1, 1, 1, 2);
  }

  @Test
  void whatIsNotFiniteStaysWhereItIs() {
    var x = Tensor.of(new float[] {Float.POSITIVE_INFINITY, 0, 1, 2}, 1, 1, 4);
    var y = x.upsample(2, Interpolation.LINEAR);
    assertThat(y.toFloats())
        .containsExactly(
            Float.POSITIVE_INFINITY,
            Float.POSITIVE_INFINITY,
            Float.POSITIVE_INFINITY,
            0.25f,
            0.75f,
            1.25f,
            1.75f,
            2);
  }

  @Test
  void refusesWhatNoAxisHolds() {
    refuses(
        () -> IMAGE.upsample(2_000_000_000, Interpolation.NEAREST),
        "upsample(DOUBLE %s, times 2000000000): makes an axis of %d values; an axis has at most"
            + " 2,147,483,647",
        2_000_000_000L * IMAGE.shape().size(2));
    refuses(
        () -> IMAGE.pad(2, 2_000_000_000, 2_000_000_000, Padding.REPLICATE),
        "pad(DOUBLE %s, axis 2, 2000000000 and 2000000000, REPLICATE): makes an axis of %d values; an axis"
            + " has at most 2,147,483,647",
        4_000_000_000L + IMAGE.shape().size(2));
    refuses(
        () -> IMAGE.pad(2, 2_000_000_000, 2_000_000_000, 0),
        "pad(%s, axis 2, 2000000000 and 2000000000): makes an axis of %d values; an axis has at"
            + " most 2,147,483,647",
        4_000_000_000L + IMAGE.shape().size(2));
    assertThatThrownBy(() -> IMAGE.resize(Interpolation.LINEAR, 2_000_000_000))
        .isInstanceOf(ShapeException.class)
        .hasMessageEndingWith("elements do not fit a Java array of 2,147,483,639");
  }

  @Test
  void refusesToPadByAWindowOfOtherAxes() {
    assertThatThrownBy(() -> Tensor.zeros(1, 2, 5).pad(Window.of(3, 3).padding(1), Padding.REFLECT))
        .isInstanceOf(ShapeException.class)
        .hasMessage("pad([1, 2, 5], 3x3, padding 1, REFLECT): a window over 2 axes does not fit 1");
  }

  private static void refuses(ThrowingCallable call, String message, long size) {
    assertThatThrownBy(call)
        .isInstanceOf(ShapeException.class)
        .hasMessage(message, IMAGE.shape(), size);
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
