package io.atelier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.optim.Adam;
import io.atelier.optim.Sgd;
import io.atelier.tensor.Buffer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModulesTest {
  /** A model as a user writes one. */
  private record Mlp(Linear hidden, Linear output) implements Layer {
    static Mlp create(Rng rng) {
      return new Mlp(Linear.create(2, 3, rng), Linear.create(3, 2, rng));
    }

    @Override
    public Tensor forward(Tensor x) {
      return output.forward(hidden.forward(x).relu());
    }
  }

  /** Subtracts a mean: of the batch in training, of all batches so far in inference. */
  private record Centred(Parameter shift, Buffer mean, Buffer batches) implements Layer {
    static Centred create(int size) {
      return new Centred(
          Parameter.of(Tensor.of(new float[size], size)),
          Buffer.of(Tensor.of(new float[size], size)),
          Buffer.of(Tensor.of(new long[1], 1)));
    }

    @Override
    public Tensor forward(Tensor x) { // [N, size]
      if (!Step.trains("centred")) {
        return x.minus(mean.value()).plus(shift.value());
      }
      var now = x.mean(0);
      mean.afterStep(old -> old.times(0.75).plus(now.times(0.25)));
      batches.afterStep(old -> Tensor.of(new long[] {old.toLongs()[0] + 1}, 1));
      return x.minus(now).plus(shift.value());
    }
  }

  private record Branches(List<Layer> parts, Activation last, int width) implements Layer {
    Branches {
      parts = List.copyOf(parts);
      if (width < 0) {
        throw new IllegalArgumentException("a width is not negative");
      }
    }

    @Override
    public Tensor forward(Tensor x) {
      return last.forward(parts.getFirst().forward(x));
    }
  }

  private final Mlp model = Mlp.create(Rng.of(1));

  @Test
  void layersAreFoundByPathOuterOnesFirst() {
    var inner = new Branches(List.of(model.hidden()), Activation.GELU, 3);
    var nested = Sequential.of(model, inner);
    assertThat(Modules.layers(nested))
        .containsExactly(
            Map.entry("", nested),
            Map.entry("0", model),
            Map.entry("0.hidden", model.hidden()),
            Map.entry("0.output", model.output()),
            Map.entry("1", inner),
            Map.entry("1.parts.0", model.hidden()),
            Map.entry("1.last", Activation.GELU));
    assertThat(Modules.layers(model.hidden())).containsExactly(Map.entry("", model.hidden()));
  }

  @Test
  void aModelIsDescribedAsATree() {
    var shared = Linear.create(1000, 1000, Rng.of(0));
    var nested =
        Sequential.of(
            Linear.create(784, 1000, Rng.of(0)),
            Tensor::relu,
            new Branches(List.of(shared, new Dropout(0.5)), Activation.GELU, 3),
            shared,
            Centred.create(1000));
    assertThat(Modules.describe(nested))
        .isEqualTo(
            """
            Sequential(
              (0): Linear(weight=[1000, 784], bias=[1000])
              (1): function
              (2): Branches(
                (parts): List(
                  (0): Linear(weight=[1000, 1000], bias=[1000])
                  (1): Dropout(probability=0.5)
                )
                (last): gelu
                (width): 3
              )
              (3): Linear(weight=[1000, 1000] (the same as 2.parts.0.weight), \
            bias=[1000] (the same as 2.parts.0.bias))
              (4): Centred(shift=[1000], mean=buffer [1000], batches=buffer [1])
            )
            1,787,000 parameters, 1,001 values in buffers\
            """);
    assertThat(Modules.describe(Architecture.parse("1000000-1000relu").create(Rng.of(0))))
        .isEqualTo(
            """
            Sequential(
              (0): Linear(weight=[1000, 1000000], bias=[1000])
              (1): relu
            )
            1,000,001,000 parameters\
            """);
  }

  @Test
  void whatIsNotChosenStaysAsItIs() {
    var hidden = List.of(floats(model.hidden().weight()), floats(model.hidden().bias()));
    float[] output = floats(model.output().weight());
    var chosen = Modules.trainable(model, path -> path.startsWith("output."));
    assertThat(chosen).containsOnlyKeys("output.weight", "output.bias");
    var optimizer = Adam.rate(0.1).over(chosen);
    try (var _ = Step.training(Rng.of(0))) {
      optimizer.step(model.forward(input()).squared().sum().backward());
    }
    assertThat(floats(model.hidden().weight())).isEqualTo(hidden.get(0));
    assertThat(floats(model.hidden().bias())).isEqualTo(hidden.get(1));
    assertThat(floats(model.output().weight())).isNotEqualTo(output);
    assertThat(optimizer.state().keySet())
        .containsExactly(
            "mean.output.weight", "square.output.weight", "mean.output.bias", "square.output.bias");
  }

  @Test
  void belowADetachedValueNoGradientIsComputed() {
    var loss = model.output().forward(model.hidden().forward(input()).relu().detached()).sum();
    var gradients = loss.backward();
    assertThat(gradients.find(model.hidden().weight())).isNull();
    assertThat(gradients.find(model.output().weight())).isNotNull();
  }

  @Test
  void choosingNothingIsRefused() {
    assertThatThrownBy(() -> Modules.trainable(model, path -> path.startsWith("ouput")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "none of the parameters is chosen to be trained: hidden.weight, hidden.bias,"
                + " output.weight, output.bias");
  }

  @Test
  void aReplacedPartLeavesAllOthersTheSame() {
    var head = Linear.create(3, 5, Rng.of(2));
    Mlp changed = Modules.replace(model, "output", head);
    assertThat(changed.output()).isSameAs(head);
    assertThat(changed.hidden()).isSameAs(model.hidden());
    assertThat(model.output().weight().shape().size(0)).isEqualTo(2);

    var bias = Parameter.of(Tensor.of(new float[3], 3));
    changed = Modules.replace(model, "hidden.bias", bias);
    assertThat(changed.hidden().bias()).isSameAs(bias);
    assertThat(changed.hidden().weight()).isSameAs(model.hidden().weight());
  }

  @Test
  void partsOfListsAndSequencesAreReplacedByTheirPlace() {
    var branches = new Branches(List.of(model.hidden(), model.output()), Activation.RELU, 1);
    var net = Sequential.of(Tensor::tanh, branches);
    var changed = Modules.replace(net, "1.parts.1", new Dropout(0.1));
    assertThat(changed.layers().getFirst()).isSameAs(net.layers().getFirst());
    assertThat(((Branches) changed.layers().get(1)).parts())
        .containsExactly(model.hidden(), new Dropout(0.1));
    assertThat(((Branches) Modules.replace(net, "1.width", 7).layers().get(1)).width())
        .isEqualTo(7);
  }

  @Test
  void aReplacementThatDoesNotFitIsRefused() {
    var net = Sequential.of(model);
    refused("the model has no part ouput; it has hidden, output", model, "ouput", model.output());
    refused("0.hidden has no part wait; it has weight, bias", net, "0.hidden.wait", 1);
    refused("0.hidden.weight has no part x", net, "0.hidden.weight.x", 1);
    refused(
        "the part output of Mlp must be a Linear, got a Dropout",
        model,
        "output",
        new Dropout(0.5));
    refused("the part 0 of Sequential must be a Layer, got a String", net, "0", "relu");
    refused("a width is not negative", new Branches(List.of(), Activation.RELU, 1), "width", -1);
  }

  private static void refused(String message, Layer model, String path, Object part) {
    assertThatThrownBy(() -> Modules.replace(model, path, part))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void everythingThatDoesNotFitIsSaidAndNothingIsChanged() {
    var net = Sequential.of(model, Centred.create(2));
    var before = Modules.weights(net);
    var wrong = new LinkedHashMap<>(before);
    wrong.remove("0.hidden.bias");
    wrong.put("0.hidden.weight", Tensor.of(new float[6], 2, 3));
    wrong.put("0.output.weight", Tensor.of(new float[6], 2, 3));
    wrong.put("0.output.bias", Tensor.of(new int[2], 2));
    wrong.put("1.batches", Tensor.of(new float[1], 1));
    wrong.put("1.meen", Tensor.of(new float[2], 2));
    assertThat(Modules.load(net, wrong))
        .containsExactly(
            "0.hidden.weight is [2, 3] in the file and [3, 2] in the model",
            "0.output.bias holds INT in the file, which a parameter [2] cannot",
            "1.batches holds FLOAT in the file, which a buffer [1] cannot",
            "0.hidden.bias is missing",
            "the model has no 1.meen");
    assertThat(texts(Modules.weights(net))).isEqualTo(texts(before));
  }

  @Test
  void buffersAreSavedAndLoadedWithTheWeightsAndCountedApart() {
    var saved = Centred.create(2);
    saved.mean().set(Tensor.of(new float[] {5, 6}, 2));
    saved.batches().set(Tensor.of(new long[] {9}, 1));
    assertThat(Modules.buffers(saved)).containsOnlyKeys("mean", "batches");
    assertThat(Modules.parameters(saved)).containsOnlyKeys("shift");
    assertThat(Modules.count(saved)).isEqualTo(2);
    assertThat(Modules.countBuffers(saved)).isEqualTo(3);
    assertThat(Modules.weights(saved).keySet()).containsExactly("shift", "mean", "batches");

    var fresh = Centred.create(2);
    assertThat(Modules.load(fresh, Modules.weights(saved))).isEmpty();
    assertThat(fresh.mean().value().toFloats()).containsExactly(5, 6);
    assertThat(fresh.batches().value().toLongs()).containsExactly(9);
  }

  /** Two batches through one layer in each of two steps: four batches, in order. */
  @Test
  void aTrainingStepWritesTheStatisticsOfEveryBatchInOrder() {
    var layer = Centred.create(1);
    var sgd = Sgd.rate(0.5).over(layer);
    double expected = 0;
    for (float[] means : new float[][] {{4, 8}, {-2, 1}}) {
      try (var _ = Step.training(Rng.of(0))) {
        var first = layer.forward(Tensor.of(new float[] {means[0] - 1, means[0] + 1}, 2, 1));
        var second = layer.forward(Tensor.of(new float[] {means[1], means[1]}, 2, 1));
        sgd.step(first.plus(second).sum().backward());
      }
      expected = 0.75 * (0.75 * expected + 0.25 * means[0]) + 0.25 * means[1];
    }
    assertThat(layer.mean().value().item()).isCloseTo(expected, within(1e-6));
    assertThat(layer.batches().value().toLongs()).containsExactly(4);
    assertThat(layer.shift().value().item()).isEqualTo(-4); // twice 0.5 times 4 values
    try (var _ = Step.inference()) {
      layer.forward(Tensor.of(new float[] {100}, 1, 1));
    }
    try (var _ = Step.training(Rng.of(0))) {
      layer.forward(Tensor.of(new float[] {100}, 1, 1)); // looked at, never stepped
    }
    assertThat(layer.batches().value().toLongs()).containsExactly(4);
  }

  /** {@code f(W) = sum(tanh(x W^T) W^T)}: the derivative by differences counts both uses. */
  @Test
  void theGradientOfATiedWeightIsTheSumOfItsUses() {
    var layer = Linear.create(3, 3, Rng.of(6));
    var tied = Sequential.of(layer, Tensor::tanh, layer);
    assertThat(Modules.count(tied)).isEqualTo(12);
    float[] x = {0.3f, -0.8f, 1.1f};
    var gradient = tied.forward(Tensor.of(x, 1, 3)).sum().backward().of(layer.weight()).toFloats();
    float[] w = layer.weight().value().toFloats();
    float[] b = layer.bias().value().toFloats();
    for (int i = 0; i < w.length; i++) {
      double difference = (naive(w, b, x, i, 1e-5) - naive(w, b, x, i, -1e-5)) / 2e-5;
      assertThat((double) gradient[i]).isCloseTo(difference, within(2e-5));
    }
    Sgd.rate(1).over(tied).step(layer.weight().value().sum().backward());
    assertThat(layer.weight().value().toFloats()[0]).isEqualTo(w[0] - 1); // moved once
  }

  private static double naive(float[] w, float[] b, float[] x, int moved, double by) {
    double[] now = {x[0], x[1], x[2]};
    for (int use = 0; use < 2; use++) {
      double[] next = new double[3];
      for (int j = 0; j < 3; j++) {
        next[j] = b[j];
        for (int i = 0; i < 3; i++) {
          next[j] += (w[j * 3 + i] + (j * 3 + i == moved ? by : 0)) * now[i];
        }
        if (use == 0) {
          next[j] = StrictMath.tanh(next[j]);
        }
      }
      now = next;
    }
    return now[0] + now[1] + now[2];
  }

  @Test
  void aTiedWeightIsSavedOnceAndLoadedUnderAnyOfItsNames() {
    var tied = Modules.replace(square(1), "output.weight", square(1).hidden().weight());
    tied = Modules.replace(tied, "hidden.weight", tied.output().weight());
    assertThat(Modules.weights(tied).keySet())
        .containsExactly("hidden.weight", "hidden.bias", "output.bias");

    var other = square(2);
    var file = new LinkedHashMap<>(Modules.weights(other));
    assertThat(Modules.load(tied, file))
        .containsExactly("output.weight differs from another name of the same parameter [2, 2]");
    file.remove("hidden.weight");
    assertThat(Modules.load(tied, file)).isEmpty();
    assertThat(floats(tied.hidden().weight())).isEqualTo(floats(other.output().weight()));
    file.put("hidden.weight", other.output().weight().value());
    assertThat(Modules.load(tied, file)).isEmpty();
  }

  private static Mlp square(long seed) {
    var rng = Rng.of(seed);
    return new Mlp(Linear.create(2, 2, rng), Linear.create(2, 2, rng));
  }

  private static Tensor input() {
    return Tensor.of(new float[] {1, 2, -1, 3}, 2, 2);
  }

  private static float[] floats(Parameter parameter) {
    return parameter.value().toFloats();
  }

  private static Map<String, String> texts(Map<String, Tensor> weights) {
    var texts = new LinkedHashMap<String, String>();
    weights.forEach((path, tensor) -> texts.put(path, tensor.toString()));
    return texts;
  }
}
