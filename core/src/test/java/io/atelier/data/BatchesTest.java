package io.atelier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private final ByteDataset dataset =
      new ByteDataset(
          new byte[] {0, 51, 102, (byte) 153, (byte) 204, (byte) 255, 1, 2, 3, 4},
          new byte[] {0, 1, 2, 3, 4},
          Shape.of(2),
          5);

  @Test
  void bytesAreScaledWhenABatchIsMade() {
    var batch = dataset.batch(2, 0);
    assertThat(batch.inputs().shape()).isEqualTo(Shape.of(2, 2));
    assertThat(batch.inputs().toFloats()).containsExactly(204 / 255f, 1, 0, 51 / 255f);
    assertThat(batch.labels().toInts()).containsExactly(2, 0);
  }

  @Test
  void awaitedExamplesAreAskedForWithTheFirstBatch() {
    var asked = new AtomicInteger();
    var awaited =
        ByteDataset.awaited(
                5,
                Shape.of(2),
                5,
                () -> {
                  asked.incrementAndGet();
                  return dataset;
                })
            .reshape(2, 1);
    assertThat(awaited.size()).isEqualTo(5);
    assertThat(awaited.classes()).isEqualTo(5);
    assertThat(awaited.select(4).shape()).isEqualTo(Shape.of(2, 1));
    assertThat(asked).hasValue(0);
    assertThat(awaited.batch(2).inputs().shape()).isEqualTo(Shape.of(1, 2, 1));
    assertThat(awaited.batch(2).inputs().toFloats())
        .isEqualTo(dataset.batch(2).inputs().toFloats());
    assertThat(awaited.batch(3).labels().toInts()).containsExactly(3);
  }

  @Test
  void aBatchOfMoreValuesThanAnArrayHoldsIsRefused() {
    var large = new ByteDataset(new byte[1 << 20], new byte[1], Shape.of(1 << 20), 1);
    assertThatThrownBy(() -> large.batch(new int[4096]))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "batch of 4096 examples [1048576]: 4294967296 values do not fit a Java array of"
                + " 2,147,483,639");
  }

  @Test
  void anExampleKeepsItsNumberOfValues() {
    assertThatThrownBy(() -> dataset.reshape(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an example of shape [2] cannot have the shape [3]");
  }

  @Test
  void everyExampleIsDealtOnceAndTheLastBatchIsSmaller() {
    var sizes = new ArrayList<Integer>();
    var seen = new ArrayList<Integer>();
    for (var batch : dataset.batches(2, Rng.of(1))) {
      sizes.add(batch.size());
      for (int label : batch.labels().toInts()) {
        seen.add(label);
      }
    }
    assertThat(sizes).containsExactly(2, 2, 1);
    Collections.sort(seen);
    assertThat(seen).isEqualTo(List.of(0, 1, 2, 3, 4));
  }

  @Test
  void aSelectionRenumbersItsExamples() {
    var selection = dataset.select(4, 1).select(1);
    assertThat(selection.size()).isEqualTo(1);
    assertThat(selection.batch(0).labels().toInts()).containsExactly(1);
  }
}
