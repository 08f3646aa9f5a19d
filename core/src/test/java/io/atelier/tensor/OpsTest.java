package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Proves every operation of the sealed hierarchy from its samples: the derivative against central
 * differences in DOUBLE, the fast kernel against the plain loops.
 */
class OpsTest {
  private static final double STEP = 1e-5;
  private static final double UNIT = 0x1p-24;

  /** Elements of one input whose derivative is compared with a difference. */
  private static final int PROBES = 24;

  @Test
  void everyOperationHasSamples() {
    assertThat(Operations.records())
        .hasSizeGreaterThan(20)
        .allSatisfy(
            type -> assertThat(Operations.samples(type)).as(type.getSimpleName()).isNotEmpty());
  }

  @TestFactory
  Stream<DynamicTest> derivativesEqualCentralDifferences() {
    return each(sample -> {
      if (Operations.hasDerivative(sample)) {
        checkDerivative(sample);
      }
    });
  }

  @TestFactory
  Stream<DynamicTest> fastKernelsEqualPlainLoops() {
    return each(OpsTest::checkForward);
  }

  @TestFactory
  Stream<DynamicTest> fastDerivativesEqualPlainLoops() {
    return each(sample -> {
      if (!Operations.hasDerivative(sample)) {
        return;
      }
      var exact = sample.inputs().stream().map(OpsTest::rounded).toList();
      var fast = sample.inputs().stream().map(OpsTest::single).toList();
      var expected = gradients(sample.op(), exact);
      var actual = gradients(sample.op(), fast);
      for (int i = 0; i < expected.size(); i++) {
        double[] reference = expected.get(i);
        double[] values = actual.get(i);
        for (int j = 0; j < reference.length; j++) {
          assertThat(values[j])
              .as("derivative %d of input %d", j, i)
              .isCloseTo(
                  reference[j],
                  org.assertj.core.data.Offset.offset(2e-5 * (1 + Math.abs(reference[j]))));
        }
      }
    });
  }

  private interface Check {
    void run(Op.Sample sample);
  }

  private static Stream<DynamicTest> each(Check check) {
    return Operations.samples().stream()
        .map(sample -> dynamicTest(Operations.describe(sample), () -> check.run(sample)));
  }

  private static void checkDerivative(Op.Sample sample) {
    var inputs = sample.inputs();
    var derivatives = gradients(sample.op(), inputs);
    var upstream = upstream(sample.op().apply(inputs.toArray(Tensor[]::new)));
    int floating = 0;
    for (int i = 0; i < inputs.size(); i++) {
      if (!inputs.get(i).elementType().isFloating()) {
        continue;
      }
      double[] derivative = derivatives.get(floating++);
      int stride = Math.max(1, derivative.length / PROBES);
      for (int j = 0; j < derivative.length; j += stride) {
        double difference =
            (value(sample, i, j, STEP, upstream) - value(sample, i, j, -STEP, upstream))
                / (2 * STEP);
        double error = Math.abs(difference - derivative[j]);
        assertThat(error / Math.max(1, Math.abs(difference)))
            .as("derivative %s, difference %s at %d of input %d", derivative[j], difference, j, i)
            .isLessThan(1e-6);
      }
    }
  }

  /** {@code sum(upstream * op(inputs))} with one element of one input moved. */
  private static double value(
      Op.Sample sample, int input, int element, double by, Tensor upstream) {
    var inputs = new ArrayList<>(sample.inputs());
    double[] moved = inputs.get(input).toDoubles();
    moved[element] += by;
    inputs.set(input, Tensor.of(moved, inputs.get(input).shape().toArray()));
    double[] result = sample.op().apply(inputs.toArray(Tensor[]::new)).toDoubles();
    double[] weights = upstream.toDoubles();
    double sum = 0;
    for (int i = 0; i < result.length; i++) {
      sum += weights[i] * result[i];
    }
    return sum;
  }

  /** A fixed random cotangent for a result. */
  private static Tensor upstream(Tensor result) {
    var seeded = Op.Sample.uniform(-1, 1, result.shape().toArray());
    return result.elementType() == ElementType.DOUBLE ? seeded : single(seeded);
  }

  /** The derivatives with respect to each floating input, as doubles. */
  private static List<double[]> gradients(Op op, List<Tensor> inputs) {
    var tracked = inputs.stream().map(x -> x.elementType().isFloating() ? x.tracked() : x).toList();
    var result = op.apply(tracked.toArray(Tensor[]::new));
    var gradients = result.backward(upstream(result));
    return tracked.stream()
        .filter(Tensor::isTracked)
        .map(x -> gradients.of(x).to(ElementType.DOUBLE).toDoubles())
        .toList();
  }

  private static void checkForward(Op.Sample sample) {
    var exact = sample.inputs().stream().map(OpsTest::rounded).toArray(Tensor[]::new);
    var fast = sample.inputs().stream().map(OpsTest::single).toArray(Tensor[]::new);
    var reference = sample.op().apply(exact);
    var result = sample.op().apply(fast);
    assertThat(result.shape()).isEqualTo(reference.shape());
    if (!reference.elementType().isFloating()) {
      assertThat(result.elementType()).isEqualTo(reference.elementType());
      assertThat(result.to(ElementType.LONG).toLongs())
          .isEqualTo(reference.to(ElementType.LONG).toLongs());
      return;
    }
    double[] expected = reference.toDoubles();
    float[] actual = result.toFloats();
    double[] bounds = bounds(sample.op(), exact, expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("element %d: %s, exactly %s", i, actual[i], expected[i])
          .isLessThanOrEqualTo(bounds[i]);
    }
  }

  /**
   * How far a fast result may be from the exact one: some units in the last place for an
   * element-wise operation, {@code 1.01 n 2^-24} times the sum of the absolute terms for a sum of n
   * (Higham 2002, "Accuracy and Stability of Numerical Algorithms", eq. 3.4, for n below 100,000).
   */
  private static double[] bounds(Op op, Tensor[] inputs, double[] expected) {
    double[] bounds = new double[expected.length];
    if (addsUp(op)) {
      var absolute = Stream.of(inputs).map(OpsTest::absolute).toArray(Tensor[]::new);
      double[] terms = op.apply(absolute).toDoubles();
      for (int i = 0; i < bounds.length; i++) {
        bounds[i] = 1.01 * terms(op, inputs) * UNIT * terms[i];
      }
    } else {
      for (int i = 0; i < bounds.length; i++) {
        boolean cancels = op instanceof Criterion.Rule || op instanceof Normalization.Rule;
        double size = cancels ? Math.max(1, Math.abs(expected[i])) : expected[i];
        bounds[i] = ulps(op) * Math.ulp((float) size);
      }
    }
    return bounds;
  }

  /** How many roundings a term of the sum can meet. */
  private static int terms(Op op, Tensor... inputs) {
    var shape = inputs[0].shape();
    return switch (op) {
      case Contraction.Matmul matmul ->
          shape.size(shape.rank() > 1 && matmul.transposeLeft() ? -2 : -1);
      case FullyConnected.Linear _ -> shape.size(-1) + 1; // and the bias
      default -> inputs[0].count() + 1;
    };
  }

  private static boolean addsUp(Op op) {
    return op instanceof Contraction.Rule
        || op instanceof Convolution.Rule
        || op instanceof FullyConnected.Rule
        || op instanceof Reduction.Sum
        || op instanceof Rowwise.CumulativeSum
        || op instanceof Indexing.ScatterAdd
        || op instanceof Pooling.ToLargest
        || op instanceof Resizing.Resampled;
  }

  private static int ulps(Op op) {
    return switch (op) {
      case Rowwise.SoftmaxLast _ -> 8;
      case Normalization.Rule _ -> 4;
      default -> 2;
    };
  }

  private static Tensor absolute(Tensor x) {
    if (!x.elementType().isFloating()) {
      return x;
    }
    double[] values = x.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return Tensor.of(values, x.shape().toArray());
  }

  private static Tensor single(Tensor x) {
    return x.elementType().isFloating() ? x.to(ElementType.FLOAT) : x;
  }

  /** The doubles that the FLOAT operand really holds. */
  private static Tensor rounded(Tensor x) {
    return x.elementType().isFloating() ? single(x).to(ElementType.DOUBLE) : x;
  }
}
