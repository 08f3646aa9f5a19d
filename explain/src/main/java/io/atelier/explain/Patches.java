package io.atelier.explain;

import static io.atelier.explain.Evaluation.doubles;
import static io.atelier.explain.Evaluation.like;
import static io.atelier.explain.Evaluation.requireAlike;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * An image cut into squares, row by row: the players among whom {@link Shapley} shares out a score.
 *
 * <pre>{@code
 * var patches = Patches.of(image.shape(), 4);
 * var estimate = Shapley.sampled(patches.count(), patches.game(score, image, baseline), 100, rng);
 * var map = patches.spread(estimate.values());
 * }</pre>
 *
 * <p>The squares lie in the last two axes and hold all channels; a vector is cut into pieces. Those
 * at the far edges are smaller where the side does not divide the image. Immutable.
 */
public final class Patches {
  private final Shape shape;
  private final List<int[]> places;

  private Patches(Shape shape, List<int[]> places) {
    this.shape = shape;
    this.places = places;
  }

  /**
   * Squares side by side.
   *
   * @param shape of the image, [..., H, W] or [L]
   * @param side of a square
   */
  public static Patches of(Shape shape, int side) {
    return overlapping(shape, side, side);
  }

  /** Squares that begin {@code stride} apart. */
  static Patches overlapping(Shape shape, int side, int stride) {
    if (shape.rank() == 0 || shape.count() == 0) {
      throw new ShapeException("patches(" + shape + ")", "needs an image [..., H, W] or [L]");
    }
    if (side < 1 || stride < 1 || stride > side) {
      throw new IllegalArgumentException(
          "patches need a side of at least 1 and a stride from 1 to the side, got "
              + side
              + " and "
              + stride);
    }
    int height = shape.rank() == 1 ? 1 : shape.size(-2);
    int width = shape.size(-1);
    var places = new ArrayList<int[]>();
    for (int top = 0; isBegin(top, height, side, stride); top += stride) {
      for (int left = 0; isBegin(left, width, side, stride); left += stride) {
        places.add(
            places(shape, top, Math.min(top + side, height), left, Math.min(left + side, width)));
      }
    }
    return new Patches(shape, places);
  }

  /** Whether a square begins here: not if the one before has reached the edge. */
  private static boolean isBegin(int at, int size, int side, int stride) {
    return at == 0 || at - stride + side < size;
  }

  private static int[] places(Shape shape, int top, int bottom, int left, int right) {
    int width = shape.size(-1);
    int plane = shape.rank() == 1 ? width : width * shape.size(-2);
    int planes = (int) (shape.count() / plane);
    int[] places = new int[planes * (bottom - top) * (right - left)];
    int next = 0;
    for (int channel = 0; channel < planes; channel++) {
      for (int row = top; row < bottom; row++) {
        for (int column = left; column < right; column++) {
          places[next++] = channel * plane + row * width + column;
        }
      }
    }
    return places;
  }

  /** The number of squares. */
  public int count() {
    return places.size();
  }

  /** Where the values of a square lie, in the rows of the image laid end to end. */
  int[] places(int patch) {
    return places.get(patch);
  }

  /** The image with one square covered. */
  Tensor covered(Tensor x, Tensor baseline, int patch) {
    return copied(x, doubles(baseline), doubles(x), patch);
  }

  /** {@code to}, with the values of some squares taken from {@code from}; like x. */
  private Tensor copied(Tensor x, double[] from, double[] to, int... patches) {
    double[] values = to.clone();
    for (int patch : patches) {
      for (int at : places(patch)) {
        values[at] = from[at];
      }
    }
    return like(x, values);
  }

  /**
   * The game in which a coalition of squares is worth the score of the image that shows these and
   * the baseline elsewhere.
   *
   * @throws ShapeException if the image is not of the shape that was cut, or the baseline differs
   */
  public Game game(Score score, Tensor x, Tensor baseline) {
    if (!x.shape().equals(shape)) {
      throw new ShapeException(
          "game(" + x.shape() + ")", "the patches were cut for images " + shape);
    }
    requireAlike("game", x, baseline);
    double[] image = doubles(x);
    double[] ground = doubles(baseline);
    return new Game() {
      @Override
      public double worth(BitSet coalition) {
        return worths(List.of(coalition))[0];
      }

      @Override
      public double[] worths(List<BitSet> coalitions) {
        return Evaluation.values(
            score,
            coalitions.size(),
            i -> copied(x, image, ground, coalitions.get(i).stream().toArray()));
      }
    };
  }

  /** Gives each value of the image an equal part of its square's share: FLOAT, of its shape. */
  public Tensor spread(List<Double> shares) {
    if (shares.size() != count()) {
      throw new IllegalArgumentException(
          count() + " patches need as many shares, got " + shares.size());
    }
    float[] values = new float[(int) shape.count()];
    for (int patch = 0; patch < count(); patch++) {
      for (int at : places(patch)) {
        values[at] += (float) (shares.get(patch) / places(patch).length);
      }
    }
    return Tensor.of(values, shape.toArray());
  }
}
