package io.atelier.data;

import io.atelier.nn.SyntaxException;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * What is done to each image of a batch, in order, and to the batch at last. Immutable.
 *
 * <pre>{@code
 * var transforms = Transforms.parse("shift2,rotate10,fliph,cutout8,normalize").fitted(training);
 * for (int epoch = 0; epoch < epochs; epoch++) {
 *   var images = training.transformed(transforms, rng.keyed(epoch)); // other images each epoch
 * }
 * var judged = test.transformed(transforms); // normalised, and nothing at random
 * }</pre>
 *
 * @param steps of each image
 * @param mixUp of the batch
 */
public record Transforms(List<Transform> steps, Optional<MixUp> mixUp) {
  /** The grammar, for a reader at a terminal. */
  public static final String GRAMMAR =
      """
      Transforms are a line of items, separated by commas, and are done in order:

        shift2,rotate10,fliph,normalize

        fliph  flipv        mirrors every other image: left and right, top and bottom
        rotateD             turns by up to D degrees to either side, at most 180
        shiftN              moves by up to N whole pixels in both directions
        scaleS              makes larger or smaller by up to the share S, below 1
        shearD              leans to either side by up to D degrees, at most 60
        brightnessS         lighter or darker, by a factor from 1 - S to 1 + S
        contrastS           the same for the distance from the mean brightness
        saturationS         the same for the distance of colours from grey
        noiseD              adds noise of the normal distribution with standard deviation D
        cutoutN             blackens a square of N x N pixels somewhere
        randomcropN[:P]     a part of N x N pixels somewhere, of the image in a frame of P zeros
        cropN               the middle N x N pixels
        resizeN             to N x N pixels
        invert              1 - x: light becomes dark
        normalize           to mean 0 and standard deviation 1, measured on the training images;
                            normalizeM/D has the mean and the deviation, M/D:M/D:M/D for colours
        mixupA              mixes each image with another, labels too; the share is drawn from the
                            Beta distribution with parameters A, 0.05 to 2; it comes last

      Sizes are N, or HxW with rows first. Images have values from 0 to 1; what comes into view from
      outside is 0. Where a network is judged, all that is random is left out.
      """;

  /** Checks the order and copies the list. */
  public Transforms {
    steps = List.copyOf(steps);
    boolean normalized = false;
    for (var step : steps) {
      if (normalized && (step instanceof Colour || step instanceof Invert)) {
        throw new IllegalArgumentException(
            step + " works on values from 0 to 1: it comes before normalize");
      }
      normalized |= step instanceof Normalize;
    }
  }

  /** These, in order. */
  public static Transforms of(Transform... steps) {
    return new Transforms(List.of(steps), Optional.empty());
  }

  /**
   * Reads a line of text, {@code shift2,rotate10,normalize}; an empty one is nothing to do.
   *
   * @throws SyntaxException with the place of the first thing that is not understood
   */
  public static Transforms parse(String text) {
    return new TransformsParser(text).parse();
  }

  /** These, and then batches mixed. */
  public Transforms mixingUp(MixUp mixing) {
    return new Transforms(steps, Optional.of(mixing));
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return steps.isEmpty() && mixUp.isEmpty();
  }

  /**
   * These, each {@code normalize} with the numbers of the training images, as they are when it is
   * their turn; what is random does not count.
   */
  public Transforms fitted(Dataset training) {
    var fitted = new ArrayList<Transform>();
    for (var step : steps) {
      boolean measures = step instanceof Normalize normalize && !normalize.isFitted();
      fitted.add(
          measures ? Normalize.of(training.transformed(new Transforms(fitted, mixUp))) : step);
    }
    return new Transforms(fitted, mixUp);
  }

  /** What is done where a network is judged: everything but what is random. */
  public Transforms evaluation() {
    return new Transforms(
        steps.stream().flatMap(step -> step.evaluation().stream()).toList(), Optional.empty());
  }

  /**
   * The shape of the result for an image of this shape, [C, H, W].
   *
   * @throws ShapeException if it is no image, or a step cannot be applied to it
   */
  public Shape output(Shape image) {
    if (image.rank() != 3) {
      throw new ShapeException(
          "transforms " + this + " of examples " + image,
          "an image is [C, H, W]; reshape them afterwards");
    }
    var shape = image;
    for (var step : steps) {
      shape = step.output(shape);
    }
    return shape;
  }

  /**
   * An image changed by all steps. {@link Geometry} that stands together is one interpolation.
   *
   * <p>Shapes: FLOAT [C, H, W] -> {@link #output}.
   */
  public Tensor apply(Tensor image, Rng rng) {
    var result = image;
    var place = Affine.IDENTITY;
    for (var step : steps) {
      if (step instanceof Geometry geometry) {
        place = place.then(geometry.draw(rng));
      } else {
        result = step.apply(place.apply(result), rng);
        place = Affine.IDENTITY;
      }
    }
    return place.apply(result);
  }

  /** The line of text that {@link #parse} reads. */
  @Override
  public String toString() {
    var text = new StringJoiner(",");
    steps.forEach(step -> text.add(step.toString()));
    mixUp.ifPresent(mixing -> text.add(mixing.toString()));
    return text.toString();
  }
}
