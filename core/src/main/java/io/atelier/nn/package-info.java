/**
 * Layers and losses.
 *
 * <p>A model is a record of layers; its structure never changes, the numbers in its {@link
 * io.atelier.tensor.Parameter}s and {@link io.atelier.tensor.Buffer}s do. {@link
 * io.atelier.nn.Modules} finds them by their path in the record, and these paths are the names in
 * saved files.
 *
 * <pre>{@code
 * record Mlp(Linear hidden, Linear output) implements Layer {
 *   public Tensor forward(Tensor x) {                        // [N, in] -> [N, classes]
 *     return output.forward(hidden.forward(x).relu());
 *   }
 * }
 *
 * var net = Sequential.create(Shape.of(784), rng, Dense.of(1000), Tensor::relu, Dense.of(10));
 * Modules.count(net);                                        // 795,010, none of them made yet
 * }</pre>
 */
@NullMarked
package io.atelier.nn;

import org.jspecify.annotations.NullMarked;
