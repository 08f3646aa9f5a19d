package io.atelier.bench;

import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.util.function.Supplier;

/**
 * A convolution of square images without bias, or one of its derivatives, in GFLOP.
 *
 * <p>Shapes: x [BATCH, channels, size, size]; weight [filters, channels, k, k].
 *
 * @param size of the input, along both axes
 */
record Convolving(Pass pass, int channels, int size, int filters, Window window)
    implements Problem {
  static final int BATCH = 8;

  /** What is computed; all three take the same number of multiply-adds. */
  enum Pass {
    /** The output. */
    FORWARD("forward"),
    /** The derivative with respect to x. */
    INPUT("derivative of x"),
    /** The derivative with respect to the weight. */
    WEIGHT("derivative of the weight");

    private final String title;

    Pass(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  private int outputs() {
    return window.outputs(0, size);
  }

  int[] inputShape() {
    return new int[] {BATCH, channels, size, size};
  }

  int[] weightShape() {
    return new int[] {filters, channels, window.sizeAlong(0), window.sizeAlong(1)};
  }

  int[] outputShape() {
    return new int[] {BATCH, filters, outputs(), outputs()};
  }

  float[] input() {
    return Numbers.uniform(1, BATCH * channels * size * size, 1);
  }

  float[] weight() {
    return Numbers.uniform(2, filters * channels * window.sizeAlong(0) * window.sizeAlong(1), 1);
  }

  /** The derivative with respect to the output. */
  float[] upstream() {
    return Numbers.uniform(3, BATCH * filters * outputs() * outputs(), 1);
  }

  @Override
  public double amount() {
    double places = (double) BATCH * outputs() * outputs();
    return 2e-9 * places * filters * channels * window.sizeAlong(0) * window.sizeAlong(1);
  }

  @Override
  public Work atelier() {
    var x = Tensor.of(input(), inputShape());
    var weight = Tensor.of(weight(), weightShape());
    var upstream = Tensor.of(upstream(), outputShape());
    return switch (pass) {
      case FORWARD -> work(() -> x.convolution(weight, window));
      case INPUT -> gradient(x.tracked(), weight, upstream);
      case WEIGHT -> gradient(x, weight.tracked(), upstream);
    };
  }

  /** The graph is made once, outside any step; each run goes back through it. */
  private Work gradient(Tensor x, Tensor weight, Tensor upstream) {
    var y = x.convolution(weight, window);
    var marked = pass == Pass.INPUT ? x : weight;
    return work(() -> y.backward(upstream).of(marked));
  }

  private static Work work(Supplier<Tensor> call) {
    return new Work() {
      @Override
      public void run() {
        try (var _ = Step.inference()) {
          call.get();
        }
      }

      @Override
      public float[] check() {
        return Numbers.sample(call.get().toFloats());
      }
    };
  }
}
