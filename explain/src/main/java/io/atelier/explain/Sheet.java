package io.atelier.explain;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;

/**
 * Weights or activations of a layer, each unit a tile of one picture.
 *
 * <p>All tiles have one scale of colours, whose ends are {@link #limit}. Immutable.
 *
 * @param picture the tiles, row by row
 * @param limit the magnitude of the darkest colours; orange is above zero, blue below
 * @param shown how many tiles there are
 * @param total how many there would be without the bound
 */
public record Sheet(Picture picture, double limit, int shown, int total) {
  /** Pixels that a sheet of a usual layer is wide. */
  private static final int WIDTH = 1200;

  /** The largest square that one value becomes. */
  private static final int LARGEST = 24;

  private static final int LINE = 4;

  /**
   * What each unit of a layer looks for: a tile for each of its first units.
   *
   * <p>Units of a fully connected layer whose inputs are the pixels of an image are drawn as such
   * images, others as squares. A convolution has a tile for each filter and channel, the channels
   * of one filter in one row.
   *
   * @param weight [out, in], or [out, in, height, width]
   * @param input the shape of what the layer sees
   * @param most the bound on the number of tiles
   */
  public static Sheet weights(Tensor weight, Shape input, int most) {
    var shape = weight.shape();
    if (shape.rank() == 4) {
      int channels = shape.size(1);
      int across = Math.min(channels, most);
      var planes =
          weight.slice(1, 0, across).reshape(shape.size(0) * across, shape.size(2), shape.size(3));
      return of(planes, most / across * across, shape.size(0) * channels, across > 1 ? across : 0);
    }
    if (shape.rank() != 2) {
      throw new ShapeException(
          "weights(" + shape + ")", "weights are [out, in] or [out, in, height, width]");
    }
    boolean image = input.rank() >= 2 && (long) input.size(-2) * input.size(-1) == shape.size(1);
    var planes =
        image ? weight.reshape(shape.size(0), input.size(-2), input.size(-1)) : squares(weight);
    return of(planes, most, shape.size(0), 0);
  }

  /**
   * What a layer made of one input: a tile for each channel, or one for all units of a vector.
   *
   * @param activation [C, H, W], [H, W] or [D]
   * @param most the bound on the number of tiles
   */
  public static Sheet activations(Tensor activation, int most) {
    var shape = activation.shape();
    return switch (shape.rank()) {
      case 1 -> of(squares(activation.unsqueeze(0)), most, 1, 0);
      case 2 -> of(activation.unsqueeze(0), most, 1, 0);
      case 3 -> of(activation, most, shape.size(0), 0);
      default ->
          throw new ShapeException(
              "activations(" + shape + ")", "those of one input are [C, H, W], [H, W] or [D]");
    };
  }

  /** [N, D] -> [N, h, w], nearly square; what is too much is not a number. */
  private static Tensor squares(Tensor rows) {
    int count = rows.shape().size(0);
    int length = rows.shape().size(1);
    int width = (int) Math.ceil(Math.sqrt(length));
    int height = (length + width - 1) / width;
    return rows.pad(1, 0, height * width - length, Double.NaN).reshape(count, height, width);
  }

  /**
   * Tiles of one scale.
   *
   * @param planes [N, H, W]
   * @param across tiles in a row; 0 makes the sheet somewhat wider than tall
   */
  private static Sheet of(Tensor planes, int most, int total, int across) {
    Evaluation.requireAtLeastOne("tile", most);
    int shown = Math.min(most, planes.shape().size(0));
    int height = planes.shape().size(1);
    int width = planes.shape().size(2);
    int columns =
        across > 0 ? across : (int) Math.ceil(Math.sqrt(1.6 * shown * height / Math.max(1, width)));
    columns = Math.clamp(columns, 1, shown);
    int factor = Math.clamp(WIDTH / ((long) columns * width), 1, LARGEST);
    double limit = Picture.magnitude(planes.slice(0, 0, shown));
    var tiles = new ArrayList<Picture>();
    for (int i = 0; i < shown; i++) {
      tiles.add(Picture.signed(planes.select(0, i), limit).scaled(factor));
    }
    return new Sheet(Picture.grid(columns, LINE, tiles), limit, shown, total);
  }
}
