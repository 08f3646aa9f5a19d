package io.atelier.tensor;

import io.atelier.kernel.Recycler;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One step of training or inference: its mode, its randomness and its memory.
 *
 * <pre>{@code
 * try (var step = Step.training(rng)) {
 *   var loss = Loss.crossEntropy(model.forward(batch.inputs()), batch.labels());
 *   sgd.step(loss.backward());
 * }
 * }</pre>
 *
 * <p>Tensors made inside a step live in memory that the next step uses again. After the step they
 * can no longer be read: {@link Tensor#kept} copies a value out. Everything works outside a step
 * too, where each tensor has memory of its own. A step belongs to its thread.
 */
public final class Step implements AutoCloseable, Tensor.Owner {
  private static final ThreadLocal<@Nullable Step> CURRENT = new ThreadLocal<>();
  private static final ThreadLocal<Recycler> RECYCLER = ThreadLocal.withInitial(Recycler::new);

  private final @Nullable Rng rng;
  private boolean records;
  private boolean naming;
  private @Nullable Consumer<Product> products;
  private final Recycler recycler = RECYCLER.get();
  private final Thread thread = Thread.currentThread();
  private final List<Runnable> changes = new ArrayList<>();
  private boolean open = true;

  private Step(@Nullable Rng rng) {
    if (CURRENT.get() != null) {
      throw new StepException(
          CURRENT.get() + " is still open on this thread; close it first (try with resources)");
    }
    this.rng = rng;
    this.records = rng != null;
    CURRENT.set(this);
  }

  /** A training step: operations are recorded, dropout draws from a new stream of {@code rng}. */
  public static Step training(Rng rng) {
    return new Step(rng.split());
  }

  /** An inference step: nothing is recorded, nothing is random. */
  public static Step inference() {
    return new Step(null);
  }

  /**
   * From here on, operations on tracked tensors are recorded, as they are in a training step: for
   * derivatives of a network as it is used, without dropout and with the statistics that it has
   * learned.
   *
   * <pre>{@code
   * try (var _ = Step.inference().recording()) {
   *   var x = image.tracked();
   *   var slope = model.forward(x).select(1, 3).sum().backward().of(x);
   * }
   * }</pre>
   */
  public Step recording() {
    records = true;
    return this;
  }

  /**
   * From here on, an operation that makes a value that is infinite or not a number from finite ones
   * is named by a {@link NonFiniteException}. Slow: every result is looked through.
   */
  public Step namingNonFinite() {
    naming = true;
    return this;
  }

  /**
   * A product of FLOAT matrices that a step has computed, {@code [m, k] . [k, n]}.
   *
   * @param count how many of this size, one for each matrix of a batch
   * @param transposedLeft whether the left operand was read transposed
   * @param transposedRight whether the right operand was read transposed
   * @param nanoseconds from its call to its return, all threads at work
   */
  public record Product(
      int count,
      int m,
      int n,
      int k,
      boolean transposedLeft,
      boolean transposedRight,
      long nanoseconds) {
    /** The number of multiply-adds, {@code count m n k}. */
    public long multiplyAdds() {
      return (long) count * m * n * k;
    }
  }

  /**
   * From here on, {@code listener} hears of each product of FLOAT matrices and how long it took; in
   * inference not of those of a few rows with weights that stay.
   */
  public Step timingProducts(Consumer<Product> listener) {
    products = listener;
    return this;
  }

  /** Runs a product, and tells how long it took if this step was asked to. */
  static void time(
      int count,
      int m,
      int n,
      int k,
      boolean transposedLeft,
      boolean transposedRight,
      Runnable product) {
    var step = CURRENT.get();
    if (step == null || step.products == null) {
      product.run();
      return;
    }
    long start = System.nanoTime();
    product.run();
    long nanoseconds = System.nanoTime() - start;
    step.products.accept(new Product(count, m, n, k, transposedLeft, transposedRight, nanoseconds));
  }

  /** Looks through a result if this step was asked to. */
  static void check(Op op, Tensor result, Tensor... inputs) {
    var step = CURRENT.get();
    if (step != null && step.naming) {
      NonFiniteException.check(op, result, inputs);
    }
  }

  /** The step that is open on this thread, if any. */
  static @Nullable Step current() {
    return CURRENT.get();
  }

  /** Whether operations on tracked tensors are recorded here. */
  static boolean records() {
    var step = CURRENT.get();
    return step == null || step.records;
  }

  /**
   * The randomness for one call of an operation that differs between training and inference: a
   * stream in a training step, null in an inference step.
   *
   * @throws StepException outside a step, where nobody has said which of the two it is
   */
  public static @Nullable Rng randomness(String operation) {
    var rng = required(operation).rng;
    return rng == null ? null : rng.split();
  }

  /**
   * Whether this is a training step, for an operation that differs between training and inference.
   *
   * @throws StepException outside a step, where nobody has said which of the two it is
   */
  public static boolean trains(String operation) {
    return required(operation).rng != null;
  }

  private static Step required(String operation) {
    var step = CURRENT.get();
    if (step == null) {
      throw new StepException(
          operation
              + " differs between training and inference: call it inside"
              + " Step.training(rng) or Step.inference()");
    }
    return step;
  }

  /** Puts off a change until the optimiser steps; forgets it in an inference step. */
  static void whenOptimizerSteps(String operation, Runnable change) {
    var step = required(operation);
    if (step.rng != null) {
      step.changes.add(change);
    }
  }

  /**
   * Makes the changes of buffers that the open step was handed ({@link Buffer#afterStep}), in
   * order. An optimiser calls this once it has changed the parameters.
   */
  public static void changeBuffers() {
    var step = CURRENT.get();
    if (step != null) {
      step.changes.forEach(Runnable::run);
      step.changes.clear();
    }
  }

  /** Whether this is an inference step, in which no weight changes. */
  static boolean infers() {
    var step = CURRENT.get();
    return step != null && step.rng == null;
  }

  /**
   * Whether a gradient may wait as a pending product: in a step that records, unless results are
   * looked at.
   */
  static boolean defers() {
    var step = CURRENT.get();
    return step != null && step.records && !step.naming;
  }

  /** Memory with undefined content: recycled inside a step, fresh outside. */
  static float[] memory(Shape shape) {
    var step = CURRENT.get();
    int length = Tensor.length(shape);
    return step == null ? new float[length] : step.recycler.take(length);
  }

  boolean isOpen() {
    return open;
  }

  void requireOpen(Shape shape) {
    if (!open) {
      throw new StepException(
          "a tensor "
              + shape
              + " of "
              + this
              + " was used after the step had ended;"
              + " kept() inside the step copies it out");
    }
  }

  /** Ends the step; its tensors can no longer be read. */
  @Override
  public void close() {
    if (Thread.currentThread() != thread) {
      throw new StepException(this + " was closed by another thread than opened it");
    }
    if (open) {
      open = false;
      CURRENT.remove();
      recycler.endStep();
    }
  }

  @Override
  public String toString() {
    return rng == null ? "an inference step" : "a training step";
  }
}
