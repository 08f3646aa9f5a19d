package io.atelier.nn;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Window;

/**
 * The plan of a {@link Convolution} with as many channels as there turn out to be.
 *
 * @param filters channels of the output, at least 1
 * @param window how they move
 * @param groups parts of the channels that are seen by a part of the filters each
 * @param biased whether a bias is added; without purpose where a normalisation follows
 */
public record Filters(int filters, Window window, int groups, boolean biased)
    implements Plan, Architecture.Item {
  /** Checks the numbers. */
  public Filters {
    if (filters < 1 || groups < 1 || filters % groups != 0) {
      throw new IllegalArgumentException(
          "a convolution needs at least one filter, and filters divisible by groups; got "
              + filters
              + " filters in "
              + groups
              + " groups");
    }
  }

  /** A convolution with this many filters. */
  public static Filters of(int filters, Window window) {
    return new Filters(filters, window, 1, true);
  }

  /** The same in this many groups. */
  public Filters groups(int newGroups) {
    return new Filters(filters, window, newGroups, biased);
  }

  /** The same without bias. */
  public Filters unbiased() {
    return new Filters(filters, window, groups, false);
  }

  /**
   * The layer for images [C, H, W] or signals [C, L].
   *
   * @throws ShapeException if the input is neither, or its channels are not divisible by groups
   */
  @Override
  public Convolution create(Shape input, Rng rng) {
    if (input.rank() != 2 && input.rank() != 3) {
      throw new ShapeException(
          "convolution(" + input + ")", "needs images [C, H, W] or signals [C, L]");
    }
    return Convolution.create(input.size(0), input.rank() - 1, this, rng);
  }
}
