package io.atelier.tensor;

import io.atelier.kernel.Sums;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The derivatives that {@link Tensor#backward} returns: a value, nothing to zero and nothing
 * shared.
 *
 * <p>They live as long as the {@link Step} in which they were made, or {@link #kept}. What is
 * changed is a new value:
 *
 * <pre>{@code
 * sgd.step(loss.backward().clippedByNorm(1));
 * sgd.step(first.backward().plus(second.backward()).times(0.5)); // two halves of a batch
 * }</pre>
 *
 * <p>Immutable.
 */
public final class Gradients {
  /** By {@link Parameter} or {@link Tensor.Origin.Marked}, in the order in which they were met. */
  private final Map<Object, Tensor> byLeaf;

  Gradients(Map<Object, Tensor> byLeaf) {
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

  /**
   * Those with respect to these parameters alone: where a loss also depends on parameters that are
   * not to be trained by it, they count for no norm.
   *
   * @param parameters a part of a model, {@code Modules.parameters(generator).values()}
   */
  public Gradients only(Collection<Parameter> parameters) {
    var chosen = new LinkedHashMap<Object, Tensor>();
    for (var parameter : parameters) {
      var gradient = find(parameter);
      if (gradient != null) {
        chosen.put(parameter, gradient);
      }
    }
    return new Gradients(chosen);
  }

  /** The sum of both: the derivatives of the sum of both losses. */
  public Gradients plus(Gradients other) {
    var sum = new LinkedHashMap<>(byLeaf);
    other.byLeaf.forEach((leaf, gradient) -> sum.merge(leaf, gradient, Tensor::plus));
    return new Gradients(sum);
  }

  /** All multiplied by a number: the derivatives of the loss times that number. */
  public Gradients times(double factor) {
    return map(gradient -> gradient.times(factor));
  }

  /** A copy that outlives the {@link Step}, for a sum over several of them. */
  public Gradients kept() {
    return map(Tensor::kept);
  }

  /**
   * The Euclidean norm of all derivatives with respect to parameters, as one long vector.
   *
   * <p>Added up in double precision, in an order that depends on the graph alone.
   */
  public double norm() {
    double sum = 0;
    for (var entry : byLeaf.entrySet()) {
      if (entry.getKey() instanceof Parameter) {
        sum += squares(entry.getValue());
      }
    }
    return Math.sqrt(sum);
  }

  private static double squares(Tensor x) {
    if (x.elementType() == ElementType.FLOAT) {
      return Sums.squares(x.floats(), x.offset(), x.count());
    }
    double sum = 0;
    for (double value : x.toDoubles()) {
      sum += value * value;
    }
    return sum;
  }

  /**
   * Shortened to this norm if they are longer; the direction stays.
   *
   * <p>{@code g min(1, largest / |g|)}, with {@link #norm} for {@code |g|}.
   *
   * <p>Source: Pascanu, Mikolov, Bengio 2013, "On the difficulty of training recurrent neural
   * networks", algorithm 1.
   *
   * @param largest more than 0
   */
  public Gradients clippedByNorm(double largest) {
    requirePositive("clippedByNorm", largest);
    double norm = norm();
    return norm <= largest ? this : times(largest / norm);
  }

  /**
   * Each derivative brought into {@code [-largest, largest]}.
   *
   * @param largest more than 0
   */
  public Gradients clippedByValue(double largest) {
    requirePositive("clippedByValue", largest);
    return map(gradient -> gradient.clamp(-largest, largest));
  }

  private static void requirePositive(String operation, double largest) {
    if (!(largest > 0)) {
      throw new IllegalArgumentException(
          operation + "(" + largest + "): the bound must be greater than 0");
    }
  }

  private Gradients map(UnaryOperator<Tensor> change) {
    var changed = new LinkedHashMap<Object, Tensor>();
    byLeaf.forEach((leaf, gradient) -> changed.put(leaf, change.apply(gradient)));
    return new Gradients(changed);
  }
}
