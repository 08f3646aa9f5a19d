package io.atelier.bench;

import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;

/** A matrix product: [rows, inner] . [inner, columns], in GFLOP. */
record Product(int rows, int inner, int columns) implements Problem {
  float[] left() {
    return Numbers.uniform(1, rows * inner, 1);
  }

  float[] right() {
    return Numbers.uniform(2, inner * columns, 1);
  }

  @Override
  public double amount() {
    return 2e-9 * rows * inner * columns;
  }

  @Override
  public Work atelier() {
    var left = Tensor.of(left(), rows, inner);
    var right = Tensor.of(right(), inner, columns);
    return new Work() {
      @Override
      public void run() {
        try (var _ = Step.inference()) {
          left.matmul(right);
        }
      }

      @Override
      public float[] check() {
        return Numbers.sample(left.matmul(right).toFloats());
      }
    };
  }
}
