package io.atelier.tensor;

/**
 * A place in a model where values change: a {@link Parameter}, which is trained, or a {@link
 * Buffer}, which is not. Both are saved. Identity counts, not content.
 */
public sealed interface Cell permits Parameter, Buffer {
  /** The shape, which never changes. */
  Shape shape();

  /** The present values. */
  Tensor value();

  /** Whether values of this element type can be put in. */
  boolean holds(ElementType type);

  /**
   * Replaces the values by a copy of others.
   *
   * @throws ShapeException if the shape or the element type does not fit
   */
  void set(Tensor replacement);
}
