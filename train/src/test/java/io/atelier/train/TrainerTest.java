package io.atelier.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.data.Batch;
import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.formats.FormatException;
import io.atelier.nn.Architecture;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.optim.RateFinder;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  private static final Config SMALL =
      Config.of("bars", Shape.of(16), 4, "16-24relu-dropout0.2-4")
          .epochs(4)
          .batch(8)
          .learningRate(0.01)
          .seed(7)
          .validation(30);

  /** Everything that has a state of its own, or could: all of it must survive an interruption. */
  private static final Config IMAGES =
      Config.of("bars", Shape.of(1, 4, 4), 4, "conv4x3p1-bn-relu-pool2-8relu-dropout0.1-4")
          .epochs(4)
          .batch(8)
          .accumulate(2)
          .clip(1)
          .schedule("warmup1-cosine")
          .average("ema0.9")
          .transforms("shift1,noise0.05,normalize0.4/0.25")
          .learningRate(0.01)
          .earlyStopping(3)
          .seed(7)
          .validation(30);

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

  @ParameterizedTest
  @ValueSource(strings = {"ema0.9", "swa"})
  void augmentedNormalisedAveragedAndAccumulatedItEndsWithTheSameBytesToo(String average)
      throws IOException {
    var config = IMAGES.average(average);
    var whole = train("whole", config, -1);
    for (int steps : new int[] {1, 11, 16, 25, 31}) { // of 8 in each of 4 epochs
      var run = train("interrupted-" + steps, config, steps);
      var resumed = Run.open(run.directory());
      var trainer = trainer(resumed);
      resumed.resume(trainer);
      assertThat(trainer.progress().step()).isEqualTo(steps);
      assertThat(trainer.run()).isTrue();
      assertSameFiles(whole.directory(), run.directory());
    }
  }

  @Test
  void aConvolutionalNetworkLearnsToo() {
    var events = new ArrayList<Event>();
    var config = IMAGES.epochs(8).earlyStopping(0).transforms("noise0.05,normalize0.4/0.25");
    var trainer = new Trainer(config, bars(150), () -> bars(50), events::add, (_, _) -> {});
    assertThat(trainer.run()).isTrue();
    var last = (Event.EpochEnded) events.get(events.size() - 2);
    assertThat(last.metrics().accuracy()).isGreaterThan(0.9);
  }

  /** Gradients of two batches of 10 added up are those of one of 20, the last one smaller. */
  @Test
  void accumulatedBatchesAreOneLargeBatch() {
    var large =
        Config.of("bars", Shape.of(16), 4, "16-24tanh-4")
            .epochs(2)
            .batch(20)
            .optimizer(OptimizerKind.MOMENTUM);
    var whole = new Trainer(large, bars(150), () -> bars(50), _ -> {}, (_, _) -> {});
    var steps = new ArrayList<Event>();
    var parts =
        new Trainer(
            large.batch(10).accumulate(2), bars(150), () -> bars(50), steps::add, (_, _) -> {});
    whole.run();
    parts.run();
    assertThat(parts.progress().step()).isEqualTo(whole.progress().step()).isEqualTo(16);
    assertThat(steps.getFirst())
        .isInstanceOfSatisfying(
            Event.Stepped.class,
            first -> {
              assertThat(first.batch()).isEqualTo(2);
              assertThat(first.examples()).isEqualTo(20);
            });
    var expected = Modules.weights(whole.model());
    Modules.weights(parts.model())
        .forEach((path, tensor) ->
            assertThat(tensor.toFloats())
                .as(path)
                .containsExactly(requireNonNull(expected.get(path)).toFloats(), within(1e-5f)));
  }

  /** Plain descent moves the weights by the rate times the gradient. */
  @Test
  void aClippedGradientIsNoLongerThanAsked() {
    var config =
        Config.of("bars", Shape.of(16), 4, "16-4")
            .epochs(1)
            .batch(150)
            .optimizer(OptimizerKind.SGD)
            .learningRate(1)
            .clip(0.01);
    var trainer = new Trainer(config, bars(150), () -> bars(50), _ -> {}, (_, _) -> {});
    var before = Modules.weights(trainer.model());
    trainer.run();
    double squares = 0;
    for (var entry : Modules.weights(trainer.model()).entrySet()) {
      squares +=
          entry.getValue().minus(requireNonNull(before.get(entry.getKey()))).squared().sum().item();
    }
    assertThat(Math.sqrt(squares)).isCloseTo(0.01, within(1e-6));
  }

  /** Of eight epochs the last two count. */
  @Test
  void stochasticWeightAveragingKeepsTheMeanOfTheLastEpochs() {
    var config = Config.of("bars", Shape.of(16), 4, "16-4").epochs(8).batch(50).average("swa");
    var weights = new ArrayList<Map<String, Tensor>>();
    var trainer = new Trainer[1];
    trainer[0] =
        new Trainer(
            config,
            bars(150),
            () -> bars(50),
            event -> {
              if (event instanceof Event.Stepped stepped && stepped.batch() == stepped.batches()) {
                weights.add(Modules.weights(trainer[0].model()));
              }
            },
            (_, _) -> {});
    trainer[0].run();
    var model = Modules.weights(trainer[0].model());
    model.forEach((path, tensor) -> {
      var first = requireNonNull(weights.get(6).get(path));
      var second = requireNonNull(weights.get(7).get(path));
      assertThat(tensor.toFloats())
          .as(path)
          .containsExactly(first.plus(second).times(0.5).toFloats(), within(1e-6f));
    });
  }

  /** 121 examples in batches of 8: a last one alone would have no variance. */
  @Test
  void batchNormalisationOfVectorsDoesNotMeetABatchOfOne() {
    var config =
        Config.of("bars", Shape.of(16), 4, "16-8-bn-relu-4").epochs(2).batch(8).average("ema0.9");
    var steps = new ArrayList<Event.Stepped>();
    var trainer =
        new Trainer(
            config,
            bars(121),
            () -> bars(50),
            event -> {
              if (event instanceof Event.Stepped step) {
                steps.add(step);
              }
            },
            (_, _) -> {});
    assertThat(trainer.run()).isTrue();
    assertThat(steps).hasSize(30).allMatch(step -> step.examples() == 8 && step.batches() == 15);
  }

  /** Of 121 examples without batch normalisation, none is left out. */
  @Test
  void otherNetworksTakeABatchOfOne() {
    var config = Config.of("bars", Shape.of(16), 4, "16-8relu-4").epochs(1).batch(8);
    var trainer = new Trainer(config, bars(121), () -> bars(50), _ -> {}, (_, _) -> {});
    assertThat(trainer.run()).isTrue();
    assertThat(trainer.progress().step()).isEqualTo(16);
  }

  /** What 0.9^50 leaves of the statistics of the un-averaged weights is half a percent. */
  @Test
  void averagedWeightsHaveStatisticsOfTheirOwnOnASmallSetToo() {
    var config =
        Config.of("bars", Shape.of(1, 4, 4), 4, "bn-16-4").epochs(1).batch(50).average("ema0.9");
    var trainer = new Trainer(config, bars(50), () -> bars(50), _ -> {}, (_, _) -> {});
    trainer.run();
    var mean = requireNonNull(Modules.weights(trainer.model()).get("0.running_mean"));
    double truth = bars(50).batch(IntStream.range(0, 50).toArray()).inputs().mean().item();
    // of 0 at the start, 51 batches that are the whole set
    assertThat(mean.item()).isCloseTo(truth * (1 - Math.pow(0.9, 51)), within(1e-5));
  }

  /** A data set that is asked for as large images are: few at once. */
  @Test
  void largeExamplesAreJudgedFewAtATime() {
    var sizes = new ArrayList<Integer>();
    var images =
        new Dataset() {
          @Override
          public int size() {
            return 7;
          }

          @Override
          public Shape shape() {
            return Shape.of(3, 400, 400);
          }

          @Override
          public int classes() {
            return 2;
          }

          @Override
          public Batch batch(int... indices) {
            sizes.add(indices.length);
            int n = indices.length;
            return new Batch(Tensor.zeros(n, 3, 400, 400), Tensor.of(new int[n], n));
          }
        };
    var network = Architecture.parse("gap-2").create(images.shape(), Rng.of(1));
    assertThat(Metrics.of(network, images, Loss::crossEntropy).count()).isEqualTo(7);
    assertThat(sizes).containsExactly(2, 2, 2, 1);
  }

  /** Judged as PyTorch's lab does it: (x - mean) / deviation, and nothing at random. */
  @Test
  void aNetworkIsJudgedByNormalisedImagesInItsOwnShape() {
    var config = Config.of("bars", Shape.of(1, 4, 4), 4, "16-4");
    var judged = config.transforms("shift1,normalize0.5/0.25").judged(bars(10)).batch(3).inputs();
    var raw = bars(10).batch(3).inputs();
    assertThat(judged.shape()).isEqualTo(Shape.of(1, 1, 4, 4));
    assertThat(judged.toFloats())
        .containsExactly(raw.minus(0.5).dividedBy(0.25).toFloats(), within(1e-6f));
  }

  @Test
  void threadsDoNotChangeTheBytesOfAConvolutionalTraining() throws IOException {
    var wide = IMAGES.epochs(1).batch(50).accumulate(1);
    Machine.useThreads(1);
    var one = train("one", wide, -1);
    for (int count = 2; count <= 3; count++) {
      Machine.useThreads(count);
      assertSameFiles(one.directory(), train("threads-" + count, wide, -1).directory());
    }
  }

  @Test
  void aRateIsFoundAndTheTrainingIsWhereItWas() {
    var trainer = new Trainer(SMALL, bars(150), () -> bars(50), _ -> {}, (_, _) -> {});
    var before = values(Modules.weights(trainer.model()));
    var curve = trainer.findRate(RateFinder.between(1e-5, 10).steps(40));
    assertThat(curve.points()).hasSizeBetween(10, 40);
    assertThat(curve.suggestion().orElseThrow()).isBetween(1e-4, 1.0);
    assertThat(values(Modules.weights(trainer.model()))).isEqualTo(before);
    assertThat(trainer.progress()).isEqualTo(Progress.start());
  }

  @Test
  void threadsDoNotChangeTheBytes() throws IOException {
    var wide =
        Config.of("bars", Shape.of(16), 4, "16-6000tanh-4")
            .epochs(1)
            .batch(50)
            .optimizer(OptimizerKind.MOMENTUM)
            .schedule("step")
            .seed(7);
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
        Config.of("bars", Shape.of(16), 4, "16-24relu-4")
            .epochs(50)
            .batch(8)
            .optimizer(OptimizerKind.SGD)
            .learningRate(0.5)
            .earlyStopping(2)
            .seed(7)
            .validation(30);
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
        Config.of("bars", Shape.of(16), 4, "16-24relu-24relu-4")
            .epochs(4)
            .batch(8)
            .optimizer(OptimizerKind.SGD)
            .learningRate(1e12)
            .seed(7)
            .validation(30);
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
    return new ByteDataset(pixels, labels, Shape.of(1, 4, 4), 4);
  }
}
