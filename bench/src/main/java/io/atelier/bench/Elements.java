package io.atelier.bench;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;

/** One pass over matrices of 2048 x 384, in GB that must be read and written. */
record Elements(Function function) implements Problem {
  static final int ROWS = 2048;
  static final int COLUMNS = 384;
  static final int CHANNELS = 64;

  /** The same numbers seen as images. */
  static final Shape IMAGES = Shape.of(16, CHANNELS, 24, 32);

  static final double EPSILON = 1e-5;
  static final Window POOL = Window.of(2).stride(2);

  private static final Tensor ROW_SCALE = Tensor.ones(COLUMNS);
  private static final Tensor ROW_SHIFT = Tensor.zeros(COLUMNS);
  private static final Tensor SCALE = Tensor.ones(CHANNELS);
  private static final Tensor SHIFT = Tensor.zeros(CHANNELS);

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
    },
    /** Each row normalised. */
    LAYER_NORM(2) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.layerNorm(ROW_SCALE, ROW_SHIFT, EPSILON);
      }
    },
    /** Each of 64 channels normalised, x seen as images. */
    BATCH_NORM(2) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.reshape(IMAGES.toArray()).batchNorm(SCALE, SHIFT, EPSILON).values();
      }
    },
    /** The largest of each 2 x 2, x seen as images. */
    MAX_POOL(1.25) {
      @Override
      Tensor of(Tensor x, Tensor y, Tensor z) {
        return x.reshape(IMAGES.toArray()).maxPool(POOL);
      }
    };

    private final double floatsMoved;

    Function(double floatsMoved) {
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
