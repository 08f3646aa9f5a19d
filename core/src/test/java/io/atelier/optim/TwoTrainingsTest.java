package io.atelier.optim;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.nn.Activation;
import io.atelier.nn.Dropout;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trainings on several threads of one program share its helpers and nothing else. */
class TwoTrainingsTest {
  private static final int BATCH = 64;
  private static final int STEPS = 25;
  private final int threads = Machine.threads();

  @AfterEach
  void restoreThreads() {
    Machine.useThreads(threads);
  }

  /** What is done before each step: nothing, or wait for the other training. */
  @FunctionalInterface
  private interface Beat {
    void await() throws Exception;
  }

  @Test
  void twoTrainingsAtOnceGiveTheBitsThatEachGivesAlone() throws Exception {
    Machine.useThreads(3);
    var first = first(() -> {});
    var second = second(() -> {});
    assertThat(first).isNotEqualTo(second);

    var both = new CyclicBarrier(2); // each step of one meets a step of the other
    Beat together = () -> both.await(1, TimeUnit.MINUTES);
    try (var pool = Executors.newFixedThreadPool(2)) {
      var firstAgain = pool.submit(() -> first(together));
      var secondAgain = pool.submit(() -> second(together));
      assertThat(firstAgain.get()).isEqualTo(first);
      assertThat(secondAgain.get()).isEqualTo(second);
    }
  }

  private static Map<String, Integer> first(Beat beat) throws Exception {
    var rng = Rng.of(1);
    var model =
        Sequential.of(
            Linear.create(300, 400, rng),
            Activation.RELU,
            new Dropout(0.2),
            Linear.create(400, 10, rng));
    return train(model, 300, Sgd.rate(0.1).momentum(0.9), rng, beat);
  }

  private static Map<String, Integer> second(Beat beat) throws Exception {
    var rng = Rng.of(2);
    var model =
        Sequential.of(Linear.create(500, 300, rng), Activation.TANH, Linear.create(300, 10, rng));
    return train(model, 500, Adam.rate(0.001), rng, beat);
  }

  /** Products of 7 million multiply-adds and more, each of which is split among the helpers. */
  private static Map<String, Integer> train(
      Layer model, int inputs, UpdateRule rule, Rng rng, Beat beat) throws Exception {
    var optimizer = rule.over(model);
    for (int step = 0; step < STEPS; step++) {
      float[] values = new float[BATCH * inputs];
      int[] labels = new int[BATCH];
      for (int i = 0; i < values.length; i++) {
        values[i] = rng.nextFloat() - 0.5f;
      }
      Arrays.setAll(labels, _ -> rng.nextInt(10));
      beat.await();
      try (var _ = Step.training(rng)) {
        var logits = model.forward(Tensor.of(values, BATCH, inputs));
        optimizer.step(Loss.crossEntropy(logits, Tensor.of(labels, BATCH)).backward());
      }
    }
    var hashes = new TreeMap<String, Integer>();
    Modules.weights(model)
        .forEach((path, weights) -> hashes.put(path, Arrays.hashCode(weights.toFloats())));
    return hashes;
  }
}
