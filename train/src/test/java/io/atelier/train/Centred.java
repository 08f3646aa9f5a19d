package io.atelier.train;

import io.atelier.nn.Layer;
import io.atelier.tensor.Buffer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;

/**
 * A layer with state that is not trained. Public, so that core may look inside a record of this
 * module, which is not opened to it.
 */
public record Centred(Parameter shift, Buffer mean, Buffer batches) implements Layer {
  static Centred of(float shift, float mean, long batches) {
    return new Centred(
        Parameter.of(Tensor.scalar(shift)),
        Buffer.of(Tensor.scalar(mean)),
        Buffer.of(Tensor.of(new long[] {batches}, 1)));
  }

  @Override
  public Tensor forward(Tensor x) {
    return x.minus(mean.value()).plus(shift.value());
  }
}
