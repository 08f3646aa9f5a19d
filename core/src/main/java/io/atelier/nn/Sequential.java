package io.atelier.nn;

import io.atelier.tensor.Tensor;
import java.util.List;

/**
 * Layers one after the other. In paths a layer is known by its place: {@code 0.weight}.
 *
 * @param layers in order
 */
public record Sequential(List<Layer> layers) implements Layer {
  /** Copies the list. */
  public Sequential {
    layers = List.copyOf(layers);
  }

  /** These layers, in order. */
  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  @Override
  public Tensor forward(Tensor x) {
    for (var layer : layers) {
      x = layer.forward(x);
    }
    return x;
  }
}
