package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.nn.Activation;
import io.atelier.nn.Linear;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs the examples of the package's own page, which stand here word for word. */
class PackageInfoTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\n(.*?) \\* \\}</pre>", Pattern.DOTALL);

  @Test
  void theExamplesOfThePageAreThoseThatRunHere() throws IOException {
    var page = Files.readString(Path.of("src/main/java/io/atelier/optim/package-info.java"));
    var source =
        dedented(Files.readString(Path.of("src/test/java/io/atelier/optim/PackageInfoTest.java")));
    var examples =
        EXAMPLE
            .matcher(page)
            .results()
            .map(example -> dedented(example.group(1).replaceAll("(?m)^ \\* ?", "")))
            .toList();
    assertThat(examples).hasSize(5).allSatisfy(example -> assertThat(source).contains(example));
  }

  /** Without the spaces at the beginning of lines. */
  private static String dedented(String code) {
    return code.replaceAll("(?m)^ +", "");
  }

  @Test
  void theExamplesTrain() {
    var rng = Rng.of(1);
    var model = Sequential.of(Linear.create(2, 8, rng), Activation.TANH, Linear.create(8, 1, rng));
    var x = Tensor.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
    var y = Tensor.of(new float[] {0, 1, 1, 0}, 4, 1);
    Supplier<Tensor> loss = () -> Loss.meanSquaredError(model.forward(x), y);
    double before = loss.get().item();

    var sgd = Sgd.rate(0.1).momentum(0.9).over(model);
    sgd.step(loss.get().backward());

    var head = Adam.rate(1e-3).over(Modules.trainable(model, path -> path.startsWith("2.")));
    var rule = AdamW.rate(1e-3);
    var all = rule.over(model, path -> path.endsWith("bias") ? rule.weightDecay(0) : rule);

    var mean = loss.get().backward().plus(loss.get().backward()).times(0.5);
    sgd.step(mean.clippedByNorm(1));

    head.step(loss.get().backward());
    all.step(loss.get().backward());
    assertThat(head.state().keySet()).allMatch(name -> name.contains(".2."));
    assertThat(all.state()).containsKey("square.0.bias");

    var schedule = Schedule.cosine().warmedUp(10);
    for (long step = 0; step < 100; step++) {
      sgd.rate(sgd.rule().rate() * schedule.factor(step, 100));
      sgd.step(loss.get().backward());
    }
    assertThat(loss.get().item()).isLessThan(before);

    var resumed = Sgd.rate(0.1).momentum(0.9).over(model);
    resumed.restore(sgd.state(), sgd.steps());
    assertThat(resumed.steps()).isEqualTo(102);
  }
}
