package io.atelier.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Window;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Truths: the figures of the lecture, and sets of places followed through the windows by hand. */
class ReceptiveFieldTest {
  private static List<Integer> sizes(Window... windows) {
    return ReceptiveField.table(Shape.of(64), List.of(windows)).stream()
        .map(row -> row.field().size(0))
        .toList();
  }

  @Test
  void stackedWindowsOfThreeSeeThreeFiveSeven() {
    var three = Window.of(3);
    assertThat(sizes(three, three, three)).containsExactly(3, 5, 7);
    assertThat(sizes(three.stride(2), three)).containsExactly(3, 7);
    assertThat(sizes(three, three.dilation(2), three.dilation(4))).containsExactly(3, 7, 15);
  }

  /** LeNet-5: 5, 6, 14, 16 of 32 x 32. */
  @Test
  void aTableHasSizesAndJumps() {
    var convolution = Window.of(5);
    var pool = Window.of(2).stride(2);
    var rows =
        ReceptiveField.table(Shape.of(32, 32), List.of(convolution, pool, convolution, pool));
    assertThat(rows.stream().map(ReceptiveField.Row::output))
        .containsExactly(Shape.of(28, 28), Shape.of(14, 14), Shape.of(10, 10), Shape.of(5, 5));
    assertThat(rows.stream().map(row -> row.field().toString()))
        .containsExactly("5x5", "6x6", "14x14", "16x16");
    assertThat(rows.stream().map(row -> row.field().jump(1))).containsExactly(1, 2, 2, 4);
  }

  @Test
  void axesMayDiffer() {
    var field = ReceptiveField.ofInput(2).through(Window.of(1, 7).same().stride(1, 2));
    assertThat(field.sizes()).containsExactly(1, 7);
    assertThat(field.jumps()).containsExactly(1, 2);
    assertThat(field.firsts()).containsExactly(0, -3);
  }

  /** Follows one output back to the places of the input that it depends on. */
  @Test
  void theFieldIsWhatOneFindsGoingBack() {
    var windows =
        List.of(
            Window.of(3).padding(1),
            Window.of(2).stride(2),
            Window.of(3).dilation(3).padding(2),
            Window.of(5).stride(3).padding(1));
    var rows = ReceptiveField.table(Shape.of(200), windows);
    for (int depth = 1; depth <= windows.size(); depth++) {
      for (int output : new int[] {0, 3, 7}) {
        int offset = 1000; // places in the padding are negative
        var places = new BitSet();
        places.set(output + offset);
        for (int layer = depth - 1; layer >= 0; layer--) {
          places = inputs(places, windows.get(layer), offset);
        }
        var field = rows.get(depth - 1).field();
        int first = field.first(0) + output * field.jump(0);
        assertThat(places.nextSetBit(0) - offset).isEqualTo(first);
        assertThat(places.length() - 1 - offset).isEqualTo(first + field.size(0) - 1);
      }
    }
  }

  private static BitSet inputs(BitSet outputs, Window window, int offset) {
    var inputs = new BitSet();
    outputs.stream()
        .forEach(output -> {
          for (int k = 0; k < window.sizeAlong(0); k++) {
            int begin = (output - offset) * window.strideAlong(0) - window.paddingBefore(0);
            inputs.set(begin + k * window.dilationAlong(0) + offset);
          }
        });
    return inputs;
  }

  @Test
  void aWindowThatDoesNotFitIsNamed() {
    assertThatThrownBy(() ->
            ReceptiveField.table(
                Shape.of(8, 8), List.of(Window.of(5), Window.of(2).stride(2), Window.of(3))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("layer 2: the window 3x3 does not fit into [2, 2]; make it smaller or pad");
  }
}
