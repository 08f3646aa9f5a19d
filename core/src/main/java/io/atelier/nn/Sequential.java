package io.atelier.nn;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Layers one after the other. In paths a layer is known by its place: {@code 0.weight}.
 *
 * @param layers in order
 */
public record Sequential(List<Layer> layers) implements Stages {
  /** Copies the list. */
  public Sequential {
    layers = List.copyOf(layers);
  }

  /** These layers, in order. */
  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  /**
   * Layers with the sizes that the input gives them:
   *
   * <pre>{@code
   * Sequential.create(Shape.of(784), rng, Dense.of(1000), Tensor::relu, Dense.of(10));
   * }</pre>
   *
   * <p>Each {@link Plan} becomes a layer with new random weights, made when they are first read;
   * everything else stays as it is.
   *
   * @param input the shape of one example, without the axis of the batch
   * @throws ShapeException if a layer does not fit what comes before it
   */
  public static Sequential create(Shape input, Rng rng, Layer... plans) {
    var layers = new ArrayList<Layer>();
    var shape = input;
    for (var plan : plans) {
      try {
        var layer = plan instanceof Plan unmade ? unmade.create(shape, rng) : plan;
        shape = layer.output(shape);
        layers.add(layer);
      } catch (ShapeException e) {
        throw new ShapeException(
            "layer " + layers.size() + " of the sequence", String.valueOf(e.getMessage()), e);
      }
    }
    return new Sequential(layers);
  }

  /** The layers by their places. */
  @Override
  public SequencedMap<String, Layer> stages() {
    var stages = new LinkedHashMap<String, Layer>();
    for (var layer : layers) {
      stages.put(Integer.toString(stages.size()), layer);
    }
    return stages;
  }

  @Override
  public Tensor forward(Tensor x) {
    for (int i = 0; i < layers.size(); i++) {
      boolean relu = i + 1 < layers.size() && layers.get(i + 1) == Activation.RELU;
      var rectified = relu ? rectified(layers.get(i), x) : null;
      x = rectified != null ? rectified : layers.get(i).forward(x);
      i += rectified != null ? 1 : 0;
    }
    return x;
  }

  /** A layer and the ReLU after it at once, to the same bits; null for one that cannot. */
  private static @Nullable Tensor rectified(Layer layer, Tensor x) {
    return switch (layer) {
      case Linear linear -> linear.forwardRelu(x);
      case Convolution convolution -> convolution.forwardRelu(x);
      default -> null;
    };
  }
}
