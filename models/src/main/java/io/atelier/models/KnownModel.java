package io.atelier.models;

import io.atelier.nn.Architecture;
import io.atelier.nn.Plan;
import io.atelier.tensor.Shape;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The networks that can be asked for by name. The counts are for ten classes. */
public enum KnownModel {
  /**
   * One hidden layer of 128 units, for images of 28 x 28: 101,770 parameters.
   *
   * <p>Source: the fully connected network to which the lecture compares the convolutional ones.
   */
  FC("flatten-128relu"),

  /**
   * One convolution, for images of 1 x 28 x 28: 47,758 parameters.
   *
   * <p>Source: the first convolutional network of the lecture.
   */
  CNN1("conv10x5relu-pool4-128relu"),

  /**
   * Two convolutions, for images of 1 x 28 x 28: 47,658 parameters.
   *
   * <p>Source: the second convolutional network of the lecture.
   */
  CNN2("conv10x5relu-pool2-conv20x5relu-pool2-128relu"),

  /**
   * LeNet-5 for images of 1 x 32 x 32: 61,706 parameters. Images of 28 x 28 get an edge of two
   * zeros in the first convolution.
   *
   * <p>Source: LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document
   * recognition", figure 2; here with ReLU, the largest value of a window, and convolutions that
   * see all channels.
   */
  LENET5("conv6x5p2relu-pool2-conv16x5relu-pool2-120relu-84relu"),

  /**
   * Two convolutions, each after batch normalisation, and two hidden layers with dropout, for
   * images of 1 x 28 x 28: 232,716 parameters.
   *
   * <p>Source: the network of the lecture's lab on regularisation.
   */
  SIMPLENET("bn-conv32x3relu-pool2-bn-conv64x3relu-pool2-128relu-dropout0.4-64relu"),

  /**
   * A small stack of normalised convolutions for images of 1 x 28 x 28, made to reach 99.5 % on
   * MNIST within ten minutes on two cores: 131,466 parameters.
   *
   * <p>Source: 3 x 3 convolutions in the manner of Simonyan and Zisserman 2015, each followed by
   * batch normalisation as in Ioffe and Szegedy 2015.
   */
  BEST(
      "conv32x3-bn-relu-pool2-conv64x3p1-bn-relu-conv64x3-bn-relu-pool2-conv128x3-bn-relu"
          + "-gap-dropout0.2"),

  /** {@link ResNet#resnet18}. */
  RESNET18(""),

  /** {@link ResNet#resnet20}. */
  RESNET20("");

  /** The line of its layers but for the last; empty if it cannot be written so. */
  private final String layers;

  KnownModel(String layers) {
    this.layers = layers;
  }

  /** The model of this name, in small or capital letters. */
  public static Optional<KnownModel> find(String name) {
    return Stream.of(values()).filter(model -> model.toString().equalsIgnoreCase(name)).findFirst();
  }

  /** The shape of the images for which it is made, as [channels, rows, columns]. */
  public Shape input() {
    return switch (this) {
      case FC, CNN1, CNN2, SIMPLENET, BEST -> Shape.of(1, 28, 28);
      case LENET5 -> Shape.of(1, 32, 32);
      case RESNET20 -> Shape.of(3, 32, 32);
      case RESNET18 -> Shape.of(3, 224, 224);
    };
  }

  /**
   * The model for these images and so many classes, without weights.
   *
   * @param input the shape of an image, [channels, rows, columns]
   */
  public Plan plan(Shape input, int classes) {
    return switch (this) {
      case RESNET18 -> ResNet.resnet18(classes);
      case RESNET20 -> ResNet.resnet20(classes);
      case LENET5 -> line(input.size(-1) == 28 ? layers : layers.replace("x5p2", "x5"), classes);
      default -> line(layers, classes);
    };
  }

  private static Architecture line(String layers, int classes) {
    return Architecture.parse(layers + "-" + classes);
  }

  /** The name in small letters, {@code cnn2}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
