package io.atelier.tensor;

import java.util.function.UnaryOperator;

/**
 * A value of a model that is saved with it but not trained: a running mean, a counter.
 *
 * <p>It is a constant to every derivative. A layer that learns it from what it sees hands the
 * change to the training step, {@code mean.afterStep(old -> ...)}: it is made when the optimiser
 * steps, so that a forward pass by itself, in training or in inference, changes nothing.
 * Thread-confined.
 */
public final class Buffer implements Cell {
  private Tensor value;

  private Buffer(Tensor value) {
    this.value = value;
  }

  /** A buffer with a copy of these values, of any element type. */
  public static Buffer of(Tensor value) {
    return new Buffer(value.kept());
  }

  @Override
  public Shape shape() {
    return value.shape();
  }

  @Override
  public Tensor value() {
    return value;
  }

  /** Its own element type; for fractions both FLOAT and DOUBLE. */
  @Override
  public boolean holds(ElementType type) {
    return type == value.elementType() || (type.isFloating() && value.elementType().isFloating());
  }

  @Override
  public void set(Tensor replacement) {
    if (!replacement.shape().equals(shape()) || !holds(replacement.elementType())) {
      throw new ShapeException(
          "set(" + replacement.elementType() + " " + replacement.shape() + ")",
          "the buffer is " + value.elementType() + " " + shape());
    }
    value = replacement.kept();
  }

  /**
   * Changes the values when the optimiser next steps in the training step that is open; nothing in
   * an inference step, and nothing if the training step ends before.
   *
   * <p>Changes are made in the order in which they were asked for, each of what the one before
   * left: a layer that is used twice in a step counts both batches.
   *
   * @param change from the values of that moment to new ones of the same shape
   * @throws StepException outside a step
   */
  public void afterStep(UnaryOperator<Tensor> change) {
    Step.whenOptimizerSteps("a change of a buffer", () -> set(change.apply(value)));
  }

  @Override
  public String toString() {
    return "buffer " + shape();
  }
}
