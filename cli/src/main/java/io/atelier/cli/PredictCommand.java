package io.atelier.cli;

import io.atelier.data.ByteDataset;
import io.atelier.datasets.DigitImage;
import io.atelier.nn.Layer;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.train.Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code atelier predict}: what a trained network sees in a picture. */
@Command(
    name = "predict",
    description = "Shows what a trained network takes the digit in each picture for.")
final class PredictCommand implements Callable<Integer> {
  private static final int BAR = 40;
  private static final String INK = " .:-=+*#%@";

  @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run, or last.")
  private String name = "last";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "PNG or JPEG of any size, dark ink on light or light on dark.")
  private List<Path> images = List.of();

  @Override
  public Integer call() {
    var run = RunFolder.open(name);
    var config = run.config();
    Images.requireDigits(run);
    TrainCommand.require(
        config.image().equals(Shape.of(1, DigitImage.SIZE, DigitImage.SIZE)),
        "predict prepares digits of 28 x 28 pixels, but the network of "
            + run.directory()
            + " was trained on images "
            + config.image());
    var terminal = Terminal.standard();
    var digits = new ArrayList<DigitImage>();
    for (var image : images) {
      digits.add(DigitImage.read(image)); // all are read before anything is printed
    }
    var model = run.model();
    for (int i = 0; i < digits.size(); i++) {
      show(terminal, images.get(i), digits.get(i), probabilities(config, model, digits.get(i)));
    }
    return 0;
  }

  private static float[] probabilities(Config config, Layer model, DigitImage digit) {
    var data = config.judged(new ByteDataset(digit.pixels(), new byte[1], config.image(), 1));
    try (var _ = Step.inference()) {
      return model.forward(data.batch(0).inputs()).softmax().toFloats();
    }
  }

  private static void show(Terminal terminal, Path image, DigitImage digit, float[] shares) {
    int best = Trained.largest(shares);
    terminal.line(
        "%s: %s, %s; as the network sees it:",
        image,
        terminal.bold(best + " (" + percent(shares[best]) + ")"),
        digit.ink() == DigitImage.Ink.DARK_ON_LIGHT ? "dark ink on light" : "light ink on dark");
    byte[] pixels = digit.pixels();
    for (int row = 0; row < DigitImage.SIZE; row += 2) {
      var text = new StringBuilder();
      for (int column = 0; column < DigitImage.SIZE; column++) {
        int at = row * DigitImage.SIZE + column;
        int ink = (pixels[at] & 0xFF) + (pixels[at + DigitImage.SIZE] & 0xFF);
        text.append(INK.charAt(ink * (INK.length() - 1) / 510));
      }
      int k = row / 2 - 2;
      String right =
          k < 0 || k >= shares.length
              ? ""
              : String.format(
                  Locale.ROOT, "   %d %8s %s", k, percent(shares[k]), terminal.bar(shares[k], BAR));
      terminal.line("%s%s", text, k == best ? terminal.bold(right) : right);
    }
    terminal.line();
  }

  /** A probability; never more certain than the number is. */
  static String percent(double share) {
    if (share > 0 && share < 0.0005) {
      return "< 0.1 %";
    }
    return share < 1 && share > 0.9995
        ? "> 99.9 %"
        : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
