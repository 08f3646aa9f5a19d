package io.atelier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AffineTest {
  private static final Offset<Float> CLOSE = within(2e-5f);

  private final Tensor image = Rng.of(1).uniform(0, 1, 3, 5, 7);

  @Test
  void nothingToDoGivesTheImageItself() {
    assertThat(Affine.IDENTITY.apply(image)).isSameAs(image);
    assertThat(Affine.turned(0).then(Affine.scaled(1)).apply(image)).isSameAs(image);
  }

  @Test
  void aQuarterOfATurnIsExact() {
    var square = Rng.of(2).uniform(0, 1, 2, 6, 6);
    float[] turned = Affine.turned(90).apply(square).toFloats();
    float[] values = square.toFloats();
    for (int channel = 0; channel < 2; channel++) {
      for (int row = 0; row < 6; row++) {
        for (int column = 0; column < 6; column++) { // counter-clockwise, as torch.rot90
          assertThat(turned[channel * 36 + row * 6 + column])
              .isEqualTo(values[channel * 36 + column * 6 + 5 - row]);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"90, 4", "180, 2", "-90, 4", "270, 4", "360, 1"})
  void quartersOfATurnComeBackToTheSameBits(double degrees, int times) {
    var square = Rng.of(3).uniform(0, 1, 1, 7, 7);
    var turned = square;
    for (int i = 0; i < times; i++) {
      turned = Affine.turned(degrees).apply(turned);
    }
    assertThat(turned.toFloats()).isEqualTo(square.toFloats());
  }

  @Test
  void aFlipReversesTheAxisAndTwoAreNone() {
    var across = Affine.FLIPPED_HORIZONTALLY.apply(image);
    var down = Affine.FLIPPED_VERTICALLY.apply(image);
    assertThat(across.toFloats()).isEqualTo(image.flip(2).toFloats());
    assertThat(down.toFloats()).isEqualTo(image.flip(1).toFloats());
    assertThat(Affine.FLIPPED_HORIZONTALLY.apply(across).toFloats()).isEqualTo(image.toFloats());
    assertThat(Affine.FLIPPED_VERTICALLY.apply(down).toFloats()).isEqualTo(image.toFloats());
  }

  @Test
  void aShiftByWholePixelsIsExactAndBringsZeros() {
    float[] shifted = Affine.shifted(2, -1).apply(image).toFloats();
    var expected = image.slice(1, 1, 5).pad(1, 0, 1, 0).slice(2, 0, 5).pad(2, 2, 0, 0);
    assertThat(shifted).isEqualTo(expected.toFloats());
    assertThat(Affine.shifted(7, 0).apply(image).toFloats()).containsOnly(0);
    assertThat(Affine.shifted(1e12, 0).apply(image).toFloats()).containsOnly(0);
  }

  /**
   * {@code F.grid_sample(x, g, align_corners=False)} of PyTorch 1.13 on {@code x = (arange(30) * 7
   * % 11 / 10).reshape(5, 6)} and the grid of a turn by 30 degrees.
   */
  @Test
  void aTurnByThirtyDegreesIsThatOfPyTorch() {
    float[] turned = Affine.turned(30).apply(TransformsTest.pattern()).toFloats();
    assertThat(turned)
        .containsExactly(
            new float[] {
              0.01016f, 0.22825f, 0.96962f, 0.52321f, 0.09257f, 0.15613f,
              0.51664f, 0.34282f, 0.5201f, 0.55f, 0.39437f, 0.68732f,
              0.63313f, 0.42488f, 0.76663f, 0.57679f, 0.13038f, 0.50765f,
              0.64857f, 0.39641f, 0.57369f, 0.60359f, 0.35982f, 0.73721f,
              0.20216f, 0.42321f, 0.54522f, 0.62906f, 0.14523f, 0.01195f
            },
            CLOSE);
  }

  /** On a ramp, whose values say where they come from. */
  @Test
  void changesFollowEachOther() {
    float[] ramp = new float[2 * 41 * 41];
    for (int i = 0; i < 41 * 41; i++) {
      ramp[i] = i % 41 - 20;
      ramp[41 * 41 + i] = i / 41 - 20;
    }
    var places = Tensor.of(ramp, 2, 41, 41);
    float[] changed =
        Affine.shifted(3, 1)
            .then(Affine.scaled(2))
            .then(Affine.turned(90))
            .then(Affine.sheared(45))
            .apply(places)
            .toFloats();
    // (u, v) = (4, 2): leaned, it comes from (6, 2); turned, from (-2, 6); half of that is (-1, 3);
    // shifted, from (-4, 2)
    int at = 22 * 41 + 24;
    assertThat(changed[at]).isEqualTo(-4, within(1e-5f));
    assertThat(changed[41 * 41 + at]).isEqualTo(2, within(1e-5f));
  }
}
