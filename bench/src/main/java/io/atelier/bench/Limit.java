package io.atelier.bench;

import io.atelier.tensor.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** What no program on this machine can exceed. */
enum Limit implements Problem {
  /** Multiply-adds in registers, in GFLOP. */
  PEAK(0) {
    @Override
    public Work atelier() {
      return new Work() {
        @Override
        public void run() {
          Machine.measurePeak(Machine.threads());
        }

        @Override
        public float[] check() {
          return new float[0];
        }

        @Override
        public double rate(double seconds, double amount) {
          return Machine.measurePeak(Machine.threads());
        }
      };
    }
  },

  /** {@code a = b + 3 c} on arrays larger than any cache, in GB (McCalpin's STREAM triad). */
  TRIAD(3.0 * Float.BYTES * 1e-9 * Limit.TRIAD_LENGTH) {
    @Override
    public Work atelier() {
      int threads = Machine.threads();
      var pool =
          Executors.newFixedThreadPool(
              threads, task -> Thread.ofPlatform().daemon().unstarted(task));
      float[] a = new float[TRIAD_LENGTH];
      float[] b = Numbers.uniform(1, TRIAD_LENGTH, 1);
      float[] c = Numbers.uniform(2, TRIAD_LENGTH, 1);
      List<Callable<Void>> parts = new ArrayList<>();
      for (int part = 0; part < threads; part++) {
        int from = (int) ((long) TRIAD_LENGTH * part / threads);
        int to = (int) ((long) TRIAD_LENGTH * (part + 1) / threads);
        parts.add(() -> {
          triad(a, b, c, from, to);
          return null;
        });
      }
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
          return new float[0];
        }
      };
    }
  };

  private static final int TRIAD_LENGTH = 32_000_000;

  private final double amount;

  Limit(double amount) {
    this.amount = amount;
  }

  @Override
  public double amount() {
    return amount;
  }

  private static void triad(float[] a, float[] b, float[] c, int from, int to) {
    for (int i = from; i < to; i++) {
      a[i] = b[i] + 3 * c[i];
    }
  }
}
