package io.atelier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.data.Geometry.Flip;
import io.atelier.nn.SyntaxException;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransformsTest {
  private static final Offset<Float> CLOSE = within(2e-5f);

  private final Tensor photo = Rng.of(5).uniform(0.3, 0.6, 3, 6, 8);

  /** {@code (torch.arange(30.) * 7 % 11 / 10).reshape(1, 5, 6)}. */
  static Tensor pattern() {
    float[] values = new float[30];
    for (int i = 0; i < 30; i++) {
      values[i] = i * 7 % 11 / 10f;
    }
    return Tensor.of(values, 1, 5, 6);
  }

  // where things are

  @Test
  void aShiftHasEveryWholeNumberOfPixels() {
    var seen = new HashSet<Affine>();
    var rng = Rng.of(1);
    for (int i = 0; i < 500; i++) {
      seen.add(new Geometry.Shift(2).draw(rng));
    }
    var all = new HashSet<Affine>();
    for (int right = -2; right <= 2; right++) {
      for (int down = -2; down <= 2; down++) {
        all.add(Affine.shifted(right, down));
      }
    }
    assertThat(seen).isEqualTo(all);
  }

  @Test
  void drawsStayWithinTheirLimitsAndReachThem() {
    var rng = Rng.of(2);
    double turn = 0;
    double least = 1;
    double most = 1;
    double lean = 0;
    int flips = 0;
    for (int i = 0; i < 2000; i++) {
      turn = Math.max(turn, Math.abs(new Geometry.Rotate(30).draw(rng).yx()));
      double size = 1 / new Geometry.Scale(0.25).draw(rng).xx();
      least = Math.min(least, size);
      most = Math.max(most, size);
      lean = Math.max(lean, Math.abs(new Geometry.Shear(45).draw(rng).xy()));
      flips += Flip.VERTICALLY.draw(rng).equals(Affine.FLIPPED_VERTICALLY) ? 1 : 0;
    }
    assertThat(turn).isBetween(0.49, 0.5); // the sine of 30 degrees
    assertThat(least).isBetween(0.75, 0.76);
    assertThat(most).isBetween(1.24, 1.25);
    assertThat(lean).isBetween(0.99, 1.0);
    assertThat(flips).isBetween(900, 1100);
  }

  @Test
  void geometryThatStandsTogetherIsOneInterpolation() {
    var steps = List.<Transform>of(new Geometry.Rotate(20), new Geometry.Scale(0.3));
    var together = new Transforms(steps, Optional.empty());
    var rng = Rng.of(3);
    var expected =
        new Geometry.Rotate(20).draw(rng).then(new Geometry.Scale(0.3).draw(rng)).apply(photo);
    assertThat(together.apply(photo, Rng.of(3)).toFloats()).isEqualTo(expected.toFloats());
  }

  /** {@code F.interpolate(x, size, mode='bilinear', antialias=True)} of PyTorch 1.13. */
  @Test
  void resizeIsThatOfPyTorch() {
    assertThat(new Resize(3, 4).apply(pattern(), Rng.of(0)).toFloats())
        .containsExactly(
            new float[] {
              0.47143f, 0.4254f, 0.70317f, 0.26429f, 0.55f, 0.58642f,
              0.48395f, 0.48472f, 0.47143f, 0.61746f, 0.40635f, 0.55893f
            },
            CLOSE);
    assertThat(new Resize(2, 6).apply(pattern(), Rng.of(0)).toFloats())
        .containsExactly(
            new float[] {
              0.55f, 0.5f, 0.4f, 0.8f, 0.4f, 0.3f, 0.5f, 0.45f, 0.75f, 0.4f, 0.35f, 0.65f
            },
            CLOSE);
    var larger = new Resize(7, 9).apply(pattern(), Rng.of(0));
    assertThat(larger.slice(1, 3, 4).toFloats())
        .containsExactly(
            new float[] {0.7f, 0.5f, 0.41667f, 0.88333f, 0.8f, 0.53333f, 0.26667f, 0.55f, 0.9f},
            CLOSE);
    assertThat(new Resize(6, 8).apply(photo, Rng.of(0))).isSameAs(photo);
  }

  @Test
  void cropTakesTheMiddle() {
    float[] middle = new Crop(3, 2).apply(pattern(), Rng.of(0)).toFloats();
    assertThat(middle).containsExactly(0.1f, 0.8f, 1, 0.6f, 0.8f, 0.4f);
  }

  @Test
  void aRandomCropIsOneOfTheWindowsOfTheFramedImage() {
    var crop = new RandomCrop(5, 6, 1);
    var windows = new HashSet<List<Float>>();
    var framed = pattern().pad(1, 1, 1, 0).pad(2, 1, 1, 0);
    for (int top = 0; top < 3; top++) {
      for (int left = 0; left < 3; left++) {
        windows.add(list(framed.slice(1, top, top + 5).slice(2, left, left + 6)));
      }
    }
    var seen = new HashSet<List<Float>>();
    var rng = Rng.of(4);
    for (int i = 0; i < 200; i++) {
      seen.add(list(crop.apply(pattern(), rng)));
    }
    assertThat(seen).isEqualTo(windows).hasSize(9);
  }

  @Test
  void cutOutBlackensASquareAroundAnyPixel() {
    var rng = Rng.of(5);
    var ones = Tensor.full(1, 2, 5, 6);
    var seen = new HashSet<List<Float>>();
    for (int i = 0; i < 500; i++) {
      seen.add(list(new CutOut(3).apply(ones, rng)));
    }
    var all = new HashSet<List<Float>>();
    for (int y = 0; y < 5; y++) {
      for (int x = 0; x < 6; x++) {
        float[] values = new float[60];
        for (int k = 0; k < 60; k++) {
          boolean inside = Math.abs(k / 6 % 5 - y) <= 1 && Math.abs(k % 6 - x) <= 1;
          values[k] = inside ? 0 : 1;
        }
        all.add(list(Tensor.of(values, 2, 5, 6)));
      }
    }
    assertThat(seen).isEqualTo(all);
  }

  // light

  @Test
  void brightnessMultipliesAndStaysBelowOne() {
    float[] values = new Colour.Brightness(0.5).apply(photo, Rng.of(6)).toFloats();
    assertThat(factors(values, Tensor.zeros(3, 6, 8))).isBetween(0.5, 1.5);
    var light = new Colour.Brightness(1).apply(Tensor.full(0.9, 1, 1, 1), Rng.of(6));
    assertThat(light.item()).isLessThanOrEqualTo(1);
  }

  @Test
  void contrastKeepsTheMeanGrey() {
    double mean = 0;
    float[] grey = grey();
    for (float shade : grey) {
      mean += shade / 48.0;
    }
    float[] values = new Colour.Contrast(0.5).apply(photo, Rng.of(7)).toFloats();
    assertThat(factors(values, Tensor.full(mean, 3, 6, 8))).isBetween(0.5, 1.5);
  }

  @Test
  void saturationKeepsTheGreyOfEachPixel() {
    var grey = Tensor.of(grey(), 1, 6, 8).expanded(3, 6, 8);
    float[] values = new Colour.Saturation(0.5).apply(photo, Rng.of(8)).toFloats();
    assertThat(factors(values, grey)).isBetween(0.5, 1.5);
  }

  private float[] grey() {
    float[] values = photo.toFloats();
    float[] grey = new float[48];
    for (int i = 0; i < 48; i++) {
      grey[i] = 0.299f * values[i] + 0.587f * values[48 + i] + 0.114f * values[96 + i];
    }
    return grey;
  }

  /** The one factor by which all differences to {@code dull} have changed; it must not be 1. */
  private double factors(float[] values, Tensor dull) {
    float[] before = photo.toFloats();
    float[] middle = dull.toFloats();
    double factor = (values[0] - middle[0]) / (before[0] - middle[0]);
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i] - middle[i])
          .isEqualTo((float) (factor * (before[i] - middle[i])), within(1e-5f));
    }
    assertThat(Math.abs(factor - 1)).isGreaterThan(0.01);
    return factor;
  }

  @Test
  void noiseHasItsDeviationAndInvertIsItsOwnInverse() {
    var plain = Tensor.full(0.5, 1, 100, 100);
    var noisy = new Noise(0.1).apply(plain, Rng.of(9)).minus(plain);
    assertThat(noisy.mean().item()).isEqualTo(0, within(0.004)); // four standard errors
    assertThat(noisy.standardDeviation().item()).isEqualTo(0.1, within(0.003));
    assertThat(new Invert().apply(Tensor.full(0.25, 1, 1, 1), Rng.of(0)).item()).isEqualTo(0.75);
  }

  @Test
  void afterNormalizeTheMeanIsZeroAndTheDeviationOne() {
    var photos = photos(40);
    var transforms = Transforms.parse("fliph,invert,normalize").fitted(photos);
    var values = photos.transformed(transforms).batches(40).get(0).inputs(); // [40, 3, 4, 4]
    float[] means = values.mean(0, 2, 3).toFloats();
    float[] deviations = values.standardDeviation(0, 2, 3).toFloats();
    for (int c = 0; c < 3; c++) {
      assertThat(means[c]).isEqualTo(0, within(5e-4f));
      assertThat(deviations[c]).isEqualTo(1, within(5e-4f));
    }
    assertThat(transforms.toString()).matches("fliph,invert,normalize(0\\.\\d+/0\\.\\d+:?){3}");
    assertThat(transforms.fitted(photos(3))).isEqualTo(transforms);
    assertThat(transforms.evaluation().steps()).hasSize(2);
  }

  @Test
  void aChannelThatIsAlwaysTheSameIsNotDividedByZero() {
    var black = new ByteDataset(new byte[8], new byte[2], Shape.of(1, 2, 2), 1);
    assertThat(Normalize.of(black)).hasToString("normalize0/1");
  }

  // batches

  @Test
  void anImageDependsOnItsNumberOnly() {
    var transforms = Transforms.parse("rotate20,shift1,brightness0.3,noise0.1,cutout2");
    var images = photos(10).transformed(transforms, Rng.of(1));
    var three = images.batch(7, 2, 5).inputs();
    assertThat(list(images.batch(2).inputs().select(0, 0))).isEqualTo(list(three.select(0, 1)));
    assertThat(list(images.batch(5, 7).inputs().select(0, 1))).isEqualTo(list(three.select(0, 0)));
    assertThat(list(images.batch(2).inputs())).isNotEqualTo(list(images.batch(3).inputs()));
    var nextEpoch = photos(10).transformed(transforms, Rng.of(1).keyed(1));
    assertThat(list(nextEpoch.batch(2).inputs())).isNotEqualTo(list(images.batch(2).inputs()));
  }

  @Test
  void whereItIsJudgedNothingIsRandom() {
    var photos = photos(4);
    var judged = photos.transformed(Transforms.parse("shift1,randomcrop3:2,cutout2,mixup0.2"));
    assertThat(judged.shape()).isEqualTo(Shape.of(3, 3, 3));
    assertThat(list(judged.batch(1).inputs()))
        .isEqualTo(list(photos.batch(1).inputs().slice(2, 0, 3).slice(3, 0, 3)));
    assertThat(judged.batch(1).labels().toInts()).containsExactly(1);
    var same = photos.transformed(Transforms.parse(""));
    assertThat(list(same.batch(1).inputs())).isEqualTo(list(photos.batch(1).inputs()));
  }

  @Test
  void mixUpMixesInputsAndLabelsByTheSameShare() {
    var photos = photos(6);
    var mixed = photos.transformed(Transforms.parse("mixup1"), Rng.of(2)).batch(4, 1, 3);
    var plain = photos.batch(4, 1, 3);
    float[] before = plain.inputs().toFloats();
    float[] after = mixed.inputs().toFloats();
    float[] labels = mixed.labels().toFloats(); // [3, 3]; 4, 1, 3 are of the classes 1, 1, 0
    assertThat(mixed.labels().shape()).isEqualTo(Shape.of(3, 3));
    assertThat(labels[0]).isZero();
    assertThat(labels[1]).isEqualTo(1, CLOSE);
    assertThat(labels[3] + labels[4]).isEqualTo(1, CLOSE);
    float[] shares = {Float.NaN, labels[4], labels[6]};
    for (int i = 1; i < 3; i++) {
      for (int k = 0; k < 48; k++) {
        float other = before[(i + 1) % 3 * 48 + k];
        assertThat(after[i * 48 + k])
            .isEqualTo(shares[i] * before[i * 48 + k] + (1 - shares[i]) * other, CLOSE);
      }
    }
    assertThat(shares[1]).isNotEqualTo(shares[2]).isBetween(0f, 1f);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.2, 1, 2})
  void sharesHaveTheMomentsOfTheBetaDistribution(double alpha) {
    var rng = Rng.of(3);
    int count = 20_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double share = new MixUp(alpha).share(rng);
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    assertThat(sum / count).isEqualTo(0.5, within(0.015));
    assertThat(squares / count).isEqualTo(0.25 / (2 * alpha + 1), within(0.004));
  }

  /** 4 x 4 pixels in three colours, of the classes 0, 1, 2, 0, ... */
  static ByteDataset photos(int count) {
    var rng = Rng.of(count);
    byte[] values = new byte[count * 48];
    byte[] labels = new byte[count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (50 * (i / 16 % 3) + rng.nextInt(100));
      labels[i / 48] = (byte) (i / 48 % 3);
    }
    return new ByteDataset(values, labels, Shape.of(3, 4, 4), 3);
  }

  private static List<Float> list(Tensor values) {
    var list = new ArrayList<Float>();
    for (float value : values.toFloats()) {
      list.add(value);
    }
    return list;
  }

  // text

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "shift2,rotate10,cutout8,fliph,normalize",
        "fliph,flipv,rotate7.5,shift3,scale0.1,shear8,brightness0.2,contrast0.2,saturation0.2",
        "resize40x32,randomcrop32:4,randomcrop28x20,crop20x10,crop8,invert,noise0.05",
        "normalize0.1307/0.3081",
        "normalize-0.5/1:0/2:1.0E-5/0.25,mixup0.2"
      })
  void theTextComesBack(String text) {
    assertThat(Transforms.parse(text)).hasToString(text);
    assertThat(Transforms.parse(Transforms.parse(text).toString()))
        .isEqualTo(Transforms.parse(text));
  }

  @Test
  void theGrammarNamesAllThatIsKnown() {
    assertThatThrownBy(() -> Transforms.parse("blur"))
        .satisfies(thrown -> {
          var message = String.valueOf(thrown.getMessage());
          var known = message.substring(message.indexOf("are ") + 4, message.indexOf('\n'));
          for (var name : known.split(", ", -1)) {
            assertThat(Transforms.GRAMMAR).contains(name);
          }
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          shift2,blur3     | 7  | unknown transform blur; known are fliph, flipv, rotate, shift,\
           scale, shear, brightness, contrast, saturation, noise, cutout, randomcrop, crop, resize,\
           invert, normalize, mixup
          shift            | 5  | expected a whole number below 1,000,000,000
          shift2.5         | 6  | expected a comma and another transform after shift2
          shift2,          | 7  | expected a comma and another transform after shift2
          ,shift2          | 0  | expected a transform, as in shift2,rotate10,normalize
          rotate           | 6  | expected a number
          fliph,rotate181  | 6  | rotate needs more than 0 and at most 180, got 181.0
          scale1           | 0  | scale needs a share between 0 and 1, got 1.0
          shift0           | 0  | shift needs 1 to 10,000 pixels, got 0
          shear61          | 0  | shear needs more than 0 and at most 60, got 61.0
          contrast2        | 0  | contrast needs a share above 0, at most 1, got 2.0
          noise0           | 0  | noise needs more than 0 and at most 100, got 0.0
          cutout0          | 0  | cutout needs 1 to 10,000 pixels, got 0
          crop0x4          | 0  | crop needs at least 1 pixel, got 0 x 4
          resize99999      | 0  | resize needs 1 to 10,000 pixels, got 99999 x 99999
          normalize0.5     | 12 | expected a mean, / and a deviation, as in normalize0.1307/0.3081
          normalize0.5/0   | 0  | normalize needs deviations above 0, got 0.0
          mixup0.2,fliph   | 8  | mixup works on the whole batch: it comes last
          mixup3           | 0  | mixup needs 0.05 to 2, got 3.0
          normalize,invert | 10 | invert works on values from 0 to 1: it comes before normalize
          """)
  void whatIsNotUnderstoodIsShownWithItsPlace(String text, int place, String problem) {
    assertThatThrownBy(() -> Transforms.parse(text))
        .isInstanceOf(SyntaxException.class)
        .hasMessage(problem + "\n  " + text + "\n  " + " ".repeat(place) + "^");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          crop28 of an image [3, 4, 4]: the image is smaller than that; resize it first
          randomcrop5:2 of an image [3, 4, 4]: the image is smaller than that; resize it first
          normalize of an image [3, 4, 4]: its means and deviations are still to be measured:\
           Transforms.fitted(training images)
          normalize0.5/0.5 of an image [3, 4, 4]: has numbers for 1 channels, the image has 3
          """)
  void whatDoesNotFitTheImagesIsRefusedBeforeTheFirstBatch(String message) {
    var text = message.substring(0, message.indexOf(' '));
    assertThatThrownBy(() -> photos(2).transformed(Transforms.parse(text), Rng.of(0)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(message);
  }

  @Test
  void rowsAreNoImagesAndGreyHasNoSaturation() {
    assertThatThrownBy(
            () -> photos(2).reshape(48).transformed(Transforms.parse("fliph"), Rng.of(0)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "transforms fliph of examples [48]: an image is [C, H, W]; reshape them afterwards");
    assertThatThrownBy(() -> Transforms.parse("saturation0.5").output(Shape.of(1, 4, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("saturation0.5 of an image [1, 4, 4]: needs three channels: red, green, blue");
  }
}
