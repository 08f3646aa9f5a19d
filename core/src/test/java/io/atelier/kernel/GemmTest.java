package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The product against its definition, bit by bit. */
class GemmTest {
  private final int threads = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.threads(threads);
  }

  @Test
  void everyElementIsOneChainPerBlock() {
    for (long seed = 0; seed < 60; seed++) {
      var random = new Random(seed);
      int m = 1 + random.nextInt(random.nextBoolean() ? 8 : 150);
      int n = 1 + random.nextInt(random.nextBoolean() ? 8 : 150);
      int k = random.nextInt(4) == 0 ? random.nextInt(900) : random.nextInt(40);
      check(seed, m, n, k, random);
    }
  }

  @Test
  void largeProductsAreSplitAmongThreadsWithoutAnotherBit() {
    for (int count : new int[] {1, 2, 3}) {
      Workers.threads(count);
      check(-count, 131, 1100, 500, new Random(count));
      check(-10 - count, 64, 70, 784, new Random(count));
    }
  }

  private static void check(long seed, int m, int n, int k, Random random) {
    for (int flags = 0; flags < 8; flags++) {
      boolean transposeA = (flags & 1) != 0;
      boolean transposeB = (flags & 2) != 0;
      float[] bias = (flags & 4) != 0 ? random(random, n) : null;
      int offset = random.nextInt(3);
      float[] a = random(random, offset + m * k);
      float[] b = random(random, k * n);
      var left = new Gemm.Matrix(a, offset, transposeA ? m : k, transposeA);
      var right = new Gemm.Matrix(b, 0, transposeB ? k : n, transposeB);
      float[] c = new float[m * n];
      Gemm.multiply(m, n, k, left, right, c, 0, bias);
      assertThat(c)
          .as("seed %d: %d x %d x %d, flags %d", seed, m, n, k, flags)
          .isEqualTo(definition(m, n, k, left, right, bias));
    }
  }

  private static float[] definition(
      int m, int n, int k, Gemm.Matrix a, Gemm.Matrix b, float @Nullable [] bias) {
    float[] c = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int p0 = 0; p0 < k; p0 += Gemm.BLOCK) {
          float chain = 0;
          for (int p = p0; p < Math.min(k, p0 + Gemm.BLOCK); p++) {
            chain = Math.fma(at(a, i, p), at(b, p, j), chain);
          }
          sum = p0 == 0 ? chain : sum + chain;
        }
        c[i * n + j] = bias == null ? sum : sum + bias[j];
      }
    }
    return c;
  }

  private static float at(Gemm.Matrix x, int row, int column) {
    return x.transposed()
        ? x.values()[x.offset() + column * x.stride() + row]
        : x.values()[x.offset() + row * x.stride() + column];
  }

  private static float[] random(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }
}
