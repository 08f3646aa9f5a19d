package io.atelier.checks;

import io.atelier.nn.Activation;
import io.atelier.nn.Architecture;
import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.optim.Adam;
import io.atelier.optim.AdamW;
import io.atelier.optim.Sgd;
import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.Arrays;

/**
 * Trains one small network of each kind for a few steps and prints a hash of every weight.
 *
 * <p>{@code SameBitsTest} runs it in JVMs with other vector widths, compilers and numbers of
 * threads.
 */
final class SameBitsProgram {
  private static final int EXAMPLES = 37;
  private static final int STEPS = 3;

  private SameBitsProgram() {}

  /** The argument is the number of threads. */
  public static void main(String[] arguments) {
    Machine.useThreads(Integer.parseInt(arguments[0]));
    for (var activation : Activation.values()) {
      var layers = "29-23" + activation + "-dropout0.2-7";
      train(activation.toString(), layers, Adam.rate(0.01));
    }
    train("sgd with momentum", "29-400relu-7", Sgd.rate(0.1).momentum(0.9).weightDecay(1e-4));
    train("adamw, split among threads", "29-6000tanh-400relu-7", AdamW.rate(0.01));
  }

  private static void train(String name, String layers, UpdateRule rule) {
    var rng = Rng.of(5);
    var architecture = Architecture.parse(layers);
    Layer model = architecture.create(rng.split());
    var optimizer = rule.over(model);
    var inputs = uniform(rng, EXAMPLES * architecture.inputs());
    var x = Tensor.of(inputs, EXAMPLES, architecture.inputs());
    var labels = new int[EXAMPLES];
    Arrays.setAll(labels, _ -> rng.nextInt(architecture.outputs()));
    double loss = 0;
    for (int step = 0; step < STEPS; step++) {
      try (var _ = Step.training(rng)) {
        var value = Loss.crossEntropy(model.forward(x), Tensor.of(labels, EXAMPLES));
        optimizer.step(value.backward());
        loss = value.item();
      }
    }
    long hash = Double.doubleToLongBits(loss);
    for (var weights : Modules.weights(model).values()) {
      hash = 31 * hash + Arrays.hashCode(weights.toFloats());
    }
    System.out.println(name + " " + Long.toHexString(hash));
  }

  private static float[] uniform(Rng rng, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = rng.nextFloat() - 0.5f;
    }
    return values;
  }
}
