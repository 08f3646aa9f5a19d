package io.atelier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.formats.FormatException;
import io.atelier.formats.Safetensors;
import io.atelier.nn.Modules;
import io.atelier.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir private Path folder;

  @Test
  void buffersAreSavedAndLoadedWithTheWeights() {
    var file = folder.resolve("model.safetensors");
    new Safetensors(Modules.weights(Centred.of(1, 2, 3)), Map.of()).write(file);
    var fresh = Centred.of(0, 0, 0);
    Checkpoint.load(file, fresh, Safetensors.read(file).tensors());
    assertThat(fresh.shift().value().item()).isEqualTo(1);
    assertThat(fresh.mean().value().item()).isEqualTo(2);
    assertThat(fresh.batches().value().toLongs()).containsExactly(3);
  }

  @Test
  void everythingThatDoesNotFitIsSaidAtOnce() {
    var file = folder.resolve("model.safetensors");
    var weights = Map.of("mean", Tensor.scalar(1), "bias", Tensor.scalar(2));
    assertThatThrownBy(() -> Checkpoint.load(file, Centred.of(0, 0, 0), weights))
        .isInstanceOf(FormatException.class)
        .hasMessageEndingWith(
            "does not fit the model: shift is missing; batches is missing; the model has no bias");
  }
}
