package io.atelier.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A primitive operation on tensors: shape rule, forward, backward.
 *
 * <p>Every operation of Atelier is a record in the file of its family. Its static {@code samples()}
 * are the cases on which the tests prove it. Your own is a {@link CustomOp}.
 */
public sealed interface Op
    permits CustomOp,
        Contraction.Rule,
        Convolution.Rule,
        Criterion.Rule,
        Elementwise,
        FullyConnected.Rule,
        Indexing.Rule,
        Logic.Rule,
        Movement.Rule,
        Normalization.Rule,
        Ordering.Rule,
        Pooling.Rule,
        Reduction.Rule,
        Resizing.Rule,
        Rowwise.Rule,
        Slicing.Rule {

  /** The name in messages: that of the record, beginning small. */
  default String name() {
    String name = getClass().getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  /**
   * The shape of the result.
   *
   * @throws ShapeException if shapes or element types of the inputs do not fit
   */
  Shape shape(Tensor... inputs);

  /** Computes the result, whose shape is known to be right. */
  Tensor forward(Shape shape, Tensor... inputs);

  /**
   * The derivative with respect to each input, given that of the result; null for an input that
   * {@linkplain Chain#needs needs} none. Written in tensor operations.
   */
  List<@Nullable Tensor> backward(Chain chain);

  /** Checks, computes and records. */
  default Tensor apply(Tensor... inputs) {
    var result = forward(shape(inputs), inputs);
    Step.check(this, result, inputs);
    boolean tracked = false;
    for (var input : inputs) {
      tracked |= input.isTracked();
    }
    return tracked && result.elementType().isFloating() && Step.records()
        ? Tensor.recorded(result, this, List.of(inputs))
        : result;
  }

  /** The call as messages show it, {@code matmul([2, 3], [4, 5])}. */
  default String call(Tensor... inputs) {
    var operands = new ArrayList<String>();
    for (var input : inputs) {
      operands.add(input.described());
    }
    return name() + "(" + String.join(", ", operands) + ")";
  }

  /** Refuses inputs of different types: nothing is converted silently. */
  default void requireOneType(Tensor... inputs) {
    var type = inputs[0].elementType();
    for (var input : inputs) {
      if (input.elementType() != type) {
        throw new ShapeException(
            call(inputs),
            "operands must have one element type, got "
                + type
                + " and "
                + input.elementType()
                + "; to(...) converts");
      }
    }
  }

  /** Refuses inputs of different or of whole-numbered types. */
  default void requireFloating(Tensor... inputs) {
    requireOneType(inputs);
    if (!inputs[0].elementType().isFloating()) {
      throw new ShapeException(call(inputs), "needs FLOAT or DOUBLE operands; to(FLOAT) converts");
    }
  }

  /**
   * What an operation knows when its turn in the chain rule comes.
   *
   * @param inputs what it was applied to
   * @param output what it returned
   * @param upstream the derivative of the last result with respect to {@code output}
   * @param needed for which inputs a derivative is wanted
   */
  record Chain(List<Tensor> inputs, Tensor output, Tensor upstream, List<Boolean> needed) {
    /** One of the inputs. */
    public Tensor input(int index) {
      return inputs.get(index);
    }

    /** Whether a derivative with respect to an input is wanted. */
    public boolean needs(int index) {
      return needed.get(index);
    }
  }

  /**
   * A case on which an operation is proven.
   *
   * @param op the operation
   * @param inputs DOUBLE or INT; the tests also run them as FLOAT
   */
  record Sample(Op op, List<Tensor> inputs) {
    static Sample of(Op op, Tensor... inputs) {
      return new Sample(op, List.of(inputs));
    }

    /** DOUBLE values spread over [low, high], the same for the same arguments. */
    static Tensor uniform(double low, double high, int... sizes) {
      var shape = Shape.of(sizes);
      var rng = Rng.of(shape.hashCode());
      double[] values = new double[Tensor.length(shape)];
      for (int i = 0; i < values.length; i++) {
        values[i] = low + (high - low) * rng.nextDouble();
      }
      return Tensor.of(values, sizes);
    }
  }
}
