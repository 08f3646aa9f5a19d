package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.atelier.tensor.ElementType;
import io.atelier.tensor.GradCheck;
import io.atelier.tensor.Interpolation;
import io.atelier.tensor.Padding;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every public method of this package that returns a tensor, layers and losses alike: its
 * derivative against central differences, its FLOAT result against DOUBLE. A method without an
 * entry fails the test.
 */
class PublicFunctionsTest {
  /** What hands out a tensor and computes none, as {@code Type.method(Parameters)}. */
  private static final Set<String> NO_FUNCTIONS = Set.of("Plan.forward(Tensor)");

  /** Distinct values between -2 and 2, away from every kink. [3, 4] */
  private static final Tensor X = values(3);

  private static final Tensor Y = values(4);
  private static final Tensor LABELS = Tensor.of(new int[] {3, 0, 2}, 3);

  /** A function with the point at which it is proven. */
  private record Proof(Function<List<Tensor>, Tensor> function, List<Tensor> point) {}

  private final Map<String, List<Proof>> functions = new TreeMap<>();

  PublicFunctionsTest() {
    layers();
    losses();
  }

  private static Tensor values(int seed) {
    var rng = Rng.of(seed);
    double[] values = new double[12];
    for (int i = 0; i < values.length; i++) {
      values[i] = 4 * rng.nextDouble() - 2;
    }
    return Tensor.of(values, 3, 4);
  }

  private void layer(String method, UnaryOperator<Tensor> forward) {
    add(method, new Proof(inputs -> forward.apply(inputs.getFirst()), List.of(X)));
  }

  /** A loss of which both operands have a derivative. */
  private void loss(String method, Loss loss, Tensor prediction, Tensor truth) {
    add(
        method,
        new Proof(inputs -> loss.of(inputs.get(0), inputs.get(1)), List.of(prediction, truth)));
  }

  private void add(String method, Proof proof) {
    functions.computeIfAbsent(method, _ -> new ArrayList<>()).add(proof);
  }

  private void layers() {
    layer("Dropout.forward(Tensor)", x -> inTraining(new Dropout(0.25), x));
    layer("BatchNorm.forward(Tensor)", x -> inTraining(BatchNorm.create(4).withoutAffine(), x));
    layer("LayerNorm.forward(Tensor)", x -> LayerNorm.create(4).withoutAffine().forward(x));
    layer("LayerNorm.forward(Tensor)", x -> LayerNorm.create(3, 4).withoutAffine().forward(x));
    layer("GroupNorm.forward(Tensor)", x -> GroupNorm.create(2, 4).withoutAffine().forward(x));
    layer(
        "InstanceNorm.forward(Tensor)",
        x -> InstanceNorm.create(2).withoutAffine().forward(x.reshape(3, 2, 2)));
    layer("Residual.forward(Tensor)", x -> Residual.of(Tensor::tanh, Tensor::squared).forward(x));
    layer("Linear.forward(Tensor)", x -> linear(x.elementType()).forward(x));
    layer(
        "Sequential.forward(Tensor)",
        x -> Sequential.of(linear(x.elementType()), Tensor::tanh).forward(x));
    layer(
        "Sequential.forward(Tensor)", // fused
        x -> Sequential.of(linear(x.elementType()), Activation.RELU, Tensor::squared).forward(x));
    var stages = new LinkedHashMap<String, Layer>();
    stages.put("first", Tensor::tanh);
    stages.put("second", Tensor::squared);
    Stages chain = () -> stages;
    layer("Stages.forward(Tensor)", chain::forward);
    layer("Convolution.forward(Tensor)", x -> convolution(x).forward(x.reshape(2, 1, 2, 3)));
    layer(
        "Convolution.forward(Tensor)",
        x -> convolution(x).edge(Padding.REFLECT).forward(x.reshape(2, 1, 2, 3)));
    layer(
        "TransposedConvolution.forward(Tensor)",
        x -> {
          var weight = Parameter.of(Y.reshape(1, 3, 2, 2).to(x.elementType()));
          return new TransposedConvolution(weight, null, Window.of(2), 1)
              .forward(x.reshape(2, 1, 2, 3));
        });
    onImages("MaxPool.forward(Tensor)", MaxPool.of(2));
    onImages("AveragePool.forward(Tensor)", AveragePool.of(2));
    onImages("AveragePool.forward(Tensor)", AveragePool.of(Window.of(3).padding(1)).inside());
    onImages("AdaptiveAveragePool.forward(Tensor)", AdaptiveAveragePool.of(2, 3));
    onImages("GlobalAveragePool.forward(Tensor)", new GlobalAveragePool());
    onImages("Upsample.forward(Tensor)", Upsample.by(2).how(Interpolation.LINEAR));
    onImages("Flatten.forward(Tensor)", new Flatten());
    for (var activation : Activation.values()) {
      layer("Activation.forward(Tensor)", activation::forward);
    }
  }

  private static Convolution convolution(Tensor x) {
    var weight = Y.reshape(3, 1, 2, 2).to(x.elementType());
    return new Convolution(Parameter.of(weight), null, Window.of(2).padding(1), 1);
  }

  private void onImages(String method, Layer layer) {
    layer(method, x -> layer.forward(x.reshape(1, 1, 3, 4)).squared());
  }

  private static Linear linear(ElementType type) {
    var weight = Y.slice(0, 0, 2).to(type); // [2, 4]
    return new Linear(Parameter.of(weight), Parameter.of(Tensor.of(new double[2], 2).to(type)));
  }

  /** The layer in a training step of its own, so that it draws the same numbers each time. */
  private static Tensor inTraining(Layer layer, Tensor x) {
    try (var _ = Step.training(Rng.of(7))) {
      var y = layer.forward(x);
      return x.isTracked() ? y : y.kept();
    }
  }

  private void losses() {
    var p = X.logSoftmax();
    var q = Y.softmax();
    var some = Y.sigmoid();
    loss("Loss.meanSquaredError(Tensor, Tensor)", Loss::meanSquaredError, X, Y);
    loss("Loss.meanAbsoluteError(Tensor, Tensor)", Loss::meanAbsoluteError, X, Y);
    loss("Loss.huber(Tensor, Tensor)", Loss::huber, X, Y);
    loss("Loss.crossEntropy(Tensor, Tensor)", Loss::crossEntropy, X, LABELS);
    loss("Loss.crossEntropy(Tensor, Tensor)", Loss::crossEntropy, X, q);
    loss("Loss.binaryCrossEntropy(Tensor, Tensor)", Loss::binaryCrossEntropy, X, some);
    loss("Loss.negativeLogLikelihood(Tensor, Tensor)", Loss::negativeLogLikelihood, p, LABELS);
    loss("Loss.kullbackLeibler(Tensor, Tensor)", Loss::kullbackLeibler, p, q);
    loss("Loss.hinge(Tensor, Tensor)", Loss::hinge, X, LABELS);
    loss("Loss.cosine(Tensor, Tensor)", Loss::cosine, X, Y);
    for (var reduction : LossReduction.values()) {
      reduced(reduction, p, q, some);
    }
  }

  private void reduced(LossReduction reduction, Tensor p, Tensor q, Tensor some) {
    loss(
        "Loss.squaredError(Tensor, Tensor, LossReduction)",
        (x, y) -> Loss.squaredError(x, y, reduction),
        X,
        Y);
    loss(
        "Loss.absoluteError(Tensor, Tensor, LossReduction)",
        (x, y) -> Loss.absoluteError(x, y, reduction),
        X,
        Y);
    loss(
        "Loss.negativeLogLikelihood(Tensor, Tensor, LossReduction)",
        (x, y) -> Loss.negativeLogLikelihood(x, y, reduction),
        p,
        LABELS);
    loss(
        "Loss.kullbackLeibler(Tensor, Tensor, LossReduction)",
        (x, y) -> Loss.kullbackLeibler(x, y, reduction),
        p,
        q);
    loss(
        "Loss.cosine(Tensor, Tensor, LossReduction)", (x, y) -> Loss.cosine(x, y, reduction), X, Y);
    var signs = Tensor.of(new double[] {1, -1, -1}, 3);
    loss(
        "Loss.cosineEmbedding(Tensor, Tensor, Tensor, double, LossReduction)",
        (x, y) -> Loss.cosineEmbedding(x, y, signs.to(x.elementType()), -0.9, reduction),
        X,
        Y);
    loss("Huber.of(Tensor, Tensor)", new Huber(0.8, reduction), X, Y);
    var hinge = new Hinge(0.9, reduction);
    loss("Hinge.of(Tensor, Tensor)", hinge, X, LABELS);
    layer("Hinge.of(Tensor, Tensor)", x -> hinge.of(x, Y.sign().to(x.elementType())));
    loss(
        "BinaryCrossEntropy.of(Tensor, Tensor)",
        new BinaryCrossEntropy(List.of(1.0, 2.0, 0.0, 3.0), reduction),
        X,
        some);
    var settings =
        CrossEntropy.standard().labelSmoothing(0.1).classWeights(1, 3, 0.5, 2).reduction(reduction);
    loss("CrossEntropy.of(Tensor, Tensor)", settings, X, q);
    loss("CrossEntropy.of(Tensor, Tensor)", settings.ignoring(2), X, LABELS);
  }

  @Test
  void everyPublicMethodThatReturnsATensorIsProvenHere() throws Exception {
    var declared = new TreeSet<String>();
    for (var type : publicTypes()) {
      for (var method : type.getDeclaredMethods()) {
        if (computesATensor(method)) {
          declared.add(signature(method));
        }
      }
    }
    declared.removeAll(NO_FUNCTIONS);
    assertThat(functions.keySet()).isEqualTo(declared);
  }

  @TestFactory
  Stream<DynamicTest> derivativesAndFastResultsAreRight() {
    return functions.entrySet().stream()
        .flatMap(entry ->
            entry.getValue().stream()
                .map(proof -> dynamicTest(entry.getKey(), () -> check(proof))));
  }

  private static void check(Proof proof) {
    GradCheck.verify(proof.function(), proof.point().toArray(Tensor[]::new));
    var fast = proof.function().apply(converted(proof.point(), ElementType.FLOAT));
    var rounded = converted(converted(proof.point(), ElementType.FLOAT), ElementType.DOUBLE);
    var exact = proof.function().apply(rounded);
    assertThat(fast.shape()).isEqualTo(exact.shape());
    double[] expected = exact.toDoubles();
    float[] actual = fast.toFloats();
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("element %d", i)
          .isLessThanOrEqualTo(2e-6 * Math.max(1, Math.abs(expected[i])));
    }
  }

  private static List<Tensor> converted(List<Tensor> operands, ElementType type) {
    return operands.stream().map(x -> x.elementType().isFloating() ? x.to(type) : x).toList();
  }

  private static boolean computesATensor(Method method) {
    return method.getReturnType() == Tensor.class
        && Modifier.isPublic(method.getModifiers())
        && !Modifier.isAbstract(method.getModifiers())
        && !method.isSynthetic();
  }

  /** The public classes of this package, found where they were compiled to. */
  private static List<Class<?>> publicTypes() throws IOException, URISyntaxException {
    var root = Path.of(Layer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    var packageName = Layer.class.getPackageName();
    var types = new ArrayList<Class<?>>();
    try (var files = Files.list(root.resolve(packageName.replace('.', '/')))) {
      for (var file : files.sorted().toList()) {
        var name = file.getFileName().toString().replace(".class", "");
        if (!name.equals("package-info")) {
          types.add(load(packageName + "." + name));
        }
      }
    }
    types.removeIf(type -> !Modifier.isPublic(type.getModifiers()));
    return types;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new LinkageError(name, e);
    }
  }

  private static String signature(Method method) {
    return method.getDeclaringClass().getSimpleName()
        + "."
        + method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }
}
