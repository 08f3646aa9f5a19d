package io.atelier.nn;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;

/**
 * The plan of a normalisation: a layer for as many channels as there turn out to be.
 *
 * <pre>{@code
 * Sequential.create(Shape.of(784), rng, Dense.of(100), Norm.BATCH, Activation.RELU, Dense.of(10));
 * }</pre>
 *
 * <p>{@link GroupNorm} has none, since its groups must divide the channels.
 */
public enum Norm implements Plan, Architecture.Item {
  /** {@link BatchNorm} for inputs [C, ...]. */
  BATCH,
  /** {@link LayerNorm} over the last axis, for inputs [..., D]. */
  LAYER,
  /** {@link InstanceNorm} with weight and bias, for inputs [C, ...]. */
  INSTANCE;

  /**
   * The layer for inputs of this shape; nothing in it is random.
   *
   * @throws ShapeException if the input has no axis
   */
  @Override
  public Layer create(Shape input, Rng rng) {
    if (input.rank() == 0) {
      throw new ShapeException(this + "(" + input + ")", "needs an input with at least one axis");
    }
    return switch (this) {
      case BATCH -> BatchNorm.create(input.size(0));
      case LAYER -> LayerNorm.create(input.size(-1));
      case INSTANCE -> InstanceNorm.create(input.size(0));
    };
  }

  /** The operation that the layer applies. */
  @Override
  public String toString() {
    return switch (this) {
      case BATCH -> "batchNorm";
      case LAYER -> "layerNorm";
      case INSTANCE -> "instanceNorm";
    };
  }
}
