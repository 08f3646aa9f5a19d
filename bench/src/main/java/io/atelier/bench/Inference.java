package io.atelier.bench;

import io.atelier.tensor.Step;

/** The logits of 784-width-10 with ReLU, in samples. */
record Inference(int width, int batch) implements Problem {
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
    var model = Training.model(digits);
    return new Work() {
      private int step;

      @Override
      public void run() {
        var batch = digits.batches().get(step++ % digits.batches().size());
        try (var _ = Step.inference()) {
          model.forward(batch.inputs());
        }
      }

      @Override
      public float[] check() {
        return Numbers.sample(model.forward(digits.batches().getFirst().inputs()).toFloats());
      }
    };
  }
}
