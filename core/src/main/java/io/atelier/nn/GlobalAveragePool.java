package io.atelier.nn;

import io.atelier.tensor.Tensor;

/**
 * The mean of each channel, ready for a fully connected layer; {@link Tensor#globalAveragePool}.
 *
 * <p>Shapes: [N, C, H, W] or [N, C, L] -> [N, C].
 *
 * <p>Source: Lin, Chen, Yan 2013, "Network In Network", section 3.2.
 */
public record GlobalAveragePool() implements Architecture.Item {
  @Override
  public Tensor forward(Tensor x) { // [N, C, H, W] -> [N, C]
    return x.globalAveragePool();
  }
}
