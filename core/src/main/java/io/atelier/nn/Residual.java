package io.atelier.nn;

import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A layer and a way around it: {@code y = shortcut(x) + layer(x)}.
 *
 * <pre>{@code
 * Residual.of(Sequential.of(first, Activation.RELU, second));  // x + f(x)
 * Residual.of(halving, projection);                            // where f changes the shape
 * }</pre>
 *
 * <p>Source: He, Zhang, Ren, Sun 2016, "Deep Residual Learning for Image Recognition", eq. 1 and 2.
 *
 * @param layer what is learnt as the difference
 * @param shortcut what brings x to the shape of its output, or null where it has that
 */
public record Residual(Layer layer, @Nullable Layer shortcut) implements Layer {
  /** {@code y = x + layer(x)}. */
  public static Residual of(Layer layer) {
    return new Residual(layer, null);
  }

  /** {@code y = shortcut(x) + layer(x)}. */
  public static Residual of(Layer layer, Layer shortcut) {
    return new Residual(layer, shortcut);
  }

  /**
   * The shape of the layer's output.
   *
   * @throws ShapeException if that of the shortcut is another
   */
  @Override
  public Shape output(Shape input) {
    var output = layer.output(input);
    requireSame(shortcut == null ? input : shortcut.output(input), output);
    return output;
  }

  @Override
  public Tensor forward(Tensor x) {
    var around = shortcut == null ? x : shortcut.forward(x);
    var through = layer.forward(x);
    requireSame(around.shape(), through.shape());
    return around.plus(through);
  }

  private void requireSame(Shape around, Shape through) {
    if (!around.equals(through)) {
      throw new ShapeException(
          "residual(" + around + " + " + through + ")",
          "what goes around must have the shape of what the layer makes of it; "
              + (shortcut == null
                  ? "Residual.of(layer, shortcut) projects"
                  : "the shortcut differs"));
    }
  }
}
