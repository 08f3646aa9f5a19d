package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WindowTest {
  @Test
  void countsItsPlaces() {
    assertThat(Window.of(5).outputs(0, 28)).isEqualTo(24);
    assertThat(Window.of(3).padding(1).outputs(0, 28)).isEqualTo(28);
    assertThat(Window.of(7).stride(2).padding(3).outputs(0, 224)).isEqualTo(112);
    assertThat(Window.of(3).dilation(2).outputs(0, 9)).isEqualTo(5);
    assertThat(Window.of(3).outputs(0, 2)).isEqualTo(0);
  }

  /** Every window of every dilation that is padded to the same size. */
  @Test
  void sameKeepsTheSize() {
    for (int size = 1; size <= 8; size++) {
      for (int dilation = 1; dilation <= 3; dilation++) {
        var window = Window.of(size).dilation(dilation).same();
        assertThat(window.outputs(0, 40)).isEqualTo(40);
        assertThat(window.paddingAfter(0) - window.paddingBefore(0)).isBetween(0, 1);
      }
    }
  }

  @Test
  void saysWhatItIs() {
    assertThat(Window.of(3)).hasToString("3x3");
    assertThat(Window.of(1, 7).same()).hasToString("1x7, padding 0x3");
    assertThat(Window.of(4).same()).hasToString("4x4, padding 1 and 2");
    assertThat(Window.of(3).stride(2).dilation(2).padding(1))
        .hasToString("3x3, stride 2, dilation 2, padding 1");
  }

  @Test
  void refusesWhatNoAxisHolds() {
    assertThatThrownBy(() -> Window.of(3).dilation(2_000_000_000).same())
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "window 3x3, dilation 2000000000: reaches over 4000000001 values; an axis has at"
                + " most 2,147,483,647");
    assertThatThrownBy(() -> Window.of(3).padding(2_000_000_000).outputs(0, 28))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "window 3x3, padding 2000000000 over 28 values: with padding these are 4000000028"
                + " values; an axis has at most 2,147,483,647");
    assertThat(Window.of(3).stride(2).padding(1_000_000_000).outputs(0, 3))
        .isEqualTo(1_000_000_001);
  }

  @Test
  void refusesWhatIsNoWindow() {
    assertThatThrownBy(() -> Window.of(0))
        .hasMessage("the size of a window must be at least 1, got [0]");
    assertThatThrownBy(() -> Window.of(3).padding(-1))
        .hasMessage("the padding of a window must be at least 0, got [-1]");
    assertThatThrownBy(() -> Window.of(3, 3).stride(1, 2, 3))
        .hasMessage(
            "a window has as many sizes, strides, dilations and paddings as axes, or one for all;"
                + " got 2 and 3");
    assertThatThrownBy(() -> Window.of(3, 3).over(1))
        .hasMessage("a window over 2 axes does not fit 1");
  }
}
