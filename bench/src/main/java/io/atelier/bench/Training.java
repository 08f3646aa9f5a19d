package io.atelier.bench;

import io.atelier.data.Batch;
import io.atelier.nn.Loss;
import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Training steps of a network with cross-entropy, in samples.
 *
 * @param checkedSteps after so many steps all engines must have the same loss
 */
record Training(Network network, int batch, UpdateRule rule, int checkedSteps) implements Problem {
  List<Batch> batches() {
    return network.batches(batch);
  }

  @Override
  public double amount() {
    return batch;
  }

  @Override
  public Work atelier() {
    var batches = batches();
    var model = network.model();
    var optimizer = rule.over(model);
    var rng = Rng.of(1);
    return new Work() {
      private int step;

      private double step() {
        var batch = batches.get(step++ % batches.size());
        try (var _ = Step.training(rng)) {
          var loss = Loss.crossEntropy(model.forward(batch.inputs()), batch.labels());
          optimizer.step(loss.backward());
          return loss.item();
        }
      }

      @Override
      public void run() {
        step();
      }

      @Override
      public float[] check() {
        return checked(this::step);
      }
    };
  }

  /**
   * Takes the first steps.
   *
   * @param step takes one and returns its loss
   * @return the loss of the last
   */
  float[] checked(DoubleSupplier step) {
    double loss = 0;
    for (int i = 0; i < checkedSteps; i++) {
      loss = step.getAsDouble();
    }
    return new float[] {(float) loss};
  }
}
