package io.atelier.checks;

import io.atelier.nn.Architecture;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.optim.Adam;
import io.atelier.optim.Optimizer;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.Arrays;

/**
 * Trains a small network for 20,000 steps, half of them inside a {@link Step} and half outside, and
 * prints ten times how many bytes are in use after a collection.
 */
final class FlatMemoryProgram {
  private static final int STEPS = 20_000;
  private static final int BATCH = 8;
  private static final int INPUTS = 32;

  private FlatMemoryProgram() {}

  public static void main(String[] arguments) {
    var rng = Rng.of(3);
    Layer model = Architecture.parse("32-64relu-10").create(rng.split());
    var optimizer = Adam.rate(1e-4).over(model);
    for (int step = 1; step <= STEPS; step++) {
      if (step % 2 == 0) {
        step(model, optimizer, rng);
      } else {
        try (var _ = Step.training(rng)) {
          step(model, optimizer, rng);
        }
      }
      if (step % (STEPS / 10) == 0) {
        System.out.println(used());
      }
    }
  }

  private static void step(Layer model, Optimizer optimizer, Rng rng) {
    float[] values = new float[BATCH * INPUTS];
    int[] labels = new int[BATCH];
    Arrays.setAll(labels, _ -> rng.nextInt(10));
    for (int i = 0; i < values.length; i++) {
      values[i] = rng.nextFloat();
    }
    var logits = model.forward(Tensor.of(values, BATCH, INPUTS));
    optimizer.step(Loss.crossEntropy(logits, Tensor.of(labels, BATCH)).backward());
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
