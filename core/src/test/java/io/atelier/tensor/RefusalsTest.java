package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.atelier.kernel.Taps;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every operation says to operands that do not fit. A record with a shape rule of its own and
 * no line here fails the test.
 */
class RefusalsTest {
  private record Refusal(Class<?> type, ThrowingCallable call, String message) {}

  private static final Tensor X = zeros(2, 3);
  private static final Tensor INT = Tensor.of(new int[2], 2);
  private static final Tensor MASK = Tensor.of(new boolean[6], 2, 3);

  private final List<Refusal> refusals = new ArrayList<>();

  RefusalsTest() {
    elementwise();
    contractions();
    convolutions();
    normalizations();
    criteria();
    logic();
    indexing();
    movements();
    slices();
    axes();
    images();
  }

  private void refuses(Class<?> type, ThrowingCallable call, String message) {
    refusals.add(new Refusal(type, call, message));
  }

  private void elementwise() {
    refuses(
        Arithmetic.Plus.class,
        () -> X.plus(zeros(2)),
        "plus([2, 3], [2]): sizes at axis -1 must be equal or 1, got 3 and 2");
    refuses(
        Arithmetic.Times.class,
        () -> X.times(X.to(ElementType.DOUBLE)),
        "times([2, 3], DOUBLE [2, 3]): operands must have one element type, got FLOAT and DOUBLE;"
            + " to(...) converts");
    refuses(
        Functions.Exp.class,
        () -> INT.exp(),
        "exp(INT [2]): needs FLOAT or DOUBLE operands; to(FLOAT) converts");
    refuses(
        Bounds.Maximum.class,
        () -> MASK.maximum(MASK),
        "maximum(BOOL [2, 3], BOOL [2, 3]): needs FLOAT or DOUBLE operands; to(FLOAT) converts");
  }

  private void convolutions() {
    refuses(
        Convolution.Convolve.class,
        () -> zeros(2, 28, 28).convolution(zeros(8, 1, 3, 3), Window.of(3)),
        "convolution([2, 28, 28], [8, 1, 3, 3]): images are [N, C, H, W] and weights"
            + " [F, C/groups, h, w]; signals [N, C, L] and [F, C/groups, l]");
    refuses(
        Convolution.Convolve.class,
        () -> zeros(2, 3, 28, 28).convolution(zeros(8, 1, 3, 3), Window.of(3)),
        "convolution([2, 3, 28, 28], [8, 1, 3, 3]): the channels of x (3) must be groups (1) times"
            + " the channels of the weight (1), and the filters (8) divisible by groups\n"
            + "  rule: x [N, C, H, W], weight [F, C/groups, h, w] -> [N, F, H', W']");
    refuses(
        Convolution.Convolve.class,
        () -> zeros(2, 1, 4, 4).convolution(zeros(8, 1, 5, 5), Window.of(5)),
        "convolution([2, 1, 4, 4], [8, 1, 5, 5]): the window 5x5 does not fit into an image of 4 x"
            + " 4");
    refuses(
        Convolution.Convolve.class,
        () -> zeros(2, 1, 4, 4).convolution(zeros(8, 1, 2, 2), Window.of(3)),
        "convolution([2, 1, 4, 4], [8, 1, 2, 2]): the weight's last sizes must be those of the"
            + " window 3x3");
    refuses(
        Convolution.Convolve.class,
        () -> zeros(2, 1, 4, 4).convolution(zeros(8, 1, 3, 3), zeros(4), Window.of(3)),
        "convolution([2, 1, 4, 4], [8, 1, 3, 3], [4]): the bias must have shape [8], got [4]");
    refuses(
        Convolution.TransposedConvolve.class,
        () -> zeros(2, 3, 4, 4).transposedConvolution(zeros(8, 1, 3, 3), null, Window.of(3)),
        "transposedConvolution([2, 3, 4, 4], [8, 1, 3, 3]): the channels of x (3) must be the first"
            + " size of the weight (8) and divisible by groups (1)\n"
            + "  rule: x [N, C, H, W], weight [C, F/groups, h, w] -> [N, F, H', W']");
    refuses(
        Convolution.TransposedConvolve.class,
        () -> zeros(2, 8, 4, 4).transposedConvolution(zeros(8, 1, 3, 3), null, Window.of(3), 1, 1),
        "transposedConvolution([2, 8, 4, 4], [8, 1, 3, 3]): the extra rows and columns (1, 1) must"
            + " be below the stride");
    refuses(
        Convolution.ConvolveWeight.class,
        () -> new Convolution.ConvolveWeight(Window.of(3), 1).apply(zeros(2, 1, 4, 4), X),
        "convolveWeight([2, 1, 4, 4], [2, 3]): images are [N, C, H, W] and weights"
            + " [F, C/groups, h, w]; signals [N, C, L] and [F, C/groups, l]");
  }

  private void contractions() {
    refuses(
        Contraction.Matmul.class,
        () -> zeros(16, 784).matmul(zeros(1000, 784)),
        "matmul([16, 784], [1000, 784]): columns of the left (784) must equal rows of the right"
            + " (1000); is the right operand transposed?\n  rule: [M, K] . [K, N] -> [M, N]");
    refuses(
        FullyConnected.Linear.class,
        () -> zeros(4, 360).linear(zeros(128, 320), zeros(128)),
        "linear([4, 360], [128, 320], [128]): the last size of x (360) must equal the inputs of the"
            + " layer (320)\n  rule: x [..., in], weight [out, in], bias [out] -> [..., out]");
    refuses(
        FullyConnected.Linear.class,
        () -> X.linear(zeros(4, 3), zeros(3)),
        "linear([2, 3], [4, 3], [3]): the bias must have shape [4], got [3]");
    refuses(
        FullyConnected.Linear.class,
        () -> Tensor.scalar(1).linear(zeros(4), zeros(4)),
        "linear([], [4], [4]): the last size of x (none) must equal the inputs of the layer (weight"
            + " must be [out, in])\n  rule: x [..., in], weight [out, in], bias [out] ->"
            + " [..., out]");
  }

  private void normalizations() {
    var rule = "\n  rule: x [N, C, ...], each of the rest [C] -> [N, C, ...]";
    refuses(
        Normalization.BatchNorm.class,
        () -> zeros(1, 3).batchNorm(zeros(3), zeros(3), 0),
        "batchNorm([1, 3], [3], [3]): needs more than one value per channel in training, got 1; in"
            + " a larger batch there are more");
    refuses(
        Normalization.BatchNorm.class,
        () -> zeros(4, 3, 5).batchNorm(zeros(5), zeros(5), 0),
        "batchNorm([4, 3, 5], [5], [5]): there are 3 channels, so that what there is for each must"
            + " have shape [3], got [5]"
            + rule);
    refuses(
        Normalization.Normalize.class,
        () -> zeros(3).normalized(zeros(3), zeros(3), zeros(3), zeros(3), 0),
        "normalized([3], [3], [3], [3], [3]): x must have channels" + rule);
    refuses(
        Normalization.LayerNorm.class,
        () -> zeros(4, 3, 5).layerNorm(zeros(3), zeros(3), 0),
        "layerNorm([4, 3, 5], [3], [3]): the weight must have the shape of the last axes of x\n"
            + "  rule: x [..., D...], weight [D...], bias [D...] -> [..., D...]");
    refuses(
        Normalization.LayerNorm.class,
        () -> X.layerNorm(zeros(3), zeros(2, 3), 0),
        "layerNorm([2, 3], [3], [2, 3]): the bias must have the shape [3] of the weight, got"
            + " [2, 3]");
    refuses(
        Normalization.LayerNorm.class,
        () -> zeros(2, 0).layerNorm(zeros(0), zeros(0), 0),
        "layerNorm([2, 0], [0], [0]): needs at least one value to normalise");
    refuses(
        Normalization.class,
        () -> zeros(2, 4, 5).groupNorm(3, zeros(4), zeros(4), 0),
        "groupNorm([2, 4, 5], 3 groups): the groups must divide the channels\n"
            + "  rule: [N, C, ...] -> [N, C, ...]");
    refuses(
        Normalization.class,
        () -> zeros(2, 4).groupNorm(4, zeros(4), zeros(4), 0),
        "groupNorm([2, 4], 4 groups): needs more than one value in a group, got 1");
    refuses(
        Normalization.class,
        () -> zeros(2, 4).groupNorm(2, zeros(4), zeros(2), 0),
        "groupNorm([2, 4], 2 groups): there are 4 channels, so that what there is for each must"
            + " have shape [4], got [2]"
            + rule);
  }

  private void criteria() {
    refuses(
        Criterion.CrossEntropy.class,
        () -> Criterion.crossEntropy(zeros(1, 10), Tensor.of(new int[] {10}, 1)),
        "crossEntropy([1, 10], INT [1]): label 10 is none of the 10 classes 0..9");
    refuses(
        Criterion.CrossEntropy.class,
        () -> Criterion.crossEntropy(zeros(3, 10), INT),
        "crossEntropy([3, 10], INT [2]): needs one INT or LONG label for each row\n"
            + "  rule: [..., K], INT [...] -> [...]");
  }

  private void logic() {
    refuses(
        Logic.Compare.class,
        () -> INT.greater(zeros(2)),
        "greater(INT [2], [2]): operands must have one element type, got INT and FLOAT; to(...)"
            + " converts");
    refuses(
        Logic.Connect.class,
        () -> X.and(X),
        "and([2, 3], [2, 3]): needs BOOL operands: what a comparison yields");
    refuses(
        Logic.Where.class,
        () -> X.where(X, X),
        "where([2, 3], [2, 3], [2, 3]): the mask must be BOOL; a comparison says what is true");
    refuses(
        Logic.Where.class,
        () -> MASK.where(X, zeros(2)),
        "where([2, 3], [2]): sizes at axis -1 must be equal or 1, got 3 and 2");
    refuses(
        Logic.Where.class,
        () -> MASK.where(X, X.to(ElementType.DOUBLE)),
        "where([2, 3], DOUBLE [2, 3]): operands must have one element type, got FLOAT and DOUBLE;"
            + " to(...) converts");
    refuses(
        Reduction.class,
        () -> X.any(),
        "any(FLOAT [2, 3]): needs BOOL; a comparison says what is true");
  }

  private void indexing() {
    refuses(
        Indexing.Gather.class,
        () -> X.gather(1, Tensor.of(new int[] {0, 3}, 2, 1)),
        "gather([2, 3], INT [2, 1]): index 3 is not in 0..2: axis 1 has size 3");
    refuses(
        Indexing.Gather.class,
        () -> X.indexSelect(0, Tensor.of(new int[] {-1}, 1)),
        "indexSelect([2, 3], axis 0, INT [1]): index -1 is not in 0..1: axis 0 has size 2");
    refuses(
        Indexing.Gather.class,
        () -> X.indexSelect(0, X),
        "indexSelect([2, 3], axis 0, [2, 3]): indices must be INT or LONG");
    refuses(
        Indexing.Gather.class,
        () -> X.gather(1, Tensor.of(new int[3], 3, 1)),
        "gather([2, 3], INT [3, 1]): before and after axis 1 the sizes of the indices must be those"
            + " of the indexed tensor, or all 1");
    refuses(
        Indexing.Gather.class,
        () -> X.gather(1, X),
        "gather([2, 3], [2, 3]): indices must be INT or LONG");
    refuses(
        Indexing.ScatterAdd.class,
        () -> X.scatterAdd(0, Tensor.of(new int[1], 1, 1), zeros(1, 2)),
        "scatterAdd([2, 3], INT [1, 1], [1, 2]): what is added must have shape [1, 3], got [1, 2]");
    refuses(
        Indexing.ScatterAdd.class,
        () -> X.scatterAdd(0, Tensor.of(new int[1], 1, 1), Tensor.of(new double[3], 1, 3)),
        "scatterAdd([2, 3], INT [1, 1], DOUBLE [1, 3]): what is added must be numbers of one"
            + " element type; to(...) converts");
    refuses(
        Indexing.ScatterAdd.class,
        () -> Tensor.of(new int[] {3}, 1).oneHot(3),
        "oneHot(INT [1], 3 classes): index 3 is not in 0..2: there are 3 classes");
    refuses(
        Indexing.class,
        () -> X.maskedFill(X, 0),
        "maskedFill([2, 3], [2, 3]): the mask must be BOOL; a comparison says what is true");
    refuses(
        Indexing.class,
        () -> X.maskedFill(Tensor.of(new boolean[12], 2, 2, 3), 0),
        "maskedFill([2, 3], BOOL [2, 2, 3]): the mask [2, 2, 3] must broadcast to [2, 3]");
    refuses(
        Indexing.class,
        () -> X.maskedSelect(Tensor.of(new boolean[2], 2)),
        "maskedSelect([2, 3], BOOL [2]): the mask [2] must broadcast to [2, 3]");
  }

  private void movements() {
    refuses(
        Movement.Reshape.class,
        () -> X.reshape(4),
        "reshape([2, 3] to [4]): 6 elements do not fill 4");
    refuses(
        Movement.Reshape.class,
        () -> X.reshape(4, -1),
        "reshape([2, 3] to [4, -1]): the other sizes leave no whole number of 6 elements for -1,"
            + " which may stand once");
    refuses(
        Movement.Permute.class,
        () -> X.permute(0, 0),
        "permute([2, 3] to axes [0, 0]): must name each of the 2 axes once");
    refuses(
        Movement.Expand.class,
        () -> X.expanded(2, 4),
        "expanded([2, 3] to [2, 4]): aligned at the last axis, sizes must be equal or 1");
  }

  private void slices() {
    refuses(
        Slicing.Slice.class,
        () -> X.slice(1, 1, 4),
        "slice([2, 3], axis 1, 1 to 4 by 1): must lie within 0 to 3, in ascending order");
    refuses(
        Slicing.Slice.class,
        () -> X.slice(1, 0, 3, -1),
        "slice([2, 3], axis 1, 0 to 3 by -1): the step must be at least 1; flip(axis) reverses");
    refuses(
        Slicing.Place.class,
        () -> X.pad(0, 1, -1, 0),
        "pad([2, 3], axis 0, 1 and -1): padding must be >= 0; slice(axis, from, to) cuts off");
    refuses(Slicing.Place.class, () -> INT.pad(0, 1, 0, 0.5), "INT [3]: cannot hold 0.5");
    refuses(
        Slicing.Concatenate.class,
        () -> Tensor.concatenate(0, X, zeros(3, 2)),
        "concatenate([2, 3], [3, 2]): all sizes but that of axis 0 must be equal");
    refuses(
        Slicing.Concatenate.class,
        () -> Tensor.concatenate(0, X, Tensor.of(new int[3], 1, 3)),
        "concatenate([2, 3], INT [1, 3]): operands must have one element type; to(...) converts");
    refuses(
        Slicing.Concatenate.class,
        () -> Tensor.concatenate(0),
        "concatenate(): needs at least one tensor");
  }

  private void axes() {
    refuses(
        Reduction.Sum.class,
        () -> X.sum(2),
        "axis 2 of [2, 3]: a tensor with 2 axes has no such axis");
    refuses(Reduction.Sum.class, () -> X.sum(0, -2), "axes [0, -2] of [2, 3]: axis 0 twice");
    refuses(
        Reduction.LogSumExp.class,
        () -> INT.logSumExp(),
        "logSumExp(INT [2]): needs FLOAT or DOUBLE; to(FLOAT) converts");
    refuses(
        Rowwise.SoftmaxLast.class,
        () -> Tensor.scalar(1).softmax(),
        "softmax([]): needs a last axis with at least one element");
    refuses(
        Rowwise.SoftmaxLast.class,
        () -> INT.softmax(),
        "softmax(INT [2]): needs FLOAT or DOUBLE operands; to(FLOAT) converts");
    refuses(
        Rowwise.CumulativeSum.class,
        () -> X.cumulativeSum(-3),
        "axis -3 of [2, 3]: a tensor with 2 axes has no such axis");
    refuses(
        Ordering.Argmax.class,
        () -> zeros(2, 0).argmax(),
        "argmax([2, 0]): needs a last axis with at least one element");
    refuses(
        Ordering.Argmin.class,
        () -> Tensor.scalar(1).argmin(),
        "argmin([]): needs a last axis with at least one element");
    refuses(
        Ordering.Argsort.class,
        () -> Tensor.scalar(1).sort(0),
        "axis 0 of []: a tensor with 0 axes has no such axis");
    refuses(
        Reduction.class,
        () -> zeros(2, 0).max(1),
        "max([2, 0], axes [1]): of no elements there is none");
  }

  private void images() {
    var images = zeros(2, 1, 3, 4);
    refuses(
        Pooling.MaxPool.class,
        () -> X.maxPool(Window.of(2)),
        "maxPool([2, 3], 2x2): needs images [N, C, H, W] or signals [N, C, L]");
    refuses(
        Pooling.MaxPool.class,
        () -> Tensor.of(new int[4], 1, 1, 2, 2).maxPool(Window.of(2)),
        "maxPool(INT [1, 1, 2, 2], 2x2): needs FLOAT or DOUBLE; to(FLOAT) converts");
    refuses(
        Pooling.MaxPool.class,
        () -> images.maxPool(Window.of(5)),
        "maxPool([2, 1, 3, 4], 5x5): a window of 5 does not fit into axis 2 of size 3 with padding"
            + " 0 and 0; a smaller window or more padding does");
    refuses(
        Pooling.MaxPool.class,
        () -> images.averagePool(Window.of(3).dilation(2).padding(0, 1)),
        "averagePool([2, 1, 3, 4], 3x3, dilation 2, padding 0x1): a window that reaches over 5"
            + " values does not fit into axis 2 of size 3 with padding 0 and 0; a smaller window or"
            + " more padding does");
    refuses(
        Pooling.MaxPool.class,
        () -> images.maxPool(Window.of(2).padding(2)),
        "maxPool([2, 1, 3, 4], 2x2, padding 2): along axis 2 a window holds nothing but padding;"
            + " pad by at most half of its size");
    refuses(
        Pooling.MaxPool.class,
        () -> zeros(2, 1, 3).maxPool(Window.of(2, 2)),
        "maxPool([2, 1, 3], 2x2): the window has 2 axes and x has 1 to move along");
    refuses(
        Pooling.ToLargest.class,
        () -> new Pooling.ToLargest(Window.of(2)).apply(images, images),
        "toLargest([2, 1, 3, 4], [2, 1, 3, 4]): needs one value for each window 2x2, [2, 1, 2, 3]");
    refuses(
        Pooling.class,
        () -> images.adaptiveAveragePool(1, 2, 3),
        "adaptiveAveragePool([2, 1, 3, 4] to [1, 2, 3]): needs a height and a width of at least 1,"
            + " or one size for both");
    refuses(
        Pooling.class,
        () -> zeros(2, 1, 4).adaptiveMaxPool(0),
        "adaptiveMaxPool([2, 1, 4] to [0]): needs one size of at least 1");
    refuses(
        Pooling.class,
        () -> X.globalAveragePool(),
        "globalAveragePool([2, 3]): needs images [N, C, H, W] or signals [N, C, L]");
    refuses(
        Resizing.Resampled.class,
        () -> new Resizing.Resampled(Taps.identity(2), Taps.identity(5)).apply(X),
        "resampled([2, 3]): the last sizes must be 2 and 5");
    refuses(
        Resizing.class,
        () -> images.upsample(0, Interpolation.NEAREST),
        "upsample([2, 1, 3, 4], times 0): the factor must be at least 1; resize(...) makes images"
            + " smaller");
    refuses(
        Resizing.class,
        () -> zeros(1, 1, 0).resize(Interpolation.LINEAR, 3),
        "resize([1, 1, 0] to [3]): there is no value to make others of");
    refuses(
        Resizing.class,
        () -> X.pad(1, 1, 3, Padding.REFLECT),
        "pad([2, 3], axis 1, 1 and 3, REFLECT): of 3 values at most 2 can stand before or after");
    refuses(
        Resizing.class,
        () -> X.pad(1, -1, 0, Padding.REPLICATE),
        "pad([2, 3], axis 1, -1 and 0, REPLICATE): padding must be >= 0; slice(axis, from, to) cuts"
            + " off");
    refuses(
        Resizing.class,
        () -> X.pad(Window.of(3).same(), Padding.CIRCULAR),
        "pad([2, 3], 3x3, padding 1, CIRCULAR): needs images [N, C, H, W] or signals [N, C, L]");
  }

  @TestFactory
  Stream<DynamicTest> whatDoesNotFitIsRefusedInTheseWords() {
    return refusals.stream()
        .map(refusal ->
            dynamicTest(
                refusal.type().getSimpleName() + ": " + refusal.message(),
                () ->
                    assertThatThrownBy(refusal.call())
                        .isInstanceOf(ShapeException.class)
                        .hasMessage(refusal.message())));
  }

  @Test
  void everyRecordWithAShapeRuleOfItsOwnHasARefusal() {
    assertThat(refusals.stream().map(refusal -> (Object) refusal.type()))
        .containsAll(
            Operations.records().stream().filter(RefusalsTest::hasItsOwnShapeRule).toList());
  }

  private static boolean hasItsOwnShapeRule(Class<?> type) {
    return Stream.of(type.getDeclaredMethods()).anyMatch(m -> m.getName().equals("shape"));
  }

  private static Tensor zeros(int... sizes) {
    return Tensor.of(new float[(int) Shape.of(sizes).count()], sizes);
  }
}
