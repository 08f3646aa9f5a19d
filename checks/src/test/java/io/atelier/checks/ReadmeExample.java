package io.atelier.checks;

import io.atelier.data.Dataset;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.Loss;
import io.atelier.optim.Sgd;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.train.Metrics;

/** The code that the README shows. */
final class ReadmeExample {
  private ReadmeExample() {}

  record Mlp(Linear hidden, Linear output) implements Layer {
    static Mlp create(int in, int width, int classes, Rng rng) {
      return new Mlp(Linear.create(in, width, rng), Linear.create(width, classes, rng));
    }

    @Override
    public Tensor forward(Tensor x) { // [N, in] -> [N, classes]
      return output.forward(hidden.forward(x).relu());
    }
  }

  static double train(Dataset training, Dataset test) {
    var rng = Rng.of(42);
    var model = Mlp.create(784, 128, 10, rng);
    var sgd = Sgd.rate(0.1).momentum(0.9).over(model); // settings are a value, this makes the state

    for (var batch : training.batches(64, rng.split())) {
      try (var _ = Step.training(rng)) {
        var loss = Loss.crossEntropy(model.forward(batch.inputs()), batch.labels());
        sgd.step(loss.backward()); // gradients are a value: nothing to zero
      }
    }
    return Metrics.of(model, test, Loss::crossEntropy).accuracy();
  }
}
