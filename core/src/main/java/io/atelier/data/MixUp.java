package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;

/**
 * Mixes each example with the next one of its batch, labels too: {@code s x_i + (1 - s) x_(i+1)}.
 * The last is mixed with the first; the share {@code s} is drawn for each example from the Beta
 * distribution with both parameters {@code alpha}: {@code mixup0.2}. Immutable.
 *
 * <p>Source: Zhang, Cisse, Dauphin, Lopez-Paz 2018, "mixup: beyond empirical risk minimization".
 *
 * @param alpha from 0.05, where hardly anything is mixed, to 2; with 1 all shares are equally
 *     likely
 */
public record MixUp(double alpha) {
  public MixUp {
    Settings.require(alpha >= 0.05 && alpha <= 2, "mixup needs 0.05 to 2", alpha);
  }

  /**
   * A share from 0 to 1.
   *
   * <p>Source: Jöhnk 1964, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen".
   */
  float share(Rng rng) {
    while (true) {
      double x = StrictMath.pow(1 - rng.nextDouble(), 1 / alpha); // 1 - u is never 0
      double y = StrictMath.pow(1 - rng.nextDouble(), 1 / alpha);
      if (x + y <= 1) {
        return (float) (x / (x + y));
      }
    }
  }

  /**
   * A batch mixed.
   *
   * <p>Shapes: inputs [N, ...], labels INT [N], shares [N] -> inputs [N, ...], labels FLOAT [N, K],
   * the probability of each class, as {@code Loss.crossEntropy} takes them.
   */
  Batch mix(Batch batch, float[] shares, int classes) {
    int[] sizes = batch.inputs().shape().toArray();
    for (int axis = 1; axis < sizes.length; axis++) {
      sizes[axis] = 1;
    }
    return new Batch(
        mixed(batch.inputs(), Tensor.of(shares, sizes)),
        mixed(batch.labels().oneHot(classes), Tensor.of(shares, shares.length, 1)));
  }

  private static Tensor mixed(Tensor values, Tensor shares) {
    var others = shares.negated().plus(1);
    return values.times(shares).plus(values.roll(0, -1).times(others));
  }

  @Override
  public String toString() {
    return "mixup" + Settings.text(alpha);
  }
}
