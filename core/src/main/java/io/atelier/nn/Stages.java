package io.atelier.nn;

import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;
import java.util.SequencedMap;

/**
 * A layer that is nothing but layers one after the other, each known by the name that it has in
 * paths: {@link Sequential}, or a record such as a residual network, whose components have names.
 */
public interface Stages extends Layer {
  /** The layers by name, in order. */
  SequencedMap<String, Layer> stages();

  @Override
  default Shape output(Shape input) {
    var shape = input;
    for (var stage : stages().sequencedValues()) {
      shape = stage.output(shape);
    }
    return shape;
  }

  @Override
  default Tensor forward(Tensor x) {
    for (var stage : stages().sequencedValues()) {
      x = stage.forward(x);
    }
    return x;
  }
}
