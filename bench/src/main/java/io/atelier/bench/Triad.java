package io.atelier.bench;

import io.atelier.tensor.Machine;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/**
 * What memory gives: {@code a = b + 3 c} on arrays larger than any cache, in GB.
 *
 * <p>Source: McCalpin 1995, the STREAM benchmark.
 */
record Triad() implements Problem {
  private static final int LENGTH = 32_000_000;

  @Override
  public double amount() {
    return 3.0 * LENGTH * Float.BYTES * 1e-9;
  }

  @Override
  public Work atelier() {
    float[] a = new float[LENGTH];
    float[] b = Numbers.uniform(1, LENGTH, 1);
    float[] c = Numbers.uniform(2, LENGTH, 1);
    int threads = Machine.threads();
    var parts = new ArrayList<Callable<float[]>>();
    for (int part = 0; part < threads; part++) {
      int from = (int) ((long) LENGTH * part / threads);
      int to = (int) ((long) LENGTH * (part + 1) / threads);
      parts.add(() -> pass(a, b, c, from, to));
    }
    var pool = Executors.newFixedThreadPool(threads);
    return new Work() {
      @Override
      public void run() {
        try {
          pool.invokeAll(parts);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public float[] check() {
        run();
        return Numbers.sample(a);
      }
    };
  }

  private static float[] pass(float[] a, float[] b, float[] c, int from, int to) {
    for (int i = from; i < to; i++) {
      a[i] = b[i] + 3 * c[i];
    }
    return a;
  }
}
