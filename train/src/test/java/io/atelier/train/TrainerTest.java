package io.atelier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.formats.FormatException;
import io.atelier.nn.Modules;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import io.atelier.train.Config.OptimizerKind;
import io.atelier.train.Config.ScheduleKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final Config SMALL =
      new Config(
          "bars",
          "16-24relu-4",
          4,
          8,
          OptimizerKind.ADAMW,
          0.01,
          0,
          0.01,
          0.2,
          ScheduleKind.COSINE,
          0,
          7,
          30);

  private final int threads = Machine.threads();

  @TempDir private Path folder;

  @AfterEach
  void restoreThreads() {
    Machine.useThreads(threads);
  }

  @Test
  void aTrainingLearnsWhatItIsTaught() {
    var events = new ArrayList<Event>();
    var trainer = new Trainer(SMALL, bars(150), () -> bars(50), events::add, (_, _) -> {});
    assertThat(trainer.run()).isTrue();
    var last = (Event.EpochEnded) events.get(events.size() - 2);
    assertThat(last.metrics().accuracy()).isGreaterThan(0.95);
    assertThat(last.metrics().count()).isEqualTo(30);
    assertThat(events.getLast()).isEqualTo(new Event.Ended(4 * 15, 4, OptionalInt.empty()));
  }

  @Test
  void interruptedAfterAnyStepARunEndsWithTheSameBytes() throws IOException {
    var whole = train("whole", SMALL, -1);
    for (int steps = 0; steps < 60; steps += 7) {
      var run = train("interrupted-" + steps, SMALL, steps);
      assertThat(run.isFinished()).isFalse();
      var resumed = Run.open(run.directory());
      var trainer = trainer(resumed);
      resumed.resume(trainer);
      assertThat(trainer.progress().step()).isEqualTo(steps);
      assertThat(trainer.run()).isTrue();
      assertSameFiles(whole.directory(), run.directory());
    }
  }

  @Test
  void threadsDoNotChangeTheBytes() throws IOException {
    var wide =
        new Config(
            "bars",
            "16-6000tanh-4",
            1,
            50,
            OptimizerKind.SGD,
            0.1,
            0.9,
            0,
            0,
            ScheduleKind.STEP,
            0,
            7,
            0);
    Machine.useThreads(1);
    var one = train("one", wide, -1);
    for (int count = 2; count <= 3; count++) {
      Machine.useThreads(count);
      assertSameFiles(one.directory(), train("threads-" + count, wide, -1).directory());
    }
  }

  @Test
  void earlyStoppingBringsTheBestWeightsBack() {
    var config =
        new Config(
            "bars",
            "16-24relu-4",
            50,
            8,
            OptimizerKind.SGD,
            0.5,
            0,
            0,
            0,
            ScheduleKind.CONSTANT,
            2,
            7,
            30);
    var events = new ArrayList<Event>();
    var trainer = new Trainer(config, bars(150), () -> bars(50), events::add, (_, _) -> {});
    assertThat(trainer.run()).isTrue();
    var epochs =
        events.stream()
            .filter(Event.EpochEnded.class::isInstance)
            .map(Event.EpochEnded.class::cast)
            .toList();
    var ended = (Event.Ended) events.getLast();
    assertThat(ended.epoch()).isLessThan(50).isEqualTo(ended.bestEpoch().orElseThrow() + 2);
    double best = epochs.get(ended.bestEpoch().orElseThrow() - 1).metrics().accuracy();
    assertThat(epochs).allMatch(epoch -> epoch.metrics().accuracy() <= best);
    assertThat(values(Modules.weights(trainer.model()))).isEqualTo(values(trainer.bestWeights()));
  }

  private static List<String> values(Map<String, Tensor> weights) {
    return weights.values().stream().map(tensor -> Arrays.toString(tensor.toFloats())).toList();
  }

  @Test
  void aLossThatIsNoNumberStopsTheTrainingAndNamesTheCure() {
    var config =
        new Config(
            "bars",
            "16-24relu-24relu-4",
            4,
            8,
            OptimizerKind.SGD,
            1e12,
            0,
            0,
            0,
            ScheduleKind.CONSTANT,
            0,
            7,
            30);
    var trainer = new Trainer(config, bars(150), () -> bars(50), _ -> {}, (_, _) -> {});
    assertThatThrownBy(trainer::run)
        .isInstanceOf(DivergedException.class)
        .hasMessageMatching(
            "the loss is (infinite|not a number) at step \\d+ with learning rate 1.0E12; try a"
                + " smaller learning rate .*");
  }

  @Test
  void aFolderThatHoldsARunIsNotOverwritten() {
    train("taken", SMALL, 3);
    assertThatThrownBy(() -> train("taken", SMALL, 3))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("holds a run already");
  }

  @Test
  void aFolderIsTrainedByOneAtATime() {
    var run = train("busy", SMALL, 3);
    try (var first = Run.open(run.directory());
        var second = Run.open(run.directory())) {
      first.resume(trainer(first));
      assertThatThrownBy(() -> second.resume(trainer(second)))
          .isInstanceOf(RunException.class)
          .hasMessageEndingWith("is being trained already");
    }
  }

  @Test
  void aCorruptCheckpointIsRefused() throws IOException {
    var run = train("corrupt", SMALL, 3);
    var file = run.directory().resolve("checkpoint.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    var opened = Run.open(run.directory());
    assertThatThrownBy(() -> opened.resume(trainer(opened))).isInstanceOf(FormatException.class);
  }

  @Test
  void aCheckpointOfAnotherNetworkIsRefusedWithEverythingThatDiffers() throws IOException {
    var run = train("foreign", SMALL, 3);
    var file = run.directory().resolve("config.json");
    Files.writeString(file, Files.readString(file).replace("24relu", "25relu"));
    assertThatThrownBy(() -> Run.open(run.directory()).model())
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("0.weight is [24, 16] in the file and [25, 16] in the model")
        .hasMessageContaining("0.bias is [24] in the file and [25] in the model");
  }

  @Test
  void theLogIsCutBackToTheCheckpoint() throws IOException {
    var run = train("log", SMALL, 15);
    var log = run.directory().resolve("events.jsonl");
    Files.writeString(
        log, Files.readString(log) + "{\"event\":\"step\",\"step\":99}\n{\"event\":\"st");
    var opened = Run.open(run.directory());
    opened.resume(trainer(opened));
    assertThat(Files.readAllLines(log))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("{\"event\":\"epoch\",\"step\":15,\"accuracy\":");
  }

  /** Trains in a new folder; interrupts after some steps unless the number is negative. */
  private Run train(String name, Config config, int steps) {
    var run =
        Run.create(folder.resolve(name), config, new Provenance("", "", "", "", List.of(), ""));
    var trainer = trainer(run);
    if (steps == 0) {
      trainer.interrupt();
    }
    interruptAfter = steps;
    assertThat(trainer.run()).isEqualTo(steps < 0);
    run.close();
    return run;
  }

  private int interruptAfter;

  private Trainer trainer(Run run) {
    interruptAfter = -1;
    var trainer = new Trainer[1];
    trainer[0] =
        new Trainer(
            run.config(),
            bars(150),
            () -> bars(50),
            event -> {
              run.log(event);
              if (event.step() == interruptAfter) {
                trainer[0].interrupt();
              }
            },
            run::save);
    return trainer[0];
  }

  private static void assertSameFiles(Path expected, Path actual) throws IOException {
    for (var name : List.of("model.safetensors", "checkpoint.safetensors")) {
      assertThat(Files.readAllBytes(actual.resolve(name)))
          .as("%s of %s", name, actual)
          .isEqualTo(Files.readAllBytes(expected.resolve(name)));
    }
  }

  /** Noisy pictures of 4 x 4 pixels with one bright row; the class is its number. */
  private static Dataset bars(int count) {
    var rng = Rng.of(count);
    byte[] pixels = new byte[count * 16];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 4);
      for (int pixel = 0; pixel < 16; pixel++) {
        int bright = pixel / 4 == labels[i] ? 120 : 0;
        pixels[i * 16 + pixel] = (byte) (bright + rng.nextInt(120));
      }
    }
    return new ByteDataset(pixels, labels, Shape.of(16), 4);
  }
}
