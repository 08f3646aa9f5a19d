package io.atelier.tensor;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The derivatives that {@link Tensor#backward} returns: a value, nothing to zero and nothing
 * shared.
 *
 * <p>They live as long as the {@link Step} in which they were made. Immutable.
 */
public final class Gradients {
  private final IdentityHashMap<Object, Tensor> byLeaf;

  Gradients(IdentityHashMap<Object, Tensor> byLeaf) {
    this.byLeaf = byLeaf;
  }

  /** The derivative with respect to a parameter; zeros if the result does not depend on it. */
  public Tensor of(Parameter parameter) {
    var gradient = find(parameter);
    return gradient != null
        ? gradient
        : Tensor.filled(0, parameter.shape(), parameter.value().elementType());
  }

  /** The derivative with respect to a parameter, or null if the result does not depend on it. */
  public @Nullable Tensor find(Parameter parameter) {
    return byLeaf.get(parameter);
  }

  /**
   * The derivative with respect to a marked tensor, or null if the result does not depend on it.
   */
  public @Nullable Tensor find(Tensor tracked) {
    return tracked.origin() == null ? null : byLeaf.get(tracked.origin());
  }

  /**
   * The derivative with respect to a tensor marked by {@link Tensor#tracked}.
   *
   * @throws GraphException if the result does not depend on it
   */
  public Tensor of(Tensor tracked) {
    var gradient = find(tracked);
    if (gradient == null) {
      throw new GraphException(
          "no derivative with respect to a tensor "
              + tracked.shape()
              + ": the result does not depend on it, or it was not marked by tracked()");
    }
    return gradient;
  }
}
