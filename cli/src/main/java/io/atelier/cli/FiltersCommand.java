package io.atelier.cli;

import io.atelier.explain.FeatureMaps;
import io.atelier.explain.Sheet;
import io.atelier.nn.Modules;
import io.atelier.tensor.Shape;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atelier filters}: the weights of a layer, or what it makes of a picture. */
@Command(
    name = "filters",
    sortOptions = false,
    description = "Draws what the units of a layer look for or, with --index, what they find.")
final class FiltersCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "The folder of a run, or last.")
  private String name = "last";

  @Option(
      names = "--layer",
      paramLabel = "PATH",
      description = "Its place, as in ./atelier summary; the first with weights by default.")
  private @Nullable String path;

  @Option(
      names = "--index",
      paramLabel = "N",
      description = "Draws the layer's output for this test image instead of its weights.")
  private @Nullable Integer index;

  @Option(
      names = "--units",
      paramLabel = "N",
      defaultValue = "64",
      description = "Draws at most so many (${DEFAULT-VALUE}).")
  private int units;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The PNG file to write; one in the folder of the run by default.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    TrainCommand.require(units >= 1, "--units must be at least 1, got " + units);
    var network = Trained.open(name);
    var terminal = Terminal.standard();
    if (index == null) {
      weights(terminal, network);
    } else {
      activations(terminal, network, index);
    }
    return 0;
  }

  private void weights(Terminal terminal, Trained network) {
    var layer = layer(network);
    var weight = Modules.parameters(network.network()).get(layer + ".weight");
    if (weight == null) {
      throw new UsageException(
          "layer " + layer + " has no weights; its output is drawn with --index N");
    }
    var shape = weight.shape();
    TrainCommand.require(
        shape.rank() == 2 || shape.rank() == 4,
        "the weights of layer " + layer + " are " + shape + ", which is no picture");
    var input = layer.equals(first(network)) ? network.test().shape() : Shape.of(shape.size(1));
    var sheet = Sheet.weights(weight.value(), input, units);
    terminal.line("layer %s: weights %s", terminal.bold(layer), shape);
    draw(terminal, network, sheet, "filters-" + layer);
  }

  private void activations(Terminal terminal, Trained network, int number) {
    var layer = layer(network);
    var subject = network.subject(null, number);
    var inputs = network.prepared(subject.values().unsqueeze(0));
    var output = FeatureMaps.of(network.network(), inputs, layer).select(0, 0);
    terminal.line(
        "layer %s: output %s for %s", terminal.bold(layer), output.shape(), subject.name());
    draw(
        terminal,
        network,
        Sheet.activations(output, units),
        "activations-" + layer + "-" + subject.file());
  }

  /** The layer that was asked for, or the first with weights. */
  private String layer(Trained network) {
    var layers = Modules.layers(network.network()).keySet();
    if (path != null) {
      TrainCommand.require(
          layers.contains(path),
          "the network has no layer "
              + path
              + "; it has "
              + String.join(", ", layers.stream().filter(known -> !known.isEmpty()).toList()));
      return path;
    }
    return first(network);
  }

  /** The first layer with weights, which sees the image. */
  private static String first(Trained network) {
    return Modules.parameters(network.network()).entrySet().stream()
        .filter(entry -> entry.getKey().endsWith(".weight") && entry.getValue().shape().rank() > 1)
        .map(entry -> entry.getKey().substring(0, entry.getKey().length() - ".weight".length()))
        .findFirst()
        .orElseThrow(() -> new UsageException("the network has no layer with weights"));
  }

  private void draw(Terminal terminal, Trained network, Sheet sheet, String file) {
    terminal.line(
        "%d of %d drawn; orange is above zero, blue below; the darkest is %.3g",
        sheet.shown(), sheet.total(), sheet.limit());
    Trained.write(terminal, network.file(out, file), sheet.picture().toPng(), "Picture");
  }
}
