package io.atelier.bench;

import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;

/** One pass over matrices of 2048 x 384, in GB that must be read and written. */
record Elements(Function function) implements Problem {
  static final int ROWS = 2048;
  static final int COLUMNS = 384;

  /** What is computed; {@code floatsMoved} are read or written for each element. */
  enum Function {
    /** The Gaussian error linear unit, exact. */
    GELU(2) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.gelu();
      }
    },
    /** The softmax of each row. */
    SOFTMAX(2) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.softmax();
      }
    },
    /** {@code relu(x y + z) / 2}. */
    CHAIN(4) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.times(y).plus(z).relu().times(0.5);
      }
    },
    /** The sum of all. */
    SUM(1) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.sum();
      }
    },
    /** The mean of each row. */
    MEAN(1) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.mean(-1);
      }
    };

    private final int floatsMoved;

    Function(int floatsMoved) {
      this.floatsMoved = floatsMoved;
    }

    abstract Tensor of(Tensor x, Tensor y, Tensor z);
  }

  /** An operand: x, y and z are 0, 1 and 2. */
  float[] operand(int which) {
    return Numbers.uniform(which, ROWS * COLUMNS, 4);
  }

  @Override
  public double amount() {
    return (double) ROWS * COLUMNS * Float.BYTES * function.floatsMoved * 1e-9;
  }

  @Override
  public Work atelier() {
    var x = Tensor.of(operand(0), ROWS, COLUMNS);
    var y = Tensor.of(operand(1), ROWS, COLUMNS);
    var z = Tensor.of(operand(2), ROWS, COLUMNS);
    return new Work() {
      @Override
      public void run() {
        try (var _ = Step.inference()) {
          function.of(x, y, z);
        }
      }

      @Override
      public float[] check() {
        return Numbers.sample(function.of(x, y, z).toFloats());
      }
    };
  }
}
