package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The product of a few rows with a matrix that was copied once has the bits of the other way. */
class PanelsTest {
  private final int threads = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.threads(threads);
  }

  @Test
  void theBitsAreThoseOfTheGeneralProduct() {
    for (int seed = 0; seed < 40; seed++) {
      var random = new Random(seed);
      Workers.threads(1 + seed % 3);
      int rows = random.nextInt(Panels.FEW + 1);
      int k = 1 + random.nextInt(seed % 4 == 0 ? 900 : 60);
      int columns = 1 + random.nextInt(seed % 5 == 0 ? 1500 : 150);
      boolean transposed = random.nextBoolean();
      float[] a = random(random, 3 + rows * k);
      float[] b = random(random, k * columns);
      var left = new Gemm.Matrix(a, 3, k, false);
      var right = new Gemm.Matrix(b, 0, transposed ? k : columns, transposed);
      var layer = new Epilogue.Layer(random(random, columns), 0, random.nextBoolean());
      float[] expected = new float[rows * columns];
      Gemm.multiply(rows, columns, k, left, right, expected, 0, layer);
      float[] actual = new float[rows * columns];
      Panels.of(right, k, columns).multiply(rows, a, 3, actual, 0, layer);
      assertThat(actual).as("seed %d: %d x %d x %d", seed, rows, k, columns).isEqualTo(expected);
    }
  }

  private static float[] random(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }
}
