package io.atelier.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Compares the derivatives of a function with central differences: the proof of a backward.
 *
 * <pre>{@code
 * GradCheck.verify(inputs -> inputs.get(0).tanh().sum(), x);      // throws if they disagree
 * GradCheck.check(inputs -> new Cube().apply(inputs.get(0)), x);  // a verdict to look at
 * }</pre>
 *
 * <p>Operands are DOUBLE. The function is checked in a random direction of its output, element by
 * element of its operands. At a kink (ReLU at 0) no verdict makes sense.
 */
public final class GradCheck {
  private static final double STEP = 1e-5;

  /** The largest relative error that passes. */
  public static final double TOLERANCE = 1e-6;

  private GradCheck() {}

  /**
   * What a check found.
   *
   * @param worst the largest error, relative where the derivative is above 1
   * @param operand in which it was found
   * @param element of that operand
   * @param derivative that backward gave there
   * @param difference that the function shows there
   */
  public record Verdict(
      double worst, int operand, int element, double derivative, double difference) {
    /** Whether every derivative agrees with its difference. */
    public boolean passed() {
      return worst <= TOLERANCE; // not so for what is not a number
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: at element %d of operand %d backward gives %.10g and the central difference %.10g"
              + " (error %.1e, allowed %.0e)",
          passed() ? "the derivatives agree" : "the derivatives disagree",
          element,
          operand,
          derivative,
          difference,
          worst,
          TOLERANCE);
    }
  }

  /** Compares the derivatives of {@code function} at a point with central differences. */
  public static Verdict check(Function<List<Tensor>, Tensor> function, Tensor... point) {
    var tracked = new ArrayList<Tensor>();
    for (var operand : point) {
      if (operand.elementType() == ElementType.FLOAT) {
        throw new ShapeException(
            "gradCheck(FLOAT " + operand.shape() + ")",
            "differences need DOUBLE operands: to(ElementType.DOUBLE)");
      }
      tracked.add(operand.elementType().isFloating() ? operand.detached().tracked() : operand);
    }
    var result = function.apply(tracked);
    var upstream = Op.Sample.uniform(-1, 1, result.shape().toArray());
    var gradients = result.isTracked() ? result.backward(upstream) : null;
    var verdict = new Verdict(0, 0, 0, 0, 0);
    for (int i = 0; i < point.length; i++) {
      if (!point[i].elementType().isFloating()) {
        continue;
      }
      var gradient = gradients == null ? null : gradients.find(tracked.get(i));
      for (int j = 0; j < point[i].count(); j++) {
        double difference =
            (value(function, point, i, j, STEP, upstream)
                    - value(function, point, i, j, -STEP, upstream))
                / (2 * STEP);
        double derivative = gradient == null ? 0 : gradient.number(j);
        double error = Math.abs(derivative - difference) / Math.max(1, Math.abs(difference));
        if (!(error <= verdict.worst())) {
          verdict = new Verdict(error, i, j, derivative, difference);
        }
      }
    }
    return verdict;
  }

  /**
   * Fails where {@link #check} finds a derivative that disagrees.
   *
   * @throws AssertionError with the verdict
   */
  public static void verify(Function<List<Tensor>, Tensor> function, Tensor... point) {
    var verdict = check(function, point);
    if (!verdict.passed()) {
      throw new AssertionError(verdict.toString());
    }
  }

  /** {@code sum(upstream * function(point))} with one element moved. */
  private static double value(
      Function<List<Tensor>, Tensor> function,
      Tensor[] point,
      int operand,
      int element,
      double by,
      Tensor upstream) {
    var moved = new ArrayList<>(List.of(point));
    double[] values = point[operand].toDoubles();
    values[element] += by;
    moved.set(operand, Tensor.wrap(values, point[operand].shape()));
    var result = function.apply(moved);
    double sum = 0;
    for (int i = 0; i < result.count(); i++) {
      sum += upstream.number(i) * result.number(i);
    }
    return sum;
  }
}
