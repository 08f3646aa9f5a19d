package io.atelier.optim;

import io.atelier.nn.Modules;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * L-BFGS: Newton's method with a curvature guessed from the last few steps, for small models and
 * whole data sets.
 *
 * <pre>{@code
 * var result = Lbfgs.create().minimize(model, () -> Loss.meanSquaredError(model.forward(x), y));
 * }</pre>
 *
 * <p>The direction is {@code -H g}, with the inverse curvature {@code H} built from the last {@code
 * history} pairs of steps and changes of the gradient; a {@link LineSearch} finds how far to go. It
 * computes in doubles, and keeps parameters of FLOAT rounded. Each call begins afresh and leaves
 * nothing behind but the weights, so that there is no state to save. The loss must be the same
 * function at every call: no other batch, no dropout.
 *
 * <p>Source: Nocedal 1980, "Updating quasi-Newton matrices with limited storage"; Nocedal and
 * Wright 2006, "Numerical optimization", algorithms 7.4 and 7.5.
 *
 * @param history how many pairs are remembered
 * @param iterations how many directions are taken at most
 * @param flattest ends if no derivative is larger
 * @param smallest ends if no weight, or the loss, changes by more
 */
public record Lbfgs(int history, int iterations, double flattest, double smallest) {
  /**
   * What a minimisation came to.
   *
   * @param loss at the end
   * @param iterations directions taken
   * @param evaluations how often the loss was computed
   * @param converged whether the gradient or the changes became too small, rather than the number
   *     of iterations too large
   */
  public record Result(double loss, int iterations, int evaluations, boolean converged) {}

  /** A step, the change of the gradient along it, and the inverse of their product. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Pair(double[] step, double[] change, double inverse) {}

  /** Checks the settings. */
  public Lbfgs {
    Settings.require(history >= 1, "Lbfgs", "history", "be at least 1", history);
    Settings.require(iterations >= 1, "Lbfgs", "iterations", "be at least 1", iterations);
    Settings.requireNotNegative("Lbfgs", "flattest", flattest);
    Settings.requireNotNegative("Lbfgs", "smallest", smallest);
  }

  /** Ten pairs, at most 100 iterations, and PyTorch's tolerances 1e-7 and 1e-9. */
  public static Lbfgs create() {
    return new Lbfgs(10, 100, 1e-7, 1e-9);
  }

  /** The same with so many pairs. */
  public Lbfgs history(int pairs) {
    return new Lbfgs(pairs, iterations, flattest, smallest);
  }

  /** The same with at most so many iterations. */
  public Lbfgs iterations(int most) {
    return new Lbfgs(history, most, flattest, smallest);
  }

  /** The same with another derivative that counts as none. */
  public Lbfgs flattest(double derivative) {
    return new Lbfgs(history, iterations, derivative, smallest);
  }

  /** The same with another change of weights or loss that counts as none. */
  public Lbfgs smallest(double change) {
    return new Lbfgs(history, iterations, flattest, change);
  }

  /**
   * Changes the parameters of a model until the loss is lowest nearby.
   *
   * @param loss computed anew from the present weights at each call
   * @throws IllegalStateException if the first loss or its gradient is not finite; the weights stay
   */
  public Result minimize(Object model, Supplier<Tensor> loss) {
    return minimize(Modules.parameters(model), loss);
  }

  /** The same with some parameters of a model, by path; the others stay as they are. */
  public Result minimize(Map<String, Parameter> parameters, Supplier<Tensor> loss) {
    var ground = new Ground(List.copyOf(parameters.values()), loss);
    var pairs = new ArrayDeque<Pair>();
    double[] place = ground.place();
    var here = ground.at(place);
    if (!Double.isFinite(here.loss) || !Double.isFinite(largest(here.gradient))) {
      throw new IllegalStateException(
          "Lbfgs: the first loss and its gradient must be finite, got a loss of "
              + here.loss
              + " and derivatives up to "
              + largest(here.gradient)
              + "; begin with other weights");
    }
    boolean converged = largest(here.gradient) <= flattest;
    int iteration = 0;
    for (; iteration < iterations && !converged; iteration++) {
      double[] direction = direction(here.gradient, pairs);
      double slope = dot(here.gradient, direction);
      if (slope > -smallest) {
        converged = true;
        break;
      }
      double first = iteration == 0 ? Math.min(1, 1 / sumOfSizes(here.gradient)) : 1;
      var search = new LineSearch(ground.along(place, direction), smallest / largest(direction));
      var found = search.from(here.loss, slope, first);
      double[] step = plus(new double[place.length], found.distance(), direction);
      var there = new Spot(found.loss(), found.gradient());
      remember(pairs, step, plus(there.gradient, -1, here.gradient));
      place = plus(place, 1, step);
      converged =
          largest(there.gradient) <= flattest
              || largest(step) <= smallest
              || Math.abs(there.loss - here.loss) < smallest;
      here = there;
    }
    ground.put(place);
    return new Result(here.loss, iteration, ground.evaluations, converged);
  }

  /** {@code -H g} by two loops over the pairs, from the newest to the oldest and back. */
  private static double[] direction(double[] gradient, Deque<Pair> pairs) {
    double[] direction = plus(new double[gradient.length], -1, gradient);
    var weights = new ArrayList<Double>();
    for (var pair : pairs.reversed()) {
      double weight = pair.inverse * dot(pair.step, direction);
      weights.add(weight);
      direction = plus(direction, -weight, pair.change);
    }
    if (!pairs.isEmpty()) { // the curvature along the last step, for all directions unknown
      var newest = pairs.getLast();
      double scale = 1 / (newest.inverse * dot(newest.change, newest.change));
      direction = plus(new double[gradient.length], scale, direction);
    }
    int left = weights.size();
    for (var pair : pairs) {
      double weight = weights.get(--left) - pair.inverse * dot(pair.change, direction);
      direction = plus(direction, weight, pair.step);
    }
    return direction;
  }

  /** Keeps a pair if the function curves upwards along it, and forgets the oldest. */
  private void remember(Deque<Pair> pairs, double[] step, double[] change) {
    double product = dot(step, change);
    if (product > 1e-10) {
      if (pairs.size() == history) {
        pairs.removeFirst();
      }
      pairs.addLast(new Pair(step, change, 1 / product));
    }
  }

  /** The loss and its gradient at one place. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Spot(double loss, double[] gradient) {}

  /** The loss as a function of all parameters laid end to end. */
  private static final class Ground {
    private final Collection<Parameter> parameters;
    private final Supplier<Tensor> loss;
    private int evaluations;

    Ground(Collection<Parameter> parameters, Supplier<Tensor> loss) {
      this.parameters = parameters;
      this.loss = loss;
    }

    double[] place() {
      return joined(parameters.stream().map(Parameter::value).toList());
    }

    void put(double[] place) {
      int from = 0;
      for (var parameter : parameters) {
        int count = (int) parameter.shape().count();
        var values = Tensor.of(Arrays.copyOfRange(place, from, from + count), count);
        parameter.set(values.to(parameter.value().elementType()).reshape(parameter.shape()));
        from += count;
      }
    }

    Spot at(double[] place) {
      put(place);
      evaluations++;
      var value = loss.get();
      var gradients = value.backward();
      return new Spot(value.item(), joined(parameters.stream().map(gradients::of).toList()));
    }

    LineSearch.Line along(double[] place, double[] direction) {
      return distance -> {
        var spot = at(plus(place, distance, direction));
        double slope = dot(spot.gradient, direction);
        double loss = Double.isFinite(slope) ? spot.loss : Double.NaN; // no place to go on from
        return new LineSearch.Point(distance, loss, slope, spot.gradient);
      };
    }

    private static double[] joined(List<Tensor> tensors) {
      return tensors.stream()
          .flatMapToDouble(x -> Arrays.stream(x.to(ElementType.DOUBLE).toDoubles()))
          .toArray();
    }
  }

  /** {@code a + factor b}. */
  private static double[] plus(double[] a, double factor, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a[i] + factor * b[i];
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double largest(double[] a) {
    double largest = 0;
    for (double value : a) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static double sumOfSizes(double[] a) {
    double sum = 0;
    for (double value : a) {
      sum += Math.abs(value);
    }
    return sum;
  }
}
