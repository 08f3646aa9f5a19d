package io.atelier.tensor;

import io.atelier.tensor.Tensor.Origin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Backpropagation: the chain rule, from the result back to the leaves, every operation once.
 *
 * <p>Operations are visited in reverse order of their creation. When an operation's turn comes, all
 * that used its result has been visited, so the derivative of its result is complete.
 */
final class Backward {
  /** An operation that waits for its turn, with its result. */
  private record Visit(Tensor output, Origin.Recorded origin) {}

  /** Derivatives so far, by origin (operations) or leaf (parameters, marked tensors). */
  private final IdentityHashMap<Object, Tensor> sums = new IdentityHashMap<>();

  private final Map<Object, Tensor> leaves = new LinkedHashMap<>(); // both know identity only
  private final PriorityQueue<Visit> waiting =
      new PriorityQueue<>(Comparator.comparingLong((Visit visit) -> -visit.origin.order()));

  /** Whether the derivatives are recorded, so that they can be differentiated in turn. */
  private final boolean recorded;

  private Backward(boolean recorded) {
    this.recorded = recorded;
  }

  static Gradients run(Tensor result, Tensor upstream, boolean recorded) {
    if (!result.isTracked()) {
      throw new GraphException(
          "backward() of a tensor that depends on no parameter and on nothing marked by tracked()"
              + (Step.records() ? "" : "; an inference step records nothing"));
    }
    if (!upstream.shape().equals(result.shape())
        || upstream.elementType() != result.elementType()) {
      throw new ShapeException(
          "backward(" + upstream.elementType() + " " + upstream.shape() + ")",
          "the result is " + result.elementType() + " " + result.shape());
    }
    var pass = new Backward(recorded);
    pass.add(result, recorded ? upstream : upstream.detached());
    for (var visit = pass.waiting.poll(); visit != null; visit = pass.waiting.poll()) {
      pass.visit(visit);
    }
    return new Gradients(pass.leaves);
  }

  private void visit(Visit visit) {
    var inputs = new ArrayList<Tensor>();
    var needed = new ArrayList<Boolean>();
    for (var input : visit.origin.inputs()) {
      checkVersion(visit, input);
      inputs.add(recorded ? input : input.detached());
      needed.add(input.isTracked());
    }
    var upstream = sums.remove(visit.origin);
    if (upstream == null) {
      throw new AssertionError(visit.origin.op().name() + " was visited twice");
    }
    var output = recorded ? visit.output : visit.output.detached();
    var gradients = visit.origin.op().backward(new Op.Chain(inputs, output, upstream, needed));
    for (int i = 0; i < inputs.size(); i++) {
      var gradient = gradients.get(i);
      if (needed.get(i) && gradient != null) {
        add(visit.origin.inputs().get(i), gradient);
      }
    }
  }

  /** Adds a derivative to what has reached {@code tensor} before: several users, one sum. */
  private void add(Tensor tensor, Tensor gradient) {
    switch (tensor.origin()) {
      case Origin.Of(var parameter, _) -> leaves.merge(parameter, gradient, Tensor::plus);
      case Origin.Marked mark -> leaves.merge(mark, gradient, Tensor::plus);
      case Origin.Recorded recorded -> {
        if (sums.merge(recorded, gradient, Tensor::plus) == gradient) {
          waiting.add(new Visit(tensor, recorded));
        }
      }
      case null -> throw new AssertionError("an untracked tensor was given a derivative");
    }
  }

  private static void checkVersion(Visit visit, Tensor input) {
    if (input.origin() instanceof Origin.Of(var parameter, var version)
        && parameter.version() != version) {
      throw new GraphException(
          "backward() needs the values that "
              + visit.origin.op().name()
              + " saw of a "
              + parameter
              + ", which has been changed since; compute the result again");
    }
  }
}
