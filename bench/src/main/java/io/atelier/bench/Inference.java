package io.atelier.bench;

import io.atelier.data.Batch;
import io.atelier.tensor.Step;
import java.util.List;

/** The logits of a network, in samples. */
record Inference(Network network, int batch) implements Problem {
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
    return new Work() {
      private int step;

      @Override
      public void run() {
        var batch = batches.get(step++ % batches.size());
        try (var _ = Step.inference()) {
          model.forward(batch.inputs());
        }
      }

      @Override
      public float[] check() {
        try (var _ = Step.inference()) {
          return Numbers.sample(model.forward(batches.getFirst().inputs()).toFloats());
        }
      }
    };
  }
}
