package io.atelier.bench;

import io.atelier.tensor.Machine;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The rows of single kernels under JMH, which can look inside them with its profilers.
 *
 * <p>Beside the operations per second stands {@code ofLimit}: the part of the machine's
 * multiply-adds (products, convolutions) or memory bandwidth (the others) that is used. It exceeds
 * 1 where data stay in the cache.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Kernels {
  private static final double LIMIT_SECONDS = 1;

  /** A row by its name. */
  @Param({
    "product-256",
    "product-512",
    "product-1024",
    "product-2048",
    "product-64x784x1000",
    "product-784x64x1000",
    "product-64x1000x1000",
    "product-2048x384x1536",
    "convolution-3x3-56-forward",
    "convolution-3x3-56-input",
    "convolution-3x3-56-weight",
    "convolution-3x3-28-forward",
    "convolution-3x3-28-input",
    "convolution-3x3-28-weight",
    "convolution-3x3-14-forward",
    "convolution-3x3-14-input",
    "convolution-3x3-14-weight",
    "convolution-3x3-7-forward",
    "convolution-3x3-7-input",
    "convolution-3x3-7-weight",
    "convolution-1x1-56-forward",
    "convolution-1x1-56-input",
    "convolution-1x1-56-weight",
    "convolution-1x1-14-forward",
    "convolution-1x1-14-input",
    "convolution-1x1-14-weight",
    "convolution-3x3-56-half-forward",
    "convolution-3x3-56-half-input",
    "convolution-3x3-56-half-weight",
    "convolution-1x1-56-half-forward",
    "convolution-1x1-56-half-input",
    "convolution-1x1-56-half-weight",
    "convolution-7x7-224-half-forward",
    "convolution-7x7-224-half-weight",
    "momentum",
    "adam",
    "gelu",
    "softmax",
    "chain",
    "sum",
    "mean",
    "layer-norm",
    "batch-norm",
    "max-pool"
  })
  public String row = "";

  /** How many threads share a kernel. */
  @Param("1")
  public int threads;

  @SuppressWarnings("NullAway.Init") // by prepare
  private Work work;

  private double secondsAtLimit;

  /** Makes the work ready and measures the machine. */
  @Setup
  public void prepare() {
    Machine.useThreads(threads);
    var chosen = Rows.named(row);
    work = chosen.problem().atelier();
    secondsAtLimit = chosen.problem().amount() / limit(chosen.problem());
  }

  private double limit(Problem problem) {
    if (problem instanceof Product || problem instanceof Convolving) {
      Machine.measurePeak(threads); // warms up
      return Machine.measurePeak(threads);
    }
    var triad = new Triad();
    var passes = triad.atelier();
    passes.rate(LIMIT_SECONDS, triad.amount()); // warms up
    return passes.rate(LIMIT_SECONDS, triad.amount());
  }

  /** Seconds of the machine at its limit per second of the kernel: the part that is used. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Use {
    public double ofLimit;
  }

  /** One call of the kernel. */
  @Benchmark
  public void run(Use use) {
    work.run();
    use.ofLimit += secondsAtLimit;
  }
}
