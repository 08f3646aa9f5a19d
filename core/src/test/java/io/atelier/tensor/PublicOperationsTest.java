package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every public method of {@link Tensor} that returns a tensor, composed or not: its derivative
 * against central differences, its FLOAT result against DOUBLE. A method without an entry fails the
 * test.
 */
class PublicOperationsTest {
  /** Makes, copies or converts; computes nothing. */
  private static final Set<String> NO_OPERATIONS =
      Set.of(
          "arange(double, double, double)",
          "arange(long, long)",
          "arange(long, long, long)",
          "detached()",
          "eye(int)",
          "full(ElementType, double, int[])",
          "full(double, int[])",
          "kept()",
          "linspace(double, double, int)",
          "map(DoubleUnaryOperator)",
          "of(boolean[], int[])",
          "of(double[], int[])",
          "of(float[], int[])",
          "of(int[], int[])",
          "of(long[], int[])",
          "ones(int[])",
          "scalar(float)",
          "to(ElementType)",
          "tracked()",
          "truncated()",
          "zeros(int[])");

  /** Distinct values between 0.2 and 1.8, away from every kink. [3, 4] */
  private static final Tensor X = Op.Sample.uniform(0.2, 1.8, 3, 4);

  private static final Tensor Y = Op.Sample.uniform(0.3, 1.7, 4);

  private static final Tensor INDEX = Tensor.of(new int[] {2, 0, 1, 1, 0, 2, 2, 2}, 2, 4);
  private static final Axes LAST = Axes.of(1).kept();

  private final Map<String, UnaryOperator<Tensor>> operations = new TreeMap<>();

  PublicOperationsTest() {
    elementwise();
    activations();
    logic();
    reductions();
    movements();
    images();
    operations.put("matmul(Tensor)", x -> x.matmul(x.transpose()));
    operations.put("outer(Tensor)", x -> x.reshape(-1).outer(y(x)));
    operations.put("einsum(String, Tensor[])", x -> Tensor.einsum("ij,kj->ik", x, x));
    operations.put(
        "linearRelu(Tensor, Tensor)", x -> x.plus(-1).linearRelu(x.plus(-0.9), x.select(1, 0)));
    convolutions();
    operations.put("linear(Tensor, Tensor)", x -> x.linear(x, x.select(1, 0)));
    operations.put(
        "normalized(Tensor, Tensor, Tensor, Tensor, double)",
        x -> x.normalized(y(x), y(x).squared(), y(x), y(x), 1e-5));
    operations.put("layerNorm(Tensor, Tensor, double)", x -> x.layerNorm(y(x), y(x), 1e-5));
    operations.put("groupNorm(int, Tensor, Tensor, double)", x -> x.groupNorm(2, y(x), y(x), 1e-5));
    operations.put("watched(BiConsumer)", x -> x.watched((_, _) -> {}).squared());
  }

  private void convolutions() {
    var window = Window.of(2).padding(1);
    UnaryOperator<Tensor> image = x -> x.reshape(1, 3, 2, 2);
    UnaryOperator<Tensor> weight = x -> x.slice(1, 0, 2).reshape(6, 1, 1, 1).repeat(1, 1, 2, 2);
    UnaryOperator<Tensor> bias = x -> x.slice(0, 0, 2).reshape(-1).slice(0, 0, 6);
    operations.put(
        "convolution(Tensor, Window)",
        x -> x.reshape(2, 1, 2, 3).convolution(x.reshape(3, 1, 2, 2), window));
    operations.put(
        "convolution(Tensor, Tensor, Window)",
        x ->
            x.reshape(2, 1, 6)
                .convolution(x.reshape(4, 1, 3), x.select(0, 0), Window.of(3).stride(2)));
    operations.put(
        "convolution(Tensor, Tensor, Window, int)",
        x -> image.apply(x).convolution(weight.apply(x), bias.apply(x), window, 3));
    operations.put(
        "convolutionRelu(Tensor, Tensor, Window, int)",
        x -> image.apply(x).plus(-1).convolutionRelu(weight.apply(x), bias.apply(x), window, 3));
    operations.put(
        "transposedConvolution(Tensor, Tensor, Window)",
        x ->
            x.reshape(2, 1, 2, 3)
                .transposedConvolution(x.reshape(1, 3, 2, 2), x.select(1, 0), window));
    operations.put(
        "transposedConvolution(Tensor, Tensor, Window, int, int[])",
        x ->
            x.reshape(1, 2, 6)
                .transposedConvolution(
                    x.reshape(2, 2, 3), x.select(0, 0), Window.of(3).stride(2), 2, 1));
  }

  private static Tensor y(Tensor x) {
    return Y.to(x.elementType());
  }

  private static Tensor mask(Tensor x) {
    return x.greater(y(x));
  }

  private void elementwise() {
    operations.put("plus(Tensor)", x -> x.plus(y(x)));
    operations.put("plus(double)", x -> x.plus(0.5));
    operations.put("minus(Tensor)", x -> y(x).minus(x));
    operations.put("minus(double)", x -> x.minus(0.5));
    operations.put("dividedBy(double)", x -> x.dividedBy(-1.5));
    operations.put("times(Tensor)", x -> x.times(y(x)));
    operations.put("times(double)", x -> x.times(-1.5));
    operations.put("dividedBy(Tensor)", x -> y(x).dividedBy(x));
    operations.put("negated()", Tensor::negated);
    operations.put("squared()", Tensor::squared);
    operations.put("sqrt()", Tensor::sqrt);
    operations.put("reciprocal()", Tensor::reciprocal);
    operations.put("power(double)", x -> x.power(1.7));
    operations.put("exp()", Tensor::exp);
    operations.put("log()", Tensor::log);
    operations.put("log1p()", Tensor::log1p);
    operations.put("expm1()", Tensor::expm1);
    operations.put("erf()", Tensor::erf);
    operations.put("sin()", Tensor::sin);
    operations.put("cos()", Tensor::cos);
    operations.put("abs()", x -> x.plus(-1).abs());
    operations.put("sign()", x -> x.plus(-1).sign());
    operations.put("atLeast(double)", x -> x.atLeast(1));
    operations.put("atMost(double)", x -> x.atMost(1));
    operations.put("clamp(double, double)", x -> x.clamp(0.6, 1.4));
    operations.put("maximum(Tensor)", x -> x.maximum(y(x)));
    operations.put("minimum(Tensor)", x -> x.minimum(y(x)));
  }

  private void activations() {
    operations.put("relu()", x -> x.plus(-1).relu());
    operations.put("leakyRelu(double)", x -> x.plus(-1).leakyRelu(0.1));
    operations.put("positive()", x -> x.plus(-1).positive());
    operations.put("sigmoid()", Tensor::sigmoid);
    operations.put("logSigmoid()", Tensor::logSigmoid);
    operations.put("tanh()", Tensor::tanh);
    operations.put("softplus()", Tensor::softplus);
    operations.put("elu(double)", x -> x.plus(-1).elu(0.7));
    operations.put("selu()", x -> x.plus(-1).selu());
    operations.put("gelu()", Tensor::gelu);
    operations.put("geluTanh()", Tensor::geluTanh);
    operations.put("silu()", Tensor::silu);
    operations.put("mish()", Tensor::mish);
    operations.put("hardSigmoid()", Tensor::hardSigmoid);
    operations.put("hardSwish()", Tensor::hardSwish);
    operations.put("normalCdf()", Tensor::normalCdf);
    operations.put("normalDensity()", Tensor::normalDensity);
  }

  private void logic() {
    operations.put("greater(Tensor)", x -> x.greater(y(x)));
    operations.put("greaterOrEqual(Tensor)", x -> x.greaterOrEqual(y(x)));
    operations.put("less(Tensor)", x -> x.less(y(x)));
    operations.put("lessOrEqual(Tensor)", x -> x.lessOrEqual(y(x)));
    operations.put("equalTo(Tensor)", x -> x.equalTo(y(x)));
    operations.put("not()", x -> mask(x).not());
    operations.put("and(Tensor)", x -> mask(x).and(x.less(y(x).times(1.2))));
    operations.put("or(Tensor)", x -> mask(x).or(x.less(y(x).times(0.8))));
    operations.put("where(Tensor, Tensor)", x -> mask(x).where(x.squared(), y(x)));
    operations.put("maskedFill(Tensor, double)", x -> x.maskedFill(mask(x), 3));
    operations.put("maskedSelect(Tensor)", x -> x.maskedSelect(mask(x)));
    operations.put("any(int[])", x -> mask(x).any());
    operations.put("any(Axes)", x -> mask(x).any(LAST));
    operations.put("all(int[])", x -> mask(x).all());
    operations.put("all(Axes)", x -> mask(x).all(LAST));
  }

  private void reductions() {
    operations.put("sum(int[])", x -> x.squared().sum(0));
    operations.put("sum(Axes)", x -> x.squared().sum(LAST));
    operations.put("mean(int[])", x -> x.squared().mean());
    operations.put("mean(Axes)", x -> x.squared().mean(LAST));
    operations.put("variance(int[])", x -> x.variance(1));
    operations.put("variance(Axes)", x -> x.variance(LAST));
    operations.put("sampleVariance(int[])", x -> x.sampleVariance(0));
    operations.put("sampleVariance(Axes)", x -> x.sampleVariance(LAST));
    operations.put("standardDeviation(int[])", x -> x.standardDeviation());
    operations.put("standardDeviation(Axes)", x -> x.standardDeviation(LAST));
    operations.put("sampleStandardDeviation(int[])", x -> x.sampleStandardDeviation());
    operations.put("sampleStandardDeviation(Axes)", x -> x.sampleStandardDeviation(LAST));
    operations.put("max(int[])", x -> x.max(1));
    operations.put("max(Axes)", x -> x.max(LAST));
    operations.put("min(int[])", x -> x.min());
    operations.put("min(Axes)", x -> x.min(LAST));
    operations.put("norm(int[])", x -> x.norm());
    operations.put("norm(Axes)", x -> x.norm(LAST));
    operations.put("norm(double, Axes)", x -> x.norm(3, LAST));
    operations.put("logSumExp(int[])", x -> x.logSumExp(0));
    operations.put("logSumExp(Axes)", x -> x.logSumExp(LAST));
    operations.put("argmax()", Tensor::argmax);
    operations.put("argmax(int)", x -> x.argmax(0));
    operations.put("argmin()", Tensor::argmin);
    operations.put("argmin(int)", x -> x.argmin(0));
    operations.put("softmax()", Tensor::softmax);
    operations.put("softmax(int)", x -> x.softmax(0));
    operations.put("logSoftmax()", Tensor::logSoftmax);
    operations.put("logSoftmax(int)", x -> x.logSoftmax(0));
    operations.put("cumulativeSum(int)", x -> x.squared().cumulativeSum(1));
  }

  private void movements() {
    operations.put("reshape(Shape)", x -> x.squared().reshape(Shape.of(2, 6)));
    operations.put("reshape(int[])", x -> x.squared().reshape(-1, 2));
    operations.put("transpose()", x -> x.transpose().squared());
    operations.put("transpose(int, int)", x -> x.transpose(0, 1).squared());
    operations.put("permute(int[])", x -> x.permute(1, 0).squared());
    operations.put("expanded(Shape)", x -> x.expanded(Shape.of(2, 3, 4)).squared());
    operations.put("expanded(int[])", x -> x.expanded(2, 3, 4).squared());
    operations.put("repeat(int[])", x -> x.repeat(2, 3).squared());
    operations.put("squeeze()", x -> x.squared().unsqueeze(0).squeeze());
    operations.put("squeeze(int)", x -> x.squared().unsqueeze(1).squeeze(1));
    operations.put("unsqueeze(int)", x -> x.unsqueeze(1).squared());
    operations.put("slice(int, int, int)", x -> x.slice(0, 1, 3).squared());
    operations.put("slice(int, int, int, int)", x -> x.slice(1, 0, 4, 2).squared());
    operations.put("select(int, int)", x -> x.select(1, 2).squared());
    operations.put("pad(int, int, int, double)", x -> x.pad(1, 2, 1, 0.5).squared());
    operations.put("flip(int)", x -> x.flip(1).times(x));
    operations.put("roll(int, int)", x -> x.roll(1, 3).times(x));
    operations.put(
        "concatenate(int, Tensor[])", x -> Tensor.concatenate(0, x, x.squared()).squared());
    operations.put("stack(int, Tensor[])", x -> Tensor.stack(1, x, x.squared()).squared());
    operations.put("gather(int, Tensor)", x -> x.squared().gather(0, INDEX));
    operations.put(
        "scatterAdd(int, Tensor, Tensor)",
        x -> x.squared().scatterAdd(0, INDEX, x.slice(0, 0, 2)).squared());
    operations.put(
        "indexSelect(int, Tensor)",
        x -> x.squared().indexSelect(0, Tensor.of(new int[] {1, 1, 2}, 3)));
    operations.put("oneHot(int)", x -> x.argmax().oneHot(4));
  }

  private void images() {
    var window = Window.of(2).padding(1);
    operations.put("maxPool(Window)", x -> image(x).maxPool(window).squared());
    operations.put("averagePool(Window)", x -> image(x).averagePool(window).squared());
    operations.put("averagePoolInside(Window)", x -> image(x).averagePoolInside(window).squared());
    operations.put("adaptiveAveragePool(int[])", x -> image(x).adaptiveAveragePool(2, 3).squared());
    operations.put("adaptiveMaxPool(int[])", x -> image(x).adaptiveMaxPool(2, 3).squared());
    operations.put("globalAveragePool()", x -> image(x).globalAveragePool().squared());
    operations.put(
        "upsample(int, Interpolation)", x -> image(x).upsample(2, Interpolation.LINEAR).squared());
    operations.put(
        "resize(Interpolation, int[])",
        x -> image(x).resize(Interpolation.LINEAR_ALIGNED, 2, 7).squared());
    operations.put(
        "pad(int, int, int, Padding)", x -> x.squared().pad(0, 2, 1, Padding.REFLECT).squared());
    operations.put("pad(Window, Padding)", x -> image(x).pad(window, Padding.CIRCULAR).squared());
  }

  private static Tensor image(Tensor x) {
    return x.reshape(1, 1, 3, 4);
  }

  @Test
  void everyPublicMethodThatReturnsATensorIsProvenHere() {
    var declared =
        Stream.of(Tensor.class.getMethods())
            .filter(method -> method.getReturnType() == Tensor.class)
            .map(PublicOperationsTest::signature)
            .collect(Collectors.toCollection(TreeSet::new));
    declared.removeAll(NO_OPERATIONS);
    assertThat(operations.keySet()).isEqualTo(declared);
  }

  @TestFactory
  Stream<DynamicTest> derivativesAndFastResultsAreRight() {
    return operations.entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> check(entry.getValue())));
  }

  private static void check(UnaryOperator<Tensor> operation) {
    var exact = operation.apply(X.to(ElementType.FLOAT).to(ElementType.DOUBLE));
    var fast = operation.apply(X.to(ElementType.FLOAT));
    assertThat(fast.shape()).isEqualTo(exact.shape());
    for (int i = 0; i < exact.count(); i++) {
      double size = Math.max(1, Math.abs(exact.number(i)));
      assertThat(Math.abs(fast.number(i) - exact.number(i)))
          .as("element %d", i)
          .isLessThanOrEqualTo(2e-6 * size);
    }
    if (exact.elementType().isFloating()) {
      GradCheck.verify(inputs -> operation.apply(inputs.getFirst()), X);
    } else {
      assertThat(operation.apply(X.tracked()).isTracked()).isFalse();
    }
  }

  private static String signature(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }
}
