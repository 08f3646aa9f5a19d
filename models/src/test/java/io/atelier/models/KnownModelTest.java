package io.atelier.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.nn.Modules;
import io.atelier.nn.Plan;
import io.atelier.nn.Summary;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters counted by hand, or by PyTorch of the same network. */
class KnownModelTest {
  @ParameterizedTest
  @CsvSource({
    "fc, 1, 28, 101770",
    "cnn1, 1, 28, 47758",
    "cnn2, 1, 28, 47658",
    "lenet5, 1, 32, 61706",
    "lenet5, 1, 28, 61706",
    "simplenet, 1, 28, 232716",
    "best, 1, 28, 131466",
    "resnet20, 3, 32, 272474",
    "resnet18, 3, 224, 11181642",
  })
  void aModelForTenClassesHasItsParameters(String name, int channels, int size, long parameters) {
    var input = Shape.of(channels, size, size);
    var plan = KnownModel.find(name).orElseThrow().plan(input, 10);
    var model = plan.create(input, Rng.of(0));
    assertThat(Modules.count(model)).isEqualTo(parameters);
    assertThat(model.output(input)).isEqualTo(Shape.of(10));
    assertThat(Summary.of(model, input).parameters()).isEqualTo(parameters);
  }

  @Test
  void resNet18ForImageNetHasThePublishedCount() {
    var input = Shape.of(3, 224, 224);
    var model = ResNet.resnet18(1000).create(input, Rng.of(0));
    assertThat(Modules.count(model)).isEqualTo(11_689_512);
    var rows = Summary.of(model, input).rows();
    assertThat(rows)
        .extracting(Summary.Row::path)
        .containsExactly(
            "conv1",
            "bn1",
            "relu",
            "maxpool",
            "layer1.0",
            "layer1.1",
            "layer2.0",
            "layer2.1",
            "layer3.0",
            "layer3.1",
            "layer4.0",
            "layer4.1",
            "avgpool",
            "fc");
    assertThat(rows.get(0).output()).isEqualTo(Shape.of(64, 112, 112));
    assertThat(rows.get(11).output()).isEqualTo(Shape.of(512, 7, 7));
    assertThat(rows.get(4).name()).isEqualTo("basic block");
  }

  /** torchvision's names, without which its weights would not load. */
  @Test
  void resNet18HasTheNamesOfTorchvision() {
    var model = ResNet.resnet18(1000).create(Shape.of(3, 224, 224), Rng.of(0));
    assertThat(Modules.parameters(model))
        .hasSize(62)
        .containsKeys(
            "conv1.weight",
            "bn1.weight",
            "bn1.bias",
            "layer1.0.conv1.weight",
            "layer2.0.downsample.0.weight",
            "layer2.0.downsample.1.bias",
            "layer4.1.bn2.weight",
            "fc.weight",
            "fc.bias")
        .doesNotContainKeys("conv1.bias", "layer1.0.downsample.0.weight");
  }

  @Test
  void modelsAreFoundByTheirNamesInAnyCase() {
    assertThat(KnownModel.find("LeNet5"))
        .contains(KnownModel.LENET5)
        .hasToString("Optional[lenet5]");
    assertThat(KnownModel.find("784-10")).isEmpty();
  }

  @Test
  void aPlanCanBeMadeForColourImagesToo() {
    Plan plan = KnownModel.CNN2.plan(Shape.of(3, 32, 32), 7);
    var model = plan.create(Shape.of(3, 32, 32), Rng.of(0));
    assertThat(model.output(Shape.of(3, 32, 32))).isEqualTo(Shape.of(7));
  }
}
