package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UpdatesTest {
  private static final int[] SIZES = {0, 1, 7, 16, 37, 1031};

  /** Value by value in the order of the Javadoc. */
  @Test
  void adamInVectorsHasTheBitsOfItsDefinition() {
    for (int n : SIZES) {
      var random = new Random(n);
      float[] w = random(random, n);
      float[] g = random(random, n + 3);
      float[] m = random(random, n);
      float[] s = positive(random, n);
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        float gradient = g[3 + i] + 0.02f * w[i];
        float mean = 0.9f * m[i] + (float) (1 - 0.9) * gradient;
        float square = 0.999f * s[i] + (float) (1 - 0.999) * gradient * gradient;
        expected[i] = w[i] * 0.99f - 0.03f * mean / ((float) Math.sqrt(square) / 0.4f + 1e-8f);
      }
      var by = new Updates.Adam(0.9, 0.999, 0.03, 0.4, 1e-8, 0.02, 0.99);
      Updates.adam(w, g, 3, m, s, by);
      assertThat(w).as("%d values", n).isEqualTo(expected);
    }
  }

  @Test
  void rootedInVectorsHasTheBitsOfItsDefinition() {
    for (int n : SIZES) {
      var random = new Random(n);
      float[] w = random(random, n);
      float[] g = random(random, n + 3);
      float[] s = positive(random, n);
      float[] squares = new float[n];
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        float gradient = g[3 + i] + 0.02f * w[i];
        squares[i] = 0.9f * s[i] + 0.1f * gradient * gradient;
        expected[i] = w[i] - 0.03f * gradient / ((float) Math.sqrt(squares[i]) + 1e-8f);
      }
      Updates.rooted(w, g, 3, s, 0.9f, 0.1f, 0.03f, 1e-8f, 0.02f);
      assertThat(w).as("%d values", n).isEqualTo(expected);
      assertThat(s).as("%d values", n).isEqualTo(squares);
    }
  }

  private static float[] positive(Random random, int length) {
    float[] values = random(random, length);
    for (int i = 0; i < length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return values;
  }

  private static float[] random(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }
}
