package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.optim.Sgd;
import io.atelier.tensor.Axes;
import io.atelier.tensor.Buffer;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Step;
import io.atelier.tensor.StepException;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Normalisations beside values of PyTorch 1.13, for {@code x = (arange(24.) * 7 % 11 - 5) / 3} and
 * the upstream derivative {@code u = (arange(24.) * 5 % 13 - 6) / 4}.
 */
class NormalizationTest {
  private static final float[] WEIGHT = {1, 0.5f, -2, 3};
  private static final float[] BIAS = {0, 1, -1, 2};

  private static Tensor x(int... sizes) {
    return sequence(7, 11, 5, 3, sizes);
  }

  private static Tensor upstream(int... sizes) {
    return sequence(5, 13, 6, 4, sizes);
  }

  private static Tensor sequence(int factor, int modulus, int shift, float divisor, int... sizes) {
    float[] values = new float[24];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * factor % modulus - shift) / divisor;
    }
    return Tensor.of(values, sizes);
  }

  private static Parameter parameter(float[] values, int... sizes) {
    int n = (int) Shape.of(sizes).count();
    return Parameter.of(Tensor.of(Arrays.copyOf(values, n), sizes));
  }

  /** BatchNorm2d(3). */
  private static BatchNorm batchNorm(Parameter weight, Parameter bias) {
    BatchNorm weighted = Modules.replace(BatchNorm.create(3).withoutAffine(), "weight", weight);
    return Modules.replace(weighted, "bias", bias);
  }

  private static BatchNorm batchNorm() {
    return batchNorm(parameter(WEIGHT, 3), parameter(BIAS, 3));
  }

  /** Output, then the derivatives by x, weight and bias. */
  private static void check(
      Layer layer,
      Parameter weight,
      Parameter bias,
      Tensor x,
      double[] y,
      double[] dx,
      double[] dweight,
      double[] dbias) {
    var point = x.tracked();
    try (var _ = Step.training(Rng.of(0))) {
      var result = layer.forward(point);
      close(result, y);
      var gradients = result.backward(upstream(x.shape().toArray()));
      close(gradients.of(point), dx);
      close(gradients.of(weight), dweight);
      close(gradients.of(bias), dbias);
    }
  }

  private static void close(Tensor actual, double... expected) {
    double[] values = actual.to(ElementType.DOUBLE).toDoubles();
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(values[i]).as("element %d", i).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void batchNormInTrainingIsPyTorchs() {
    var weight = parameter(WEIGHT, 3);
    var bias = parameter(BIAS, 3);
    check(
        batchNorm(weight, bias),
        weight,
        bias,
        x(2, 3, 2, 2),
        new double[] {
          -1.738629, 0.377963, -0.831518, 1.285074, 1.194551, 0.502814,
          1.713354, 1.021617, 0.874077, -3.498769, -1.0, 1.498769,
          0.377963, -0.831518, 1.285074, 0.075593, 0.502814, 1.713354,
          1.021617, 0.32988, -3.498769, -1.0, 1.498769, -2.874077
        },
        new double[] {
          -0.820938, -0.068033, 1.283561, -0.911645, -0.016485, 0.632987,
          -0.406314, 0.243158, 1.416993, 1.234137, -2.342596, 0.17142,
          0.6123, -0.984217, -0.231311, 1.120282, -0.664019, -0.017213,
          0.63226, -0.404375, -0.17142, 2.342596, -1.234137, -1.416993
        },
        new double[] {1.587444, 0.010808, 4.216673},
        new double[] {-2, 2.25, 0});
  }

  @Test
  void runningMomentsAfterThreeStepsAreThoseOfPyTorchAndInferenceUsesThem() {
    var layer = batchNorm();
    var x = x(2, 3, 2, 2);
    var flipped = x.flip(0).times(0.5).minus(x.squared());
    for (var batch : new Tensor[] {x, x.times(2).plus(1), flipped}) {
      try (var _ = Step.training(Rng.of(0))) {
        layer.forward(batch);
        Step.changeBuffers();
      }
    }
    close(layer.runningMean().value(), 0.039972, -0.016014, -0.138667);
    close(layer.runningVar().value(), 1.552413, 1.28764, 1.403529);
    assertThat(layer.numBatchesTracked().value().item()).isEqualTo(3);
    try (var _ = Step.inference()) {
      close(
          layer.forward(x),
          -1.369735,
          0.50298,
          -0.567143,
          1.305573,
          1.153932,
          0.566429,
          1.594559,
          1.007056,
          1.016808,
          -2.92227,
          -0.671368,
          1.579533,
          0.50298,
          -0.567143,
          1.305573,
          0.235449,
          0.566429,
          1.594559,
          1.007056,
          0.419553,
          -2.92227,
          -0.671368,
          1.579533,
          -2.359545);
    }
    assertThat(layer.numBatchesTracked().value().item()).isEqualTo(3);
  }

  @Test
  void aForwardPassByItselfChangesNothing() {
    var layer = batchNorm();
    try (var _ = Step.training(Rng.of(0))) {
      layer.forward(x(2, 3, 2, 2));
    }
    close(layer.runningMean().value(), 0, 0, 0);
    close(layer.runningVar().value(), 1, 1, 1);
    var optimizer = Sgd.rate(0.1).over(layer);
    try (var _ = Step.training(Rng.of(0))) {
      optimizer.step(layer.forward(x(2, 3, 2, 2)).squared().sum().backward());
    }
    assertThat(layer.numBatchesTracked().value().item()).isEqualTo(1);
    assertThat(layer.runningMean().value().select(0, 0).item()).isNotZero();
    assertThatThrownBy(() -> layer.forward(x(2, 3, 2, 2)))
        .isInstanceOf(StepException.class)
        .hasMessage(
            "batchNorm differs between training and inference: call it inside Step.training(rng) or"
                + " Step.inference()");
  }

  @Test
  void layerNormIsPyTorchs() {
    var weight = parameter(new float[] {1, 0.5f, -2, 3}, 2, 2);
    var bias = parameter(new float[] {0, 1, -1, 2}, 2, 2);
    check(
        new LayerNorm(Shape.of(2, 2), weight, bias, 1e-5), // LayerNorm([2, 2])
        weight,
        bias,
        x(2, 3, 2, 2),
        new double[] {
          -1.31306, 1.262612, 0.050448, 5.93918, 0.199999, 0.300005,
          -3.79998, 1.400004, -0.722894, 1.763055, -1.481929, -1.132541,
          0.199999, 0.300005, -3.79998, 1.400005, -0.722894, 1.763055,
          -1.481929, -1.132541, 1.04418, 0.879518, 2.052219, 4.168682
        },
        new double[] {
          -0.131588, 1.308249, -0.372693, -0.803968, -0.971993, -0.395997,
          -0.054, 1.42199, 0.70268, 0.471056, -1.117764, -0.055972,
          -0.449996, -1.349998, -0.899986, 2.69998, 0.637388, 0.769538,
          -1.698411, 0.291485, -1.127862, -1.32453, 0.406518, 2.045873
        },
        new double[] {4.529236, 0.551427, -0.912564, 0.545785},
        new double[] {-2.25, -1.25, 3, 0.75});
  }

  @Test
  void groupNormIsPyTorchs() {
    var weight = parameter(WEIGHT, 4);
    var bias = parameter(BIAS, 4);
    check(
        new GroupNorm(2, 4, weight, bias, 1e-5), // GroupNorm(2, 4)
        weight,
        bias,
        x(2, 4, 3),
        new double[] {
          -1.393046, 0.696523, -0.497517, 1.796026, 1.199007, 0.601987,
          -3.723928, -1.302659, 1.118611, 5.177917, 1.546012, -2.085893,
          0.286298, -1.087931, 1.316969, 0.97137, 0.284256, 1.486706,
          -1.572595, 1.175862, -3.633938, 1.828221, -2.294464, 4.920236
        },
        new double[] {
          -1.271808, -0.17567, 0.957042, -0.409527, 0.163479, 0.736485,
          0.17559, -1.914143, 1.897969, -0.687334, 2.897784, -2.369866,
          0.597706, -0.931411, -0.574467, 0.730763, 0.232317, -0.054909,
          -2.487973, 1.621196, -0.931828, -3.264356, 0.587145, 4.475817
        },
        new double[] {2.863725, -1.069008, 2.717786, 2.120651},
        new double[] {-2, 1, 0.75, 0.5});
  }

  @Test
  void instanceNormIsPyTorchs() {
    var weight = parameter(WEIGHT, 4);
    var bias = parameter(BIAS, 4);
    check(
        new InstanceNorm(4, weight, bias, 1e-5), // InstanceNorm1d(4, affine=True)
        weight,
        bias,
        x(2, 4, 3),
        new double[] {
          -1.16247, 1.278717, -0.116247, 1.61237, 1.0, 0.38763,
          -3.449479, -1.0, 1.449479, 5.674219, 2.0, -1.674219,
          0.116247, -1.278717, 1.16247, 1.058123, 0.360641, 1.581235,
          -1.232494, 1.557434, -3.32494, 2.348741, -1.836151, 5.48741
        },
        new double[] {
          -0.777604, -0.583192, 1.360796, -5e-06, 0.0, 5e-06,
          0.995095, -1.990202, 0.995107, -1.492643, 2.985303, -1.49266,
          0.890704, -0.381738, -0.508966, 0.445352, -0.190869, -0.254483,
          -1.781408, 0.763476, 1.017932, -4.082389, 1.749577, 2.332812
        },
        new double[] {2.99336, -1.376268, 2.604136, 2.226334},
        new double[] {-2, 1, 0.75, 0.5});
  }

  @Test
  void farFromZeroTheErrorStaysSmall() {
    // mean 1000, deviation 1; and a first value far off, which the other pass has to make good
    for (boolean outlier : new boolean[] {false, true}) {
      double[] values = Rng.of(3).normal(1000, 1, 8, 4, 23, 29).to(ElementType.DOUBLE).toDoubles();
      for (int i = 0; outlier && i < 16; i++) {
        values[i] = -5000;
      }
      var exact = Tensor.of(values, 8, 4, 23, 29);
      var fast = exact.to(ElementType.FLOAT);
      close(fast.to(ElementType.DOUBLE).minus(exact).abs().max(), 0); // floats, all of them
      var plain = BatchNorm.create(4).withoutAffine();
      try (var _ = Step.training(Rng.of(0))) {
        var difference =
            plain.forward(fast).to(ElementType.DOUBLE).minus(definition(exact)).abs().max();
        assertThat(difference.item()).isLessThan(2e-6);
      }
    }
  }

  /** Normalised over all axes but that of the channels, composed of mean and variance. */
  private static Tensor definition(Tensor x) {
    var axes = Axes.of(0, 2, 3).kept();
    return x.minus(x.mean(axes)).dividedBy(x.variance(axes).plus(1e-5).sqrt());
  }

  @Test
  void theFusedFormEqualsTheComposedOne() {
    var x = Rng.of(5).normal(2, 3, 6, 5, 9, 7).to(ElementType.DOUBLE).tracked();
    var u = Rng.of(6).normal(0, 1, 6, 5, 9, 7);
    var composed = definition(x);
    var dx = composed.backward(u.to(ElementType.DOUBLE)).of(x);
    var point = x.to(ElementType.FLOAT).tracked();
    try (var _ = Step.training(Rng.of(0))) {
      var fused = BatchNorm.create(5).withoutAffine().forward(point);
      close(fused, composed.toDoubles());
      close(fused.backward(u).of(point), dx.toDoubles());
    }
  }

  @Test
  void threadsShareChannelsAndRowsWithoutChangingABit() {
    int before = Machine.threads();
    try {
      Machine.useThreads(1);
      float[] alone = outputAndGradients();
      Machine.useThreads(3);
      assertThat(outputAndGradients()).isEqualTo(alone);
    } finally {
      Machine.useThreads(before);
    }
  }

  /** Of sizes that are worth sharing. */
  private static float[] outputAndGradients() {
    var parts = new ArrayList<Tensor>();
    var x = Rng.of(1).normal(1, 2, 20, 8, 41, 23).tracked();
    for (var layer : List.of(BatchNorm.create(8), LayerNorm.create(41, 23))) {
      try (var _ = Step.training(Rng.of(0))) {
        var y = layer.forward(x);
        var gradients = y.backward(Rng.of(2).normal(0, 1, 20, 8, 41, 23));
        parts.add(y.reshape(-1).kept());
        parts.add(gradients.of(x).reshape(-1).kept());
        Modules.parameters(layer)
            .values()
            .forEach(cell -> parts.add(gradients.of(cell).reshape(-1).kept()));
      }
    }
    return Tensor.concatenate(0, parts.toArray(Tensor[]::new)).toFloats();
  }

  @Test
  void withoutAffineThereIsNothingToTrain() {
    var rng = Rng.of(2);
    var model =
        Sequential.create(
            Shape.of(4, 3),
            rng,
            Norm.BATCH,
            BatchNorm.create(4).withoutAffine(),
            Norm.LAYER,
            LayerNorm.create(4, 3).withoutAffine(),
            Norm.INSTANCE,
            InstanceNorm.create(4).withoutAffine(),
            GroupNorm.create(2, 4).withoutAffine(),
            GroupNorm.create(4, 4));
    assertThat(Modules.parameters(model).keySet())
        .containsExactly(
            "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias", "7.weight", "7.bias");
    assertThat(Modules.buffers(model).keySet())
        .containsExactly(
            "0.running_mean",
            "0.running_var",
            "0.num_batches_tracked",
            "1.running_mean",
            "1.running_var",
            "1.num_batches_tracked");
    assertThat(Modules.describe(BatchNorm.create(4).withoutAffine()))
        .isEqualTo(
            """
            BatchNorm(weight=null, bias=null, running_mean=buffer [4], running_var=buffer [4], \
            num_batches_tracked=buffer [], momentum=0.1, epsilon=1.0E-5)
            0 parameters, 9 values in buffers\
            """);
    var expected = model.output(Shape.of(4, 3));
    assertThat(expected).isEqualTo(Shape.of(4, 3));
  }

  @Test
  void weightsOfPyTorchLoadUnderTheirNames() {
    var layer = BatchNorm.create(2);
    var two = Tensor.of(new float[] {2, 3}, 2);
    var problems =
        Modules.load(
            layer,
            Map.of(
                "weight", two,
                "bias", two,
                "running_mean", two,
                "running_var", two,
                "num_batches_tracked", Tensor.of(new long[] {7})));
    assertThat(problems).isEmpty();
    close(layer.runningVar().value(), 2, 3);
    BatchNorm replaced = Modules.replace(layer, "running_mean", Buffer.of(Tensor.zeros(2)));
    close(replaced.runningMean().value(), 0, 0);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> BatchNorm.create(4).output(Shape.of(3, 8, 8)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "batchNorm([3, 8, 8]): the first size of an example must equal the channels of the"
                + " layer (4)");
    assertThatThrownBy(() -> LayerNorm.create(4, 5).output(Shape.of(5)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("layerNorm([5]): the last sizes of an example must be [4, 5]");
    assertThatThrownBy(() -> Norm.BATCH.create(Shape.of(), Rng.of(0)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("batchNorm([]): needs an input with at least one axis");
    assertThatThrownBy(() -> GroupNorm.create(3, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the groups must divide the channels, got 3 and 4");
    assertThatThrownBy(() -> BatchNorm.create(4).momentum(1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the momentum of batch norm must lie in [0, 1], got 1.5");
    assertThatThrownBy(() -> LayerNorm.create(4).epsilon(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the epsilon of a normalisation must be at least 0, got -1.0");
  }

  @Test
  void aResidualAddsWhatGoesAroundALayer() {
    var layer = Linear.create(3, 2, Rng.of(1));
    var around = Linear.create(3, 2, Rng.of(2));
    var x = Rng.of(3).normal(0, 1, 5, 3);
    var projected = Residual.of(layer, around);
    float[] a = layer.forward(x).toFloats();
    float[] b = around.forward(x).toFloats();
    float[] y = projected.forward(x).toFloats();
    for (int i = 0; i < y.length; i++) {
      assertThat(y[i]).isEqualTo(a[i] + b[i]);
    }
    assertThat(projected.output(Shape.of(3))).isEqualTo(Shape.of(2));
    assertThat(Modules.parameters(projected).keySet())
        .containsExactly("layer.weight", "layer.bias", "shortcut.weight", "shortcut.bias");
    assertThat(Residual.of(Tensor::negated).forward(x).abs().max().item()).isZero();
    assertThatThrownBy(() -> Residual.of(layer).forward(x))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "residual([5, 3] + [5, 2]): what goes around must have the shape of what the layer makes"
                + " of it; Residual.of(layer, shortcut) projects");
    assertThatThrownBy(() -> Residual.of(layer, Linear.create(3, 4, Rng.of(0))).output(Shape.of(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "residual([4] + [2]): what goes around must have the shape of what the layer makes of"
                + " it; the shortcut differs");
  }
}
