package io.atelier.explain;

import static java.util.Objects.requireNonNull;

import io.atelier.nn.Layer;
import io.atelier.nn.Modules;
import io.atelier.nn.Sequential;
import io.atelier.nn.Stages;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.List;
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
   * @param model a network of {@link Stages}, or one that holds the layer as a {@link Layer}
   * @param inputs [N, ...]
   * @param path of the layer, {@code 0} or {@code blocks.1.body}; one of {@link Modules#layers}
   * @return [N, ...], of its last use if the network uses it several times
   * @throws IllegalArgumentException if there is no such layer, its place can hold nothing but its
   *     own type, or the network does not use it
   */
  public static Tensor of(Layer model, Tensor inputs, String path) {
    var layers = Modules.layers(model);
    if (!layers.containsKey(path)) {
      throw new IllegalArgumentException(
          "the network has no layer "
              + path
              + "; it has "
              + String.join(
                  ", ", layers.keySet().stream().filter(known -> !known.isEmpty()).toList()));
    }
    try (var _ = Step.inference()) {
      return output(model, inputs, path).kept();
    }
  }

  /** Goes through stages one by one as far as the layer; elsewhere listens in its place. */
  private static Tensor output(Layer model, Tensor inputs, String path) {
    if (path.isEmpty()) {
      return model.forward(inputs);
    }
    if (model instanceof Stages composed) {
      var x = inputs;
      for (var stage : composed.stages().entrySet()) {
        if ((path + ".").startsWith(stage.getKey() + ".")) {
          int rest = Math.min(path.length(), stage.getKey().length() + 1);
          return output(stage.getValue(), x, path.substring(rest));
        }
        x = stage.getValue().forward(x);
      }
    }
    var tap = new Tap(requireNonNull(Modules.layers(model).get(path)));
    Modules.replace(model, path, tap).forward(inputs);
    if (tap.output == null) {
      throw new IllegalArgumentException("the network does not use its layer " + path);
    }
    return tap.output;
  }

  /**
   * What a network does behind one of its stages, as a network of its own: for attributions to the
   * feature maps, which are the coarser the deeper the layer is.
   *
   * @param path of a stage that is no part of another
   * @throws IllegalArgumentException if there is no such stage
   */
  public static Layer behind(Layer model, String path) {
    if (model instanceof Stages composed) {
      var names = List.copyOf(composed.stages().keySet());
      if (names.contains(path)) {
        var layers = List.copyOf(composed.stages().values());
        return new Sequential(layers.subList(names.indexOf(path) + 1, layers.size()));
      }
      throw new IllegalArgumentException(
          path + " is none of the stages of the network; these are " + String.join(", ", names));
    }
    throw new IllegalArgumentException("the network is not made of stages one after the other");
  }
}
