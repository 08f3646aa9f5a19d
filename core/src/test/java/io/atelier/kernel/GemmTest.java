package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
      float[] c = random(random, m * n);
      boolean rectified = random.nextBoolean();
      var layer = new Epilogue.Layer(bias, 0, rectified);
      float[] expected = definition(m, n, k, left, right, bias);
      Gemm.multiply(
          m, n, k, left, right, c, 0, rectified || bias != null ? layer : Epilogue.store());
      assertThat(c)
          .as("seed %d: %d x %d x %d, flags %d, %s", seed, m, n, k, flags, rectified)
          .isEqualTo(rectified ? rectified(expected) : expected);
      if (k <= Gemm.BLOCK) {
        checkDescent(seed, m, n, k, left, right, random);
      }
    }
  }

  /** The same bits as the product first and the update of the weights after it. */
  private static void checkDescent(
      long seed, int m, int n, int k, Gemm.Matrix a, Gemm.Matrix b, Random random) {
    float[] fused = random(random, m * n);
    float[] separate = fused.clone();
    float decay = random.nextBoolean() ? 0 : 0.01f;
    Gemm.multiply(m, n, k, a, b, fused, 0, new Epilogue.Descend(0.1f, decay));
    Updates.sgd(separate, definition(m, n, k, a, b, null), 0, 0.1f, decay);
    assertThat(fused).as("seed %d: %d x %d x %d", seed, m, n, k).isEqualTo(separate);
  }

  @Test
  void aGradientOfSeveralChainsCannotBeUsedBeforeItIsWhole() {
    float[] values = new float[Gemm.BLOCK + 1];
    var row = new Gemm.Matrix(values, 0, values.length, false);
    var column = new Gemm.Matrix(values, 0, 1, false);
    var descent = new Epilogue.Descend(0.1f, 0);
    assertThatThrownBy(
            () -> Gemm.multiply(1, 1, values.length, row, column, new float[1], 0, descent))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a sum over 385 is not one chain of 384");
  }

  private static float[] rectified(float[] values) {
    float[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.max(result[i], 0f);
    }
    return result;
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
