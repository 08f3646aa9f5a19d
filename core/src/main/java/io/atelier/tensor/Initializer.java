package io.atelier.tensor;

import java.util.Arrays;

/**
 * How the first values of a parameter are made.
 *
 * <p>Fan-in and fan-out are how many values an output is made of and how many outputs a value goes
 * into: of a weight [out, in, ...] they are {@code in} and {@code out}, each times the product of
 * the sizes that follow (the receptive field of a convolution). An initialiser that needs them
 * refuses a shape with fewer than two axes, when the values are made.
 *
 * <p>Which one: {@link #xavierUniform} before sigmoid and tanh, {@link #heNormal} before ReLU,
 * {@link #orthogonal} for deep or recurrent networks. All of one value leaves the units of a layer
 * alike for ever: they get the same gradients.
 */
@FunctionalInterface
public interface Initializer {
  /** Fills all of {@code values}, which hold a parameter of this shape. */
  void fill(float[] values, Shape shape, Rng rng);

  /**
   * The same values times a gain, which makes up for what an activation takes away: {@code sqrt(2)}
   * before ReLU, {@code 5/3} before tanh.
   */
  default Initializer scaled(double gain) {
    return (values, shape, rng) -> {
      fill(values, shape, rng);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (gain * values[i]);
      }
    };
  }

  /** All zero. */
  static Initializer zeros() {
    return constant(0);
  }

  /** All of one value. */
  static Initializer constant(double value) {
    return (values, _, _) -> Arrays.fill(values, (float) value);
  }

  /** Uniform in [-bound, bound). */
  static Initializer uniform(double bound) {
    float scale = (float) bound;
    return (values, _, rng) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (2 * rng.nextFloat() - 1) * scale;
      }
    };
  }

  /** Normal, {@code N(mean, deviation^2)}. */
  static Initializer normal(double mean, double deviation) {
    return (values, _, rng) -> {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (mean + deviation * rng.nextGaussian());
      }
    };
  }

  /**
   * Uniform with variance {@code 2 / (fan-in + fan-out)}: within {@code +-sqrt(6 / (fan-in +
   * fan-out))}. Keeps the variance of values and of gradients where the activation is nearly
   * linear.
   *
   * <p>Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward
   * neural networks", eq. 16.
   *
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer xavierUniform() {
    return (values, shape, rng) -> {
      double fans = fanIn("xavierUniform", shape) + fanOut("xavierUniform", shape);
      uniform(Math.sqrt(6 / fans)).fill(values, shape, rng);
    };
  }

  /**
   * Normal with variance {@code 2 / (fan-in + fan-out)}.
   *
   * <p>Source: Glorot and Bengio 2010, eq. 12.
   *
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer xavierNormal() {
    return (values, shape, rng) -> {
      double fans = fanIn("xavierNormal", shape) + fanOut("xavierNormal", shape);
      normal(0, Math.sqrt(2 / fans)).fill(values, shape, rng);
    };
  }

  /**
   * Uniform with variance {@code 2 / fan-in}, within {@code +-sqrt(6 / fan-in)}: for ReLU, which
   * takes away half of the variance.
   *
   * <p>Source: He, Zhang, Ren, Sun 2015, "Delving deep into rectifiers", eq. 10.
   *
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer heUniform() {
    return heUniform(0);
  }

  /**
   * Uniform with variance {@code 2 / ((1 + slope^2) fan-in)}: for leaky ReLU.
   *
   * <p>Source: He, Zhang, Ren, Sun 2015, eq. 15.
   *
   * @param slope of the activation below 0
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer heUniform(double slope) {
    return (values, shape, rng) ->
        uniform(Math.sqrt(6 / ((1 + slope * slope) * fanIn("heUniform", shape))))
            .fill(values, shape, rng);
  }

  /**
   * Normal with variance {@code 2 / fan-in}: for ReLU.
   *
   * <p>Source: He, Zhang, Ren, Sun 2015, eq. 10.
   *
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer heNormal() {
    return heNormal(0);
  }

  /**
   * Normal with variance {@code 2 / ((1 + slope^2) fan-in)}: for leaky ReLU.
   *
   * <p>Source: He, Zhang, Ren, Sun 2015, eq. 15.
   *
   * @param slope of the activation below 0
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer heNormal(double slope) {
    return (values, shape, rng) ->
        normal(0, Math.sqrt(2 / ((1 + slope * slope) * fanIn("heNormal", shape))))
            .fill(values, shape, rng);
  }

  /**
   * Normal with deviation {@code 2 / sqrt(fan-in)}: the formula of the course (lecture 4). Its
   * variance {@code 4 / fan-in} is twice that of {@link #heNormal}.
   *
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer lectureNormal() {
    return (values, shape, rng) ->
        normal(0, 2 / Math.sqrt(fanIn("lectureNormal", shape))).fill(values, shape, rng);
  }

  /**
   * A random matrix with orthonormal rows, {@code W W^T = I}, or columns, {@code W^T W = I},
   * whichever are fewer; all such matrices equally likely. The axes after the first count as one.
   *
   * <p>Source: Saxe, McClelland, Ganguli 2014, "Exact solutions to the nonlinear dynamics of
   * learning in deep linear neural networks"; here normal vectors made orthogonal one after the
   * other in double (modified Gram-Schmidt).
   *
   * @throws ShapeException when filling a shape with fewer than two axes
   */
  static Initializer orthogonal() {
    return (values, shape, rng) -> {
      requireMatrix("orthogonal", shape);
      int rows = shape.size(0);
      int columns = shape.product(1, shape.rank());
      boolean wide = rows <= columns;
      double[][] basis = orthonormal(Math.min(rows, columns), Math.max(rows, columns), rng);
      for (int i = 0; i < values.length; i++) {
        int row = i / columns;
        int column = i % columns;
        values[i] = (float) (wide ? basis[row][column] : basis[column][row]);
      }
    };
  }

  /** Orthonormal vectors, at most as many as they are long. */
  private static double[][] orthonormal(int count, int length, Rng rng) {
    double[][] basis = new double[count][length];
    for (int i = 0; i < count; i++) {
      double[] vector = basis[i];
      Arrays.setAll(vector, _ -> rng.nextGaussian());
      for (int j = 0; j < i; j++) {
        double along = dot(vector, basis[j]);
        for (int k = 0; k < length; k++) {
          vector[k] -= along * basis[j][k];
        }
      }
      double norm = Math.sqrt(dot(vector, vector));
      for (int k = 0; k < length; k++) {
        vector[k] /= norm;
      }
    }
    return basis;
  }

  private static double dot(double[] left, double[] right) {
    double sum = 0;
    for (int k = 0; k < left.length; k++) {
      sum += left[k] * right[k];
    }
    return sum;
  }

  private static double fanIn(String initializer, Shape shape) {
    requireMatrix(initializer, shape);
    return (double) shape.count() / shape.size(0);
  }

  private static double fanOut(String initializer, Shape shape) {
    requireMatrix(initializer, shape);
    return (double) shape.count() / shape.size(1);
  }

  private static void requireMatrix(String initializer, Shape shape) {
    if (shape.rank() < 2) {
      throw new ShapeException(
          initializer + "(" + shape + ")",
          "needs a weight with at least 2 axes, [out, in, ...]; for a bias take zeros() or"
              + " uniform(bound)");
    }
  }
}
