package io.atelier.explain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.nn.BatchNorm;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.Modules;
import io.atelier.nn.Sequential;
import io.atelier.optim.Sgd;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransferTest {
  /** Of class k = i mod 4, the pixels are i and 100 + k. */
  private static Dataset data(int size) {
    byte[] pixels = new byte[2 * size];
    byte[] labels = new byte[size];
    for (int i = 0; i < size; i++) {
      pixels[2 * i] = (byte) i;
      pixels[2 * i + 1] = (byte) (100 + i % 4);
      labels[i] = (byte) (i % 4);
    }
    return new ByteDataset(pixels, labels, Shape.of(2), 4);
  }

  @Test
  void classesAreKeptAndNumberedAnew() {
    var chosen = Transfer.classes(data(21), 3, 1);
    assertThat(chosen.size()).isEqualTo(10);
    assertThat(chosen.classes()).isEqualTo(2);
    var batch = chosen.batch(0, 1, 9);
    assertThat(batch.labels().toInts()).containsExactly(1, 0, 0); // examples 1, 3 and 19
    assertThat(batch.inputs().times(255).toFloats())
        .containsExactly(new float[] {1, 101, 3, 103, 19, 103}, within(1e-4f));
    assertThatThrownBy(() -> Transfer.classes(data(8), 1, 4))
        .hasMessage("there is no class 4 of 4");
  }

  @Test
  void asManyOfEachClassAreDrawn() {
    var few = Transfer.perClass(data(100), 3, Rng.of(1));
    assertThat(few.size()).isEqualTo(12);
    var batch = few.batch(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(batch.labels().toInts())
        .containsExactlyInAnyOrder(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);
    assertThat(batch.inputs().select(1, 0).toFloats()).doesNotHaveDuplicates();
    assertThatThrownBy(() -> Transfer.perClass(data(6), 2, Rng.of(1)))
        .hasMessage("class 2 has 1 examples, fewer than the 2 wanted");
  }

  @Test
  void aFrozenBodyStaysAsItIsAndATunedOneMoves() {
    var body = Sequential.of(Linear.create(2, 5, Rng.of(1)), BatchNorm.create(5), Tensor::tanh);
    var before = Modules.weights(body);
    var data = data(40);
    var features = Transfer.features(body, data);
    try (var _ = Step.inference()) {
      assertThat(features.batch(7, 30).inputs().toFloats())
          .isEqualTo(body.forward(data.batch(7, 30).inputs()).toFloats());
    }
    assertThat(features.shape()).isEqualTo(Shape.of(5));
    assertThat(features.batch(7, 30).labels().toInts()).containsExactly(3, 2);

    var head = Linear.create(5, 4, Rng.of(2));
    var untrained = Modules.weights(head);
    Transfer.fit(head, Sgd.rate(0.1).over(head), features, 3, 8, Rng.of(3));
    assertThat(moved(body, before)).isEmpty();
    assertThat(head.weight().value().toFloats())
        .isNotEqualTo(requireNonNull(untrained.get("weight")).toFloats());

    var whole = Sequential.of(body, head);
    Transfer.fit(whole, Sgd.rate(0.1).over(whole), data, 1, 8, Rng.of(4));
    assertThat(moved(body, before)).contains("0.weight", "1.running_mean", "1.running_var");
  }

  private static List<String> moved(Layer body, Map<String, Tensor> before) {
    return Modules.weights(body).entrySet().stream()
        .filter(now ->
            now.getValue().equalTo(requireNonNull(before.get(now.getKey()))).all().item() == 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Learnt from scratch: which of two pixels is the brighter. */
  @Test
  void fittingTeaches() {
    byte[] pixels = new byte[400];
    byte[] labels = new byte[200];
    var rng = Rng.of(1);
    for (int i = 0; i < 200; i++) {
      int first = rng.nextInt(256);
      int second = rng.nextInt(256);
      pixels[2 * i] = (byte) first;
      pixels[2 * i + 1] = (byte) second;
      labels[i] = (byte) (first > second ? 1 : 0);
    }
    var data = new ByteDataset(pixels, labels, Shape.of(2), 2);
    var model = Linear.create(2, 2, Rng.of(2));
    Transfer.fit(model, Sgd.rate(2).over(model), data, 60, 20, Rng.of(3));
    assertThat(Transfer.accuracy(model, data)).isGreaterThan(0.97);
  }
}
