package io.atelier.tensor;

/**
 * An operation of your own: a record with a forward and a backward.
 *
 * <pre>{@code
 * record Cube() implements CustomOp {
 *   public Tensor forward(Shape shape, Tensor... x) {
 *     return x[0].map(v -> v * v * v);
 *   }
 *
 *   public List<Tensor> backward(Chain chain) { // 3 x^2 times what comes from above
 *     return List.of(chain.upstream().times(chain.input(0).squared()).times(3));
 *   }
 * }
 *
 * var y = new Cube().apply(x);
 * GradCheck.verify(inputs -> new Cube().apply(inputs.get(0)), x);
 * }</pre>
 *
 * <p>A backward in tensor operations serves every element type and second derivatives.
 */
public non-sealed interface CustomOp extends Op {
  /** The shape of the first operand, unless you say otherwise. */
  @Override
  default Shape shape(Tensor... inputs) {
    return inputs[0].shape();
  }
}
