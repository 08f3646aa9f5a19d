package io.atelier.cli;

import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.data.Transforms;
import io.atelier.datasets.DigitImage;
import io.atelier.formats.AtomicFile;
import io.atelier.nn.Layer;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.train.Config;
import io.atelier.train.Run;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A trained network that is looked into: it takes pictures as the data set has them, values from 0
 * to 1, and prepares them itself.
 *
 * @param run where it comes from
 * @param network as it was trained, for inputs of its own shape
 * @param training the pictures that it was trained on
 * @param test those that it has not seen
 * @param names of the classes
 */
record Trained(Run run, Layer network, Dataset training, Dataset test, List<String> names)
    implements Layer {
  /** The network of a run, or of the last. */
  static Trained open(String name) {
    var run = RunFolder.open(name);
    var data = Training.images(run);
    return new Trained(run, run.model(), data.train(), data.test(), data.classNames());
  }

  /** The logits for pictures: [N, ...] -> [N, K]. */
  @Override
  public Tensor forward(Tensor pictures) {
    return network.forward(prepared(pictures));
  }

  /** Pictures as the network takes them: what {@link Config#judged} does, with derivatives. */
  Tensor prepared(Tensor pictures) {
    var config = run.config();
    int count = pictures.shape().size(0);
    var parts = pictures;
    if (!config.transforms().isEmpty()) {
      var transforms = Transforms.parse(config.transforms()).evaluation();
      var nothing = Rng.of(0); // nothing is left that is random
      parts =
          Tensor.stack(
              0,
              IntStream.range(0, count)
                  .mapToObj(i -> transforms.apply(pictures.select(0, i), nothing))
                  .toArray(Tensor[]::new));
    }
    return parts.reshape(
        IntStream.concat(IntStream.of(count), Arrays.stream(config.input().toArray())).toArray());
  }

  /**
   * A picture that the network is asked about.
   *
   * @param name as it is called in what is printed
   * @param file as it is called in the names of files
   * @param values [C, H, W], from 0 to 1
   * @param truth its class, or -1 if nobody knows
   */
  record Subject(String name, String file, Tensor values, int truth) {}

  /** A picture from a file, or a test image by its number; the first without either. */
  Subject subject(@Nullable Path image, @Nullable Integer index) {
    TrainCommand.require(
        image == null || index == null, "give an IMAGE or --index, one of the two");
    if (image == null) {
      int number = index == null ? 0 : index;
      TrainCommand.require(
          number >= 0 && number < test.size(),
          "--index must lie in 0.." + (test.size() - 1) + ", got " + number);
      var batch = test.batch(number);
      int truth = batch.labels().toInts()[0];
      return new Subject(
          "test image " + number + ", " + called(truth),
          String.valueOf(number),
          batch.inputs().select(0, 0),
          truth);
    }
    Images.requireDigits(run);
    TrainCommand.require(
        test.shape().equals(Shape.of(1, DigitImage.SIZE, DigitImage.SIZE)),
        "an IMAGE is prepared as a digit of 28 x 28 pixels, but the network of "
            + run.directory()
            + " was trained on images "
            + test.shape()
            + "; --index takes one of its test images");
    byte[] pixels = DigitImage.read(image).pixels();
    var inputs = new ByteDataset(pixels, new byte[1], test.shape(), 1).batch(0).inputs();
    var file = String.valueOf(image.getFileName()).replaceFirst("\\.[^.]*$", "");
    return new Subject(image.toString(), file, inputs.select(0, 0), -1);
  }

  /** What a class is called in a sentence, {@code a 7} or {@code Sandal}. */
  String called(int number) {
    return EvaluateCommand.called(names, number);
  }

  /** The probability of each class. */
  float[] probabilities(Tensor picture) {
    try (var _ = Step.inference()) {
      return forward(picture.unsqueeze(0)).softmax().toFloats();
    }
  }

  /** Where a picture goes: the file that was asked for, or one in the folder of the run. */
  Path file(@Nullable Path wanted, String name) {
    return wanted != null ? wanted : run.directory().resolve(name + ".png");
  }

  /** Writes a picture and says so. */
  static void write(Terminal terminal, Path file, byte[] png, String what) {
    AtomicFile.write(file, png);
    terminal.line("%s: %s", what, terminal.bold(file.toString()));
  }

  /** The place of the largest. */
  static int largest(float... values) {
    int best = 0;
    for (int k = 1; k < values.length; k++) {
      best = values[k] > values[best] ? k : best;
    }
    return best;
  }
}
