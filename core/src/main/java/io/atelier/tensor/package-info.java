/**
 * Values, operations and derivatives.
 *
 * <p>A {@link io.atelier.tensor.Tensor} is an immutable array of numbers with a shape. Operations
 * on tensors that depend on a {@link io.atelier.tensor.Parameter} are recorded as they run, and
 * {@code backward} of a result returns {@link io.atelier.tensor.Gradients}:
 *
 * <pre>{@code
 * var w = Parameter.of(Tensor.of(new float[] {1, 2}, 2));
 * var loss = w.value().times(w.value()).sum(); // w . w = 5
 * var gradients = loss.backward();
 * var slope = gradients.of(w); // {2, 4}
 * }</pre>
 *
 * <p>This page is the book of the package; every example is run by a test.
 *
 * <h2>Values</h2>
 *
 * <p>The elements of a tensor are of one {@link io.atelier.tensor.ElementType}: FLOAT, on fast
 * kernels; DOUBLE, on plain loops that one can read, for proofs; INT and LONG, for labels, indices
 * and exact sums; BOOL, for masks. Only FLOAT and DOUBLE have derivatives. Types are never
 * converted silently: an operation on two of them is refused, and {@link
 * io.atelier.tensor.Tensor#to} converts. The elements lie row by row, and nothing changes them any
 * more; that is why {@code reshape}, and a slice of the first axis, can share the storage of their
 * source without anybody noticing. A shape is written {@code [2, 3]}; that of a scalar is {@code
 * []}. Axes are counted from 0, or from the end: -1 is the last.
 *
 * <h2>Broadcasting</h2>
 *
 * <p>Operations on each element of two tensors bring both to one shape first, by the rule of NumPy:
 * the shapes are aligned at their last axes, missing axes are added in front, and an axis of size 1
 * is repeated as often as the other operand needs it.
 *
 * <pre>{@code
 * var rows = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
 * var row = Tensor.of(new float[] {10, 20, 30}, 3);
 * var column = Tensor.of(new float[] {100, 200}, 2, 1);
 * var sum = rows.plus(row).plus(column); // {111, 122, 133, 214, 225, 236}
 * }</pre>
 *
 * <p>Sizes that are neither equal nor 1 are refused, with the axis and both sizes. The derivative
 * of what was repeated is the sum over its repetitions. A reduction drops the axes that it runs
 * over; {@link io.atelier.tensor.Axes#kept} makes them stay with size 1, so that the result
 * broadcasts against its source:
 *
 * <pre>{@code
 * var centred = rows.minus(rows.mean(Axes.of(1).kept())); // [2, 3] - [2, 1]
 * }</pre>
 *
 * <h2>Recording</h2>
 *
 * <p>There is no graph to build and no mode to switch on. A tensor is tracked if it is the value of
 * a parameter, was marked by {@link io.atelier.tensor.Tensor#tracked}, or came out of an operation
 * on a tracked tensor; such a result remembers the operation and its operands. {@code backward}
 * walks from the result to the leaves, each operation once, in reverse order of creation; when the
 * turn of an operation comes, all that read its result have had theirs, so what they sent has added
 * up. What nobody refers to any more, the collector takes, graph and all.
 *
 * <p>Gradients are a value. Nothing has to be zeroed, two of them do not mix, and one may be asked
 * for the derivative with respect to anything tracked on the way:
 *
 * <pre>{@code
 * var x = Tensor.of(new double[] {3}, 1).tracked();
 * var y = x.squared().plus(x); // x is read twice: the derivatives of both uses add up
 * var first = y.sum().recordedBackward(Tensor.of(new double[] {1})).of(x); // 2 x + 1 = 7
 * var second = first.sum().backward().of(x); // 2
 * }</pre>
 *
 * <p>The backward of every operation is written in operations again. {@code recordedBackward}
 * records those as well, which is all there is to second derivatives; {@link
 * io.atelier.tensor.Derivatives} makes whole matrices of them for small functions. {@link
 * io.atelier.tensor.Tensor#detached} is a constant of the same values, through which no derivative
 * passes. A parameter that was changed after it was read is refused by {@code backward}, since the
 * values that it would need are gone.
 *
 * <h2>Steps</h2>
 *
 * <p>Everything works anywhere. A {@link io.atelier.tensor.Step} around one step of a training
 * makes it faster, by using the memory of the step before again, and says two things that an
 * operation cannot know by itself: whether this is training or inference, and where random numbers
 * come from.
 *
 * <pre>{@code
 * Tensor kept;
 * try (var _ = Step.training(rng)) {
 *   var value = w.value().times(3).sum(); // 9
 *   kept = value.kept(); // outlives the step; value does not
 * }
 * }</pre>
 *
 * <p>A tensor that was made inside a step can be read until it ends. After that it is refused by
 * name, never wrong. In an inference step nothing is recorded. A step belongs to its thread, as do
 * tensors that are being recorded; other threads may train other models at the same time.
 *
 * <h2>Numerics</h2>
 *
 * <ul>
 *   <li>FLOAT: the elementary functions are within two units in the last place, as tests prove on
 *       every 1,009th float; products and sums of n terms are within {@code n 2^-24} of the sum of
 *       the absolute terms. DOUBLE: {@link java.lang.StrictMath} and sums in order. Every fast
 *       kernel is compared with its plain loop.
 *   <li>Whole numbers are added exactly, as LONG; a sum that does not fit is an error.
 *   <li>Infinities and what is not a number pass through as IEEE 754 has it, and nothing is
 *       corrected on the way. {@link io.atelier.tensor.Step#namingNonFinite} names the operation
 *       that first made one of finite values.
 *   <li>Softmax, its logarithm, {@code logSumExp}, cross-entropy and the like do not overflow where
 *       their result would not.
 *   <li>At a kink the derivative is PyTorch's: 0 for {@code relu} and {@code abs} at 0, shared by
 *       the equal operands of {@code maximum}, given to the first of equals by {@code max}. A norm
 *       or standard deviation of 0 has the derivative 0.
 *   <li>Of no elements the sum is 0, the mean not a number, and a largest one is refused.
 * </ul>
 *
 * <h2>Determinism</h2>
 *
 * <p>One seed gives the same bits on every machine, for any number of threads and any width of its
 * vectors. Threads share the elements of a result, never the terms of a sum; sums run over a number
 * of lanes that is fixed; functions are our own or {@code StrictMath}'s. Random numbers come from
 * an {@link io.atelier.tensor.Rng} that somebody hands over: three longs, which a checkpoint can
 * hold. No result depends on the clock, the order of a hash table, or which thread came first.
 *
 * <pre>{@code
 * var drawn = Parameter.create(Shape.of(2, 3), Initializer.uniform(1), Rng.of(42));
 * var equal = Parameter.create(Shape.of(2, 3), Initializer.uniform(1), Rng.of(42));
 * var other = Parameter.create(Shape.of(2, 3), Initializer.uniform(1), Rng.of(43));
 * }</pre>
 *
 * <h2>Operations</h2>
 *
 * <p>Each family of operations is one file, {@link io.atelier.tensor.Tensor}'s methods on top and
 * below them one record per primitive operation: shape rule, forward, backward, samples. The
 * records of the sealed hierarchy under {@link io.atelier.tensor.Op} are all there is, and a test
 * proves every one of them from its samples. An operation of your own is a {@link
 * io.atelier.tensor.CustomOp}, and {@link io.atelier.tensor.GradCheck} proves it:
 *
 * <pre>{@code
 * record Cube() implements CustomOp {
 *   @Override
 *   public Tensor forward(Shape shape, Tensor... inputs) {
 *     return inputs[0].map(v -> v * v * v);
 *   }
 *
 *   @Override
 *   public List<@Nullable Tensor> backward(Chain chain) {
 *     return List.of(chain.upstream().times(chain.input(0).squared()).times(3));
 *   }
 * }
 * }</pre>
 */
@NullMarked
package io.atelier.tensor;

import org.jspecify.annotations.NullMarked;
