package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SumsTest {
  @Test
  void aSumIsSixteenLanesAndATree() {
    for (int n : new int[] {0, 1, 15, 16, 17, 31, 33, 100, 1000}) {
      float[] x = random(n + 3);
      float[] lanes = new float[16];
      for (int i = 0; i < n; i++) {
        lanes[i % 16] += x[3 + i];
      }
      for (int half = 8; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
          lanes[i] += lanes[i + half];
        }
      }
      assertThat(Sums.sum(x, 3, n)).as("n = %d", n).isEqualTo(lanes[0]);
    }
  }

  @Test
  void rowsAreAddedInAscendingOrder() {
    float[] x = random(7 * 5);
    float[] y = new float[5];
    Sums.rows(x, 0, 7, 5, y, 0);
    for (int column = 0; column < 5; column++) {
      float sum = x[column];
      for (int row = 1; row < 7; row++) {
        sum += x[row * 5 + column];
      }
      assertThat(y[column]).isEqualTo(sum);
    }
  }

  private static float[] random(int n) {
    var random = new Random(n);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = random.nextFloat() - 0.5f;
    }
    return x;
  }
}
