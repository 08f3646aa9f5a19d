package io.atelier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.nn.Modules;
import io.atelier.tensor.Shape;
import io.atelier.train.Profile.Kind;
import io.atelier.train.Profile.Line;
import io.atelier.train.Profile.Phase;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProfileTest {
  private static final int EXAMPLES = 20;
  private static final int EPOCHS = 3;

  /** Widths and batch are equal, so that the sizes of a product do not tell what it is. */
  private static final String SQUARE = "16-8relu-8tanh-8relu-4";

  private final AtomicLong clock = new AtomicLong();

  @ParameterizedTest
  @EnumSource
  void aProfileDoesNotChangeABit(OptimizerKind optimizer) {
    var plain = trainer(SQUARE, 8, optimizer);
    var profiled = trainer(SQUARE, 8, optimizer);
    profiled.measure(new Profile());
    assertThat(plain.run()).isTrue();
    assertThat(profiled.run()).isTrue();
    assertThat(weights(profiled)).isEqualTo(weights(plain));
  }

  /** The clock ticks each time it is read, so each stretch of a phase lasts one tick. */
  @Test
  void thePhasesAddUpToTheTimeOfTheRun() {
    var profile = new Profile(clock::incrementAndGet);
    var trainer = trainer(SQUARE, 8, OptimizerKind.ADAMW);
    trainer.measure(profile);
    trainer.run();
    long steps = 3 * EPOCHS; // 8 + 8 + 4 examples
    assertThat(profile.steps()).isEqualTo(steps);
    for (var phase : List.of(Phase.DATA, Phase.FORWARD, Phase.BACKWARD, Phase.UPDATE)) {
      assertThat(profile.nanoseconds(phase)).as("%s", phase).isEqualTo(steps);
    }
    assertThat(profile.nanoseconds(Phase.REST)).isEqualTo(steps + 2 * EPOCHS);
    assertThat(profile.nanoseconds(Phase.EVALUATION)).isEqualTo(EPOCHS);
    long sum = Arrays.stream(Phase.values()).mapToLong(profile::nanoseconds).sum();
    assertThat(sum).isEqualTo(clock.get() - 1);
  }

  @ParameterizedTest
  @EnumSource
  void theMultiplyAddsOfALayerAreExamplesTimesInputsTimesOutputs(OptimizerKind optimizer) {
    var profile = new Profile();
    var trainer = trainer(SQUARE, 8, optimizer);
    trainer.measure(profile);
    trainer.run();
    long examples = EXAMPLES * EPOCHS;
    assertThat(profile.lines(trainer.model()))
        .extracting(Line::layers, Line::weight, Line::kind, line -> line.work().multiplyAdds())
        .containsExactly(
            tuple("0", Shape.of(8, 16), Kind.FORWARD, examples * 16 * 8),
            tuple("0", Shape.of(8, 16), Kind.WEIGHT_GRADIENT, examples * 16 * 8),
            tuple("2, 4", Shape.of(8, 8), Kind.FORWARD, 2 * examples * 8 * 8),
            tuple("2, 4", Shape.of(8, 8), Kind.INPUT_GRADIENT, 2 * examples * 8 * 8),
            tuple("2, 4", Shape.of(8, 8), Kind.WEIGHT_GRADIENT, 2 * examples * 8 * 8),
            tuple("6", Shape.of(4, 8), Kind.FORWARD, examples * 8 * 4),
            tuple("6", Shape.of(4, 8), Kind.INPUT_GRADIENT, examples * 8 * 4),
            tuple("6", Shape.of(4, 8), Kind.WEIGHT_GRADIENT, examples * 8 * 4));
    long layers = 16 * 8 + 2 * 8 * 8 + 8 * 4;
    assertThat(multiplyAdds(profile, Phase.FORWARD)).isEqualTo(examples * layers);
    assertThat(multiplyAdds(profile, Phase.BACKWARD)).isEqualTo(examples * (layers - 16 * 8));
    assertThat(multiplyAdds(profile, Phase.UPDATE)).isEqualTo(examples * layers);
    for (var phase : Phase.values()) { // a product is a part of its phase
      assertThat(profile.products(phase).nanoseconds())
          .isLessThanOrEqualTo(profile.nanoseconds(phase));
    }
  }

  /** Of the first layer nobody wants the gradient of its input. */
  @Test
  void theMultiplyAddsOfAConvolutionAreThoseOfItsDefinition() {
    var profile = new Profile();
    var data = data(EXAMPLES).reshape(1, 4, 4);
    var config =
        Config.of("", Shape.of(1, 4, 4), 4, "conv3x3relu-conv5x2-4").epochs(1).batch(EXAMPLES);
    var trainer = new Trainer(config, data, () -> data, _ -> {}, (_, _) -> {});
    trainer.measure(profile);
    trainer.run();
    long first = EXAMPLES * 3 * 9 * (2 * 2);
    long second = EXAMPLES * 5 * (3 * 4);
    assertThat(profile.lines(trainer.model()).subList(0, 2))
        .extracting(Line::layers, Line::kind, line -> line.work().multiplyAdds())
        .containsExactly(
            tuple("0", Kind.CONVOLUTION, 2 * first), tuple("2", Kind.CONVOLUTION, 3 * second));
  }

  @Test
  void theGradientOfWeightsOfALargeBatchBelongsToThePhaseThatComputesIt() {
    var profile = new Profile();
    var data = data(400);
    var trainer =
        new Trainer(
            config("16-5-4", 400, OptimizerKind.SGD), data, () -> data, _ -> {}, (_, _) -> {});
    trainer.measure(profile);
    trainer.run();
    long layers = 400 * EPOCHS * (16 * 5 + 5 * 4);
    assertThat(multiplyAdds(profile, Phase.BACKWARD)).isEqualTo(layers + 400 * EPOCHS * 5 * 4);
    assertThat(multiplyAdds(profile, Phase.UPDATE)).isZero();
  }

  private static long multiplyAdds(Profile profile, Phase phase) {
    return profile.products(phase).multiplyAdds();
  }

  private static List<String> weights(Trainer trainer) {
    return Modules.weights(trainer.model()).values().stream()
        .map(tensor -> Arrays.toString(tensor.toFloats()))
        .toList();
  }

  private static Trainer trainer(String layers, int batch, OptimizerKind optimizer) {
    var data = data(EXAMPLES);
    return new Trainer(config(layers, batch, optimizer), data, () -> data, _ -> {}, (_, _) -> {});
  }

  private static Config config(String layers, int batch, OptimizerKind optimizer) {
    return Config.of("", Shape.of(16), 4, layers)
        .epochs(EPOCHS)
        .batch(batch)
        .optimizer(optimizer)
        .learningRate(0.01)
        .seed(7);
  }

  private static Dataset data(int count) {
    byte[] values = new byte[count * 16];
    byte[] labels = new byte[count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (i * 37);
      labels[i / 16] = (byte) (i / 16 % 4);
    }
    return new ByteDataset(values, labels, Shape.of(16), 4);
  }
}
