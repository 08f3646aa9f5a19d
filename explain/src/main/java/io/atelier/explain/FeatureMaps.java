package io.atelier.explain;

import io.atelier.nn.Layer;
import io.atelier.nn.Modules;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What a layer in the middle of a network makes of an input. */
public final class FeatureMaps {
  private FeatureMaps() {}

  /** Stands where a layer stood, and keeps what came out of it last. */
  private static final class Tap implements Layer {
    private final Layer layer;
    private @Nullable Tensor output;

    Tap(Layer layer) {
      this.layer = layer;
    }

    @Override
    public Tensor forward(Tensor x) {
      var y = layer.forward(x);
      output = y.kept();
      return y;
    }
  }

  /**
   * The output of a layer when a network sees a batch of inputs.
   *
   * @param model a network that holds the layer as a {@link Layer}, as lists and {@link
   *     io.atelier.nn.Sequential} do
   * @param inputs [N, ...]
   * @param path of the layer, {@code 0} or {@code blocks.1.body}; one of {@link Modules#layers}
   * @return [N, ...], of its last use if the network uses it several times
   * @throws IllegalArgumentException if there is no such layer, its place can hold nothing but its
   *     own type, or the network does not use it
   */
  public static Tensor of(Layer model, Tensor inputs, String path) {
    var layers = Modules.layers(model);
    var layer = layers.get(path);
    if (layer == null) {
      throw new IllegalArgumentException(
          "the network has no layer "
              + path
              + "; it has "
              + String.join(
                  ", ", layers.keySet().stream().filter(known -> !known.isEmpty()).toList()));
    }
    var tap = new Tap(layer);
    var tapped = path.isEmpty() ? tap : Modules.replace(model, path, tap);
    try (var _ = Step.inference()) {
      tapped.forward(inputs);
    }
    if (tap.output == null) {
      throw new IllegalArgumentException("the network does not use its layer " + path);
    }
    return tap.output;
  }
}
