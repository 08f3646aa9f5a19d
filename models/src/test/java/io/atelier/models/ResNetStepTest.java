package io.atelier.models;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Layer;
import io.atelier.nn.Loss;
import io.atelier.nn.Modules;
import io.atelier.nn.Plan;
import io.atelier.optim.Sgd;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A training step equals PyTorch's: {@code python3 bench/src/peers/python/resnet_step.py} printed
 * these numbers.
 */
class ResNetStepTest {
  private static final double EXACTLY = 1e-4;

  /** What became of a parameter: its first values, and how far it moved as one long vector. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Moved(double distance, float... first) {}

  @Test
  void resNet20() {
    assertStep(
        ResNet.resnet20(10),
        Shape.of(4, 3, 32, 32),
        3.7653468,
        16.2218399,
        2.5150535,
        Map.of(
            "conv1.weight",
            new Moved(0.0312717, 0.0708194f, 0.0835864f, 0.1933748f, 0.4022085f),
            "bn1.weight",
            new Moved(0.0073755, 0.9465259f, 0.9165896f, 0.9322117f, 0.9337658f),
            "layer2.0.downsample.0.weight",
            new Moved(0.0065104, -0.4819903f, 0.1946397f, -0.5167077f, -0.4013311f),
            "layer3.2.conv2.weight",
            new Moved(0.0116480, -0.0786001f, -0.0695115f, -0.0653326f, -0.0356009f),
            "fc.weight",
            new Moved(0.0615762, 0.2892945f, 0.0410536f, 0.1854113f, -0.0279065f),
            "fc.bias",
            new Moved(0.0073810, 0.0132402f, -0.0726939f, 0.0590857f, 0.0079356f)));
  }

  @Test
  void resNet18() {
    assertStep(
        ResNet.resnet18(10),
        Shape.of(2, 3, 64, 64),
        3.1858199,
        5.5678477,
        0.0277956,
        Map.of(
            "conv1.weight",
            new Moved(0.3707611, 0.0241288f, 0.0367559f, 0.0818353f, 0.1707812f),
            "bn1.weight",
            new Moved(0.0340212, 0.9518749f, 0.919522f, 0.9369295f, 0.9368642f),
            "layer2.0.downsample.0.weight",
            new Moved(0.0777517, 0.1184166f, 0.0496917f, -0.06661f, 0.0054724f),
            "layer4.1.conv2.weight",
            new Moved(0.1864163, 0.0132997f, -0.0176599f, -0.0244371f, 0.0098528f),
            "fc.weight",
            new Moved(0.1964895, -0.0814331f, -0.0704498f, -0.0649239f, -0.0328683f),
            "fc.bias",
            new Moved(0.0098024, 0.0995981f, 0.1038929f, -0.084515f, -0.0283357f)));
  }

  private static void assertStep(
      Plan plan,
      Shape inputs,
      double before,
      double byRunning,
      double byBatch,
      Map<String, Moved> expected) {
    var model = plan.create(Shape.of(3, inputs.size(2), inputs.size(3)), Rng.of(0));
    fill(model);
    var x = values(0, inputs.count()).reshape(inputs.toArray()); // [N, 3, H, W]
    int[] labels = new int[inputs.size(0)];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i;
    }
    var truth = Tensor.of(labels, labels.length);
    var first = Modules.weights(model);
    var sgd = Sgd.rate(0.01).momentum(0.9).weightDecay(1e-4).over(model);
    try (var _ = Step.training(Rng.of(0))) {
      var loss = Loss.crossEntropy(model.forward(x), truth);
      assertThat(loss.item()).isCloseTo(before, within(EXACTLY));
      sgd.step(loss.backward());
    }
    try (var _ = Step.inference()) {
      assertThat(Loss.crossEntropy(model.forward(x), truth).item())
          .isCloseTo(byRunning, within(byRunning * EXACTLY));
    }
    try (var _ = Step.training(Rng.of(0))) {
      assertThat(Loss.crossEntropy(model.forward(x), truth).item())
          .isCloseTo(byBatch, within(EXACTLY));
    }
    expected.forEach((path, moved) -> {
      var now = requireNonNull(Modules.parameters(model).get(path)).value().detached();
      var distance = now.minus(requireNonNull(first.get(path))).squared().sum().sqrt().item();
      assertThat(distance).as(path).isCloseTo(moved.distance(), within(EXACTLY * moved.distance()));
      float[] values = now.toFloats();
      for (int i = 0; i < moved.first().length; i++) {
        assertThat(values[i]).as(path).isCloseTo(moved.first()[i], within(1e-5f));
      }
    });
  }

  /** The weights of the script, by the same formula. */
  private static void fill(Layer model) {
    int key = 0;
    for (var entry : Modules.parameters(model).entrySet()) {
      Parameter parameter = entry.getValue();
      var shape = parameter.shape();
      var u = values(++key, shape.count()).reshape(shape.toArray());
      if (shape.rank() > 1) { // uniform with variance 2 / fan-in
        parameter.set(u.times(Math.sqrt(6 / ((double) shape.count() / shape.size(0)))));
      } else if (entry.getKey().endsWith("weight")) { // of batch norm
        parameter.set(u.times(0.1).plus(1));
      } else {
        parameter.set(u.times(0.1));
      }
    }
  }

  /** Numbers in [-1, 1): the finaliser of MurmurHash3 over a counter, 24 bits of it. */
  private static Tensor values(int key, long count) {
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      int x = i + key * 0x9E3779B9;
      x ^= x >>> 16;
      x *= 0x85EBCA6B;
      x ^= x >>> 13;
      x *= 0xC2B2AE35;
      x ^= x >>> 16;
      values[i] = (x >>> 8) * 0x1p-23f - 1;
    }
    return Tensor.of(values, values.length);
  }
}
