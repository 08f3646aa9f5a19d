/**
 * Values, operations and derivatives.
 *
 * <p>A {@link io.atelier.tensor.Tensor} is an immutable array of numbers with a shape. Operations
 * on tensors that depend on a {@link io.atelier.tensor.Parameter} are recorded as they run, and
 * {@code backward} of a result returns {@link io.atelier.tensor.Gradients}:
 *
 * <pre>{@code
 * var w = Parameter.of(Tensor.of(new float[] {1, 2}, 2));
 * var loss = w.value().times(w.value()).sum();          // w . w = 5
 * var gradients = loss.backward();
 * gradients.of(w).toFloats();                           // {2, 4}
 * }</pre>
 *
 * <p>Each family of operations is one file, {@link io.atelier.tensor.Tensor}'s methods on top and
 * below them one record per primitive operation: shape rule, forward, backward, samples. The
 * records of the sealed hierarchy under {@link io.atelier.tensor.Op} are all there is, and a test
 * proves every one of them from its samples.
 */
@NullMarked
package io.atelier.tensor;

import org.jspecify.annotations.NullMarked;
