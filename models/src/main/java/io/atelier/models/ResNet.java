package io.atelier.models;

import io.atelier.nn.Activation;
import io.atelier.nn.BatchNorm;
import io.atelier.nn.Convolution;
import io.atelier.nn.GlobalAveragePool;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.MaxPool;
import io.atelier.nn.Plan;
import io.atelier.nn.Sequential;
import io.atelier.nn.Stages;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A residual network: a convolution, stages of {@link BasicBlock}s each half as large and twice as
 * wide as the one before, the mean of each channel, and a fully connected layer.
 *
 * <p>Shapes: x [N, C, H, W]; y [N, K]. Any size of image goes.
 *
 * <p>Source: He, Zhang, Ren, Sun 2016, "Deep residual learning for image recognition"; named and
 * laid out as torchvision's {@code resnet18}, so that its weights load.
 *
 * @param maxpool after the first convolution, in networks for large images
 * @param layer4 the last stage, in networks of four
 */
public record ResNet(
    Convolution conv1,
    BatchNorm bn1,
    @Nullable MaxPool maxpool,
    Sequential layer1,
    Sequential layer2,
    Sequential layer3,
    @Nullable Sequential layer4,
    Linear fc)
    implements Stages {
  /**
   * The network with 18 layers for images such as ImageNet's, 3 x 224 x 224: 11,689,512 parameters
   * for 1,000 classes.
   *
   * <p>Source: the paper, table 1.
   */
  public static Plan resnet18(int classes) {
    return (input, rng) ->
        new ResNet(
            BasicBlock.convolution(input.size(0), 64, Window.of(7).stride(2).padding(3), rng),
            BatchNorm.create(64),
            new MaxPool(Window.of(3).stride(2).padding(1)),
            stage(64, 64, 2, 1, rng),
            stage(64, 128, 2, 2, rng),
            stage(128, 256, 2, 2, rng),
            stage(256, 512, 2, 2, rng),
            Linear.create(512, classes, rng));
  }

  /**
   * The network with 20 layers for images such as CIFAR-10's, 3 x 32 x 32: 272,474 parameters for
   * 10 classes.
   *
   * <p>Source: the paper, section 4.2; with projections where a shortcut changes its shape (option
   * B), where the paper pads with zeros.
   */
  public static Plan resnet20(int classes) {
    return (input, rng) ->
        new ResNet(
            BasicBlock.convolution(input.size(0), 16, Window.of(3).padding(1), rng),
            BatchNorm.create(16),
            null,
            stage(16, 16, 3, 1, rng),
            stage(16, 32, 3, 2, rng),
            stage(32, 64, 3, 2, rng),
            null,
            Linear.create(64, classes, rng));
  }

  private static Sequential stage(int in, int channels, int blocks, int stride, Rng rng) {
    var layers = new ArrayList<Layer>();
    layers.add(BasicBlock.create(in, channels, stride, rng));
    while (layers.size() < blocks) {
      layers.add(BasicBlock.create(channels, channels, 1, rng));
    }
    return new Sequential(layers);
  }

  @Override
  public SequencedMap<String, Layer> stages() {
    var stages = new LinkedHashMap<String, Layer>();
    stages.put("conv1", conv1);
    stages.put("bn1", bn1);
    stages.put("relu", Activation.RELU);
    if (maxpool != null) {
      stages.put("maxpool", maxpool);
    }
    stages.put("layer1", layer1);
    stages.put("layer2", layer2);
    stages.put("layer3", layer3);
    if (layer4 != null) {
      stages.put("layer4", layer4);
    }
    stages.put("avgpool", new GlobalAveragePool());
    stages.put("fc", fc);
    return stages;
  }
}
