package io.atelier.bench;

import io.atelier.nn.Linear;
import io.atelier.nn.Loss;
import io.atelier.nn.Sequential;
import io.atelier.optim.Sgd;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.function.DoubleSupplier;

/**
 * Training steps of 784-width-10 with ReLU, cross-entropy and plain gradient descent, in samples.
 *
 * @param checkedSteps after so many steps all engines must have the same loss
 */
record Training(int width, int batch, int checkedSteps) implements Problem {
  static final double RATE = 0.1;

  Digits digits() {
    return Digits.create(width, batch);
  }

  @Override
  public double amount() {
    return batch;
  }

  @Override
  public Work atelier() {
    var digits = digits();
    var model = model(digits);
    var sgd = Sgd.rate(RATE).over(model);
    var rng = Rng.of(1);
    return new Work() {
      private int step;

      private double step() {
        var batch = digits.batches().get(step++ % digits.batches().size());
        try (var _ = Step.training(rng)) {
          var loss = Loss.crossEntropy(model.forward(batch.inputs()), batch.labels());
          sgd.step(loss.backward());
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

  static Sequential model(Digits digits) {
    int width = digits.width();
    return Sequential.of(
        new Linear(
            Parameter.of(Tensor.of(digits.hidden(), width, Digits.PIXELS)),
            Parameter.of(Tensor.of(digits.hiddenBias(), width))),
        Tensor::relu,
        new Linear(
            Parameter.of(Tensor.of(digits.output(), Digits.CLASSES, width)),
            Parameter.of(Tensor.of(digits.outputBias(), Digits.CLASSES))));
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
