package io.atelier.tensor;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Whole matrices of derivatives, for small functions: to see what backpropagation never builds. */
public final class Derivatives {
  private Derivatives() {}

  /** {@code upstream^T J}: one pass of backpropagation. x [...], upstream as f(x) -> as x */
  public static Tensor vectorJacobian(UnaryOperator<Tensor> function, Tensor x, Tensor upstream) {
    var point = x.detached().tracked();
    return gradient(function.apply(point), upstream, point, false);
  }

  /**
   * All derivatives of all outputs: one pass of backpropagation for each output.
   *
   * <p>Shapes: x with n elements, f(x) with m elements; result [m, n].
   */
  public static Tensor jacobian(UnaryOperator<Tensor> function, Tensor x) {
    var point = x.detached().tracked();
    return rows(function.apply(point), point);
  }

  /**
   * All second derivatives of a scalar function: the Jacobian of its gradient.
   *
   * <p>Shapes: x with n elements; result [n, n].
   *
   * @throws GraphException if an operation on the way has no second derivative
   */
  public static Tensor hessian(UnaryOperator<Tensor> function, Tensor x) {
    var point = x.detached().tracked();
    var value = function.apply(point);
    if (value.shape().count() != 1) {
      throw new GraphException(
          "hessian of a function with " + value.shape().count() + " outputs: it needs one");
    }
    var one = Tensor.filled(1, value.shape(), value.elementType());
    return rows(gradient(value, one, point, true), point);
  }

  private static Tensor rows(Tensor output, Tensor point) {
    int m = output.count();
    int n = point.count();
    double[] values = new double[m * n];
    for (int row = 0; row < m; row++) {
      double[] unit = new double[m];
      unit[row] = 1;
      var upstream = Tensor.wrap(unit, output.shape()).to(output.elementType());
      var gradient = gradient(output, upstream, point, false);
      for (int column = 0; column < n; column++) {
        values[row * n + column] = gradient.number(column);
      }
    }
    return Tensor.wrap(values, Shape.of(m, n)).to(point.elementType());
  }

  /** Zeros where the output does not depend on the point. */
  private static Tensor gradient(Tensor output, Tensor upstream, Tensor point, boolean recorded) {
    var gradient = output.isTracked() ? Backward.run(output, upstream, recorded).find(point) : null;
    return gradient != null ? gradient : Tensor.filled(0, point.shape(), point.elementType());
  }

  /** The identity; tells an observer what passes forward and backward. [...] -> [...] */
  record Watch(BiConsumer<Tensor, Tensor> observer) implements CustomOp {
    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return inputs[0].viewed(shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      observer.accept(chain.output(), chain.upstream());
      return List.of(chain.upstream());
    }
  }
}
