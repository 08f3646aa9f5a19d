package io.atelier.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureTest {
  private static final int PAPER = 0xF7F7F7;
  private static final int GREY = 0x9A9A9A;

  private static Tensor row(float... values) {
    return Tensor.of(values, 1, values.length);
  }

  @Test
  void zeroIsPaperAndTheEndsAreDarkBlueAndDarkOrange() {
    var picture = Picture.signed(row(-2, -1, 0, 1, 2, Float.NaN), 1);
    assertThat(picture.pixel(0, 0)).isEqualTo(picture.pixel(0, 1)).isEqualTo(0x00205B);
    assertThat(picture.pixel(0, 2)).isEqualTo(PAPER);
    assertThat(picture.pixel(0, 3)).isEqualTo(picture.pixel(0, 4)).isEqualTo(0x682100);
    assertThat(picture.pixel(0, 5)).isEqualTo(GREY);
    assertThat(Picture.signed(row(0, 0)).pixel(0, 1)).isEqualTo(PAPER);
  }

  /** The luminance falls on both sides of zero, so that it reads in grey too. */
  @Test
  void coloursDarkenSteadilyAwayFromZero() {
    for (int sign : new int[] {-1, 1}) {
      double last = 256;
      for (int i = 0; i <= 60; i++) {
        int rgb = Picture.signed(row(sign * i / 60f), 1).pixel(0, 0);
        double light =
            0.2126 * (rgb >> 16 & 255) + 0.7152 * (rgb >> 8 & 255) + 0.0722 * (rgb & 255);
        assertThat(light).isLessThan(last);
        last = light;
      }
    }
  }

  @Test
  void imagesAreGreyOrColoured() {
    assertThat(Picture.image(row(0, 0.2f, 1, 7)).pixel(0, 1)).isEqualTo(0x333333);
    assertThat(Picture.image(row(0, 0.2f, 1, 7)).pixel(0, 3)).isEqualTo(0xFFFFFF);
    var coloured = Picture.image(Tensor.of(new float[] {1, 0, 0, 1, 0.2f, 0}, 3, 1, 2));
    assertThat(coloured.pixel(0, 0)).isEqualTo(0xFF0033);
    assertThat(coloured.pixel(0, 1)).isEqualTo(0x00FF00);
    assertThatThrownBy(() -> Picture.image(Tensor.zeros(2, 4, 4)))
        .hasMessage("image([2, 4, 4]): a picture is [H, W], [1, H, W] or [3, H, W]");
  }

  @Test
  void aGridHasLinesAroundScaledTiles() {
    var tile = Picture.signed(row(1, 0), 1).scaled(3);
    var grid = Picture.grid(2, 1, List.of(tile, tile, tile));
    assertThat(grid.height()).isEqualTo(2 * 3 + 3);
    assertThat(grid.width()).isEqualTo(2 * 6 + 3);
    assertThat(grid.pixel(0, 0)).isEqualTo(GREY);
    assertThat(grid.pixel(3, 3)).isEqualTo(0x682100);
    assertThat(grid.pixel(3, 4)).isEqualTo(PAPER);
    assertThat(grid.pixel(3, 7)).isEqualTo(GREY);
    assertThat(grid.pixel(5, 10)).isEqualTo(GREY); // there is no fourth
  }

  @Test
  void aPngHasThePixels() throws IOException {
    var picture = Picture.signed(Rng.of(1).uniform(-1, 1, 5, 7));
    var read = ImageIO.read(new ByteArrayInputStream(picture.toPng()));
    assertThat(read.getWidth()).isEqualTo(7);
    for (int row = 0; row < 5; row++) {
      for (int column = 0; column < 7; column++) {
        assertThat(read.getRGB(column, row) & 0xFFFFFF).isEqualTo(picture.pixel(row, column));
      }
    }
  }

  @Test
  void weightsOfUnitsThatSeeAnImageAreImages() {
    var weight = Rng.of(1).uniform(-1, 1, 10, 28 * 28);
    var sheet = Sheet.weights(weight, Shape.of(28, 28), 6);
    assertThat(sheet.shown()).isEqualTo(6);
    assertThat(sheet.total()).isEqualTo(10);
    assertThat(sheet.limit()).isEqualTo(weight.slice(0, 0, 6).abs().max().item());
    // 4 columns and 2 rows, a value is 10 pixels wide
    assertThat(sheet.picture().width()).isEqualTo(4 * 284 + 4);
    var fifth = Picture.signed(weight.select(0, 4).reshape(28, 28), sheet.limit());
    assertThat(sheet.picture().pixel(284 + 4 + 130, 4 + 75)).isEqualTo(fifth.pixel(13, 7));
  }

  @Test
  void theChannelsOfAFilterStandInOneRow() {
    var weight = Rng.of(1).uniform(-1, 1, 8, 3, 5, 5);
    var sheet = Sheet.weights(weight, Shape.of(3, 28, 28), 12);
    assertThat(sheet.shown()).isEqualTo(12);
    assertThat(sheet.total()).isEqualTo(24);
    assertThat(sheet.picture().width()).isEqualTo(3 * 124 + 4);
    assertThat(sheet.picture().height()).isEqualTo(4 * 124 + 4);
    var plane = Picture.signed(weight.select(0, 3).select(0, 2), sheet.limit());
    assertThat(sheet.picture().pixel(3 * 124 + 4, 2 * 124 + 4)).isEqualTo(plane.pixel(0, 0));
  }

  @Test
  void aVectorIsASquareWhoseRestIsGrey() {
    var sheet = Sheet.activations(Tensor.ones(10), 64); // 4 columns and 3 rows
    assertThat(sheet.picture().width()).isEqualTo(4 * 24 + 8);
    assertThat(sheet.picture().pixel(4 + 60, 4 + 12)).isEqualTo(0x682100);
    assertThat(sheet.picture().pixel(4 + 60, 4 + 60)).isEqualTo(GREY);
    assertThatThrownBy(() -> Sheet.weights(Tensor.zeros(3), Shape.of(3), 4))
        .hasMessage("weights([3]): weights are [out, in] or [out, in, height, width]");
  }
}
