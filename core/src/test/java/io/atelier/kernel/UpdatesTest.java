package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UpdatesTest {
  /** Kingma and Ba 2015, algorithm 1, value by value in the order of the Javadoc. */
  @Test
  void adamInVectorsHasTheBitsOfItsDefinition() {
    for (int n : new int[] {0, 1, 7, 16, 37, 1031}) {
      var random = new Random(n);
      float[] w = random(random, n);
      float[] g = random(random, n + 3);
      float[] m = random(random, n);
      float[] s = random(random, n);
      for (int i = 0; i < n; i++) {
        s[i] = Math.abs(s[i]);
      }
      float[] expected = new float[n];
      float scale = (float) (0.01 / (1 - StrictMath.pow(0.9, 5)));
      float root = (float) Math.sqrt(1 - StrictMath.pow(0.999, 5));
      for (int i = 0; i < n; i++) {
        float gradient = g[3 + i] + 0.02f * w[i];
        float mean = 0.9f * m[i] + (float) (1 - 0.9) * gradient;
        float square = 0.999f * s[i] + (float) (1 - 0.999) * gradient * gradient;
        expected[i] =
            w[i] * 0.99f - scale * mean / ((float) Math.sqrt(square) / root + (float) 1e-8);
      }
      Updates.adam(w, g, 3, m, s, 0.9, 0.999, 1e-8, 0.01, 5, 0.02, 0.99);
      assertThat(w).as("%d values", n).isEqualTo(expected);
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
