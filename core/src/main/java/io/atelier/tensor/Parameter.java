package io.atelier.tensor;

import io.atelier.kernel.Gemm;
import io.atelier.kernel.Panels;
import io.atelier.kernel.Updates;
import org.jspecify.annotations.Nullable;

/**
 * A trained value: the leaf of every derivative.
 *
 * <p>A parameter knows its shape, initialiser and randomness; its numbers are made when they are
 * first read, so that a network too large for this machine can still be counted. It is one of the
 * two places where values change. Each change raises its version, and a derivative that would need
 * an older version is refused. Identity counts, not content. Thread-confined.
 */
public final class Parameter implements Cell, Tensor.Owner {
  private final Shape shape;
  private final Initializer initializer;
  private final Rng rng;
  private @Nullable Tensor value;
  private int version;
  private @Nullable Served served;

  /** The values of one version as inference reads them; copied when they are used again. */
  private record Served(int version, @Nullable Panels panels) {}

  private Parameter(Shape shape, Initializer initializer, Rng rng) {
    this.shape = shape;
    this.initializer = initializer;
    this.rng = rng;
  }

  /** A parameter that makes its numbers when they are first read. */
  public static Parameter create(Shape shape, Initializer initializer, Rng rng) {
    return new Parameter(shape, initializer, rng.split());
  }

  /** A parameter with these values, FLOAT or DOUBLE. */
  public static Parameter of(Tensor value) {
    var parameter = new Parameter(value.shape(), Initializer.zeros(), Rng.of(0));
    parameter.set(value);
    return parameter;
  }

  /** Its shape, known before its numbers are. */
  @Override
  public Shape shape() {
    return shape;
  }

  /** The present values, as a tensor on which derivatives are recorded. */
  @Override
  public Tensor value() {
    if (value == null) {
      float[] values = new float[Tensor.length(shape)];
      initializer.fill(values, shape, Rng.at(rng.position()));
      value = Tensor.leaf(Tensor.wrap(values, shape), this);
    }
    return value;
  }

  /** How many times the values were changed. */
  int version() {
    return version;
  }

  /** FLOAT or DOUBLE, which have derivatives. */
  @Override
  public boolean holds(ElementType type) {
    return type.isFloating();
  }

  @Override
  public void set(Tensor replacement) {
    if (!replacement.shape().equals(shape)) {
      throw new ShapeException(
          "set(" + replacement.shape() + ")", "the parameter has shape " + shape);
    }
    replacement.requireFloating("parameter");
    version++;
    value = Tensor.leaf(replacement.kept(), this);
  }

  /** What an optimiser does to the values of one parameter. */
  @FunctionalInterface
  public interface Update {
    /**
     * Changes {@code values} in place; neither array may be kept.
     *
     * @param gradient as many derivatives as there are values, from {@code from}
     */
    void apply(float[] values, float[] gradient, int from);
  }

  /** Changes the values in place, given a gradient of the same shape; FLOAT only. */
  public void update(Tensor gradient, Update update) {
    requireShape("update", gradient);
    float[] values = value().floats();
    update.apply(values, gradient.floats(), gradient.offset());
    changed(values);
  }

  /**
   * One step of gradient descent in place, {@code w -= rate (g + decay w)}; FLOAT only.
   *
   * <p>The same bits as by {@link #update}, but the gradient of a fully connected layer that nobody
   * has looked at is used while it is computed and never stored.
   */
  public void descend(Tensor gradient, double rate, double decay) {
    requireShape("descend", gradient);
    float[] values = value().floats();
    var product = gradient.pending();
    if (product != null) {
      product.descend(values, (float) rate, (float) decay);
    } else {
      Updates.sgd(values, gradient.floats(), gradient.offset(), (float) rate, (float) decay);
    }
    changed(values);
  }

  /**
   * The weights [out, in] in panels, for products with a few rows; null while they change or are
   * used for the first time, and for small ones.
   */
  @Nullable Panels panels() {
    int out = shape.size(0);
    int in = shape.size(1);
    if (!Panels.suit(in, out)) {
      return null;
    }
    var known = served;
    boolean again = known != null && known.version == version;
    if (known == null || !again || known.panels == null) {
      var weights = new Gemm.Matrix(value().floats(), 0, in, true);
      known = new Served(version, again ? Panels.of(weights, in, out) : null);
      served = known;
    }
    return known.panels;
  }

  private void requireShape(String operation, Tensor gradient) {
    if (!gradient.shape().equals(shape)) {
      throw new ShapeException(
          operation + "(" + gradient.shape() + ")", "the parameter has shape " + shape);
    }
  }

  private void changed(float[] values) {
    version++;
    value = Tensor.leaf(Tensor.wrap(values, shape), this);
  }

  @Override
  public String toString() {
    return "parameter " + shape;
  }
}
