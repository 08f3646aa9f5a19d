package io.atelier.cli;

import io.atelier.cli.Trained.Subject;
import io.atelier.explain.Attribution;
import io.atelier.explain.FeatureMaps;
import io.atelier.explain.Patches;
import io.atelier.explain.Picture;
import io.atelier.explain.Score;
import io.atelier.explain.Shapley;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atelier explain}: which parts of a picture speak for a class. */
@Command(
    name = "explain",
    sortOptions = false,
    description = "Shows which pixels of a picture speak for a class, and which against it.")
final class ExplainCommand implements Callable<Integer> {
  private static final int BASELINES = 200;
  private static final int HEIGHT = 420; // of a tile

  /** How contributions are found. */
  enum Method {
    SALIENCY("the derivative of the score with respect to each pixel", 1),
    SMOOTH("the mean derivative of %d copies with noise of deviation 0.1", 100),
    INPUT("the derivative of the score times the pixel", 1),
    INTEGRATED("integrated gradients from a black picture in %d steps", 100),
    EXPECTED("expected gradients from 200 training pictures, %,d samples", 1000),
    OCCLUSION("how far the score falls when a square is black", 1),
    SHAPLEY("Shapley values of squares, black or seen, from %d orders", 100);

    private final String text;
    private final int samples;

    Method(String text, int samples) {
      this.text = text;
      this.samples = samples;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run, or last.")
  private String name = "last";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "IMAGE",
      description = "A picture of a digit, PNG or JPEG of any size.")
  private @Nullable Path image;

  @Option(
      names = "--index",
      paramLabel = "N",
      description = "Instead of IMAGE, a test image by its number; 0 by default.")
  private @Nullable Integer index;

  @Option(
      names = "--method",
      paramLabel = "METHOD",
      defaultValue = "integrated",
      description = "One of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private Method method = Method.INTEGRATED;

  @Option(
      names = "--class",
      paramLabel = "K",
      description = "The class that is asked about; by default the one the network chooses.")
  private @Nullable Integer target;

  @Option(
      names = "--layer",
      paramLabel = "PATH",
      description = "Asks about the values behind this layer of the network instead of the pixels.")
  private @Nullable String layer;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Steps, samples or orders: more take longer and are more exact.")
  private @Nullable Integer samples;

  @Option(
      names = "--patch",
      paramLabel = "N",
      description = "Pixels along a square of occlusion and shapley; a seventh of the picture.")
  private @Nullable Integer patch;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Of everything random (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The PNG file to write; one in the folder of the run by default.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    var network = Trained.open(name);
    var subject = network.subject(image, index);
    float[] shares = network.probabilities(subject.values());
    int asked = target == null ? Trained.largest(shares) : target;
    TrainCommand.require(
        asked >= 0 && asked < shares.length,
        "--class must lie in 0.." + (shares.length - 1) + ", got " + asked);
    int count = samples == null ? method.samples : samples;
    int least = method == Method.SHAPLEY ? 2 : 1; // a standard error needs two
    TrainCommand.require(count >= least, "--samples must be at least " + least + ", got " + count);

    var terminal = Terminal.standard();
    terminal.line(
        "%s: the network sees %s (%s)",
        subject.name(),
        terminal.bold(network.called(Trained.largest(shares))),
        PredictCommand.percent(shares[Trained.largest(shares)]));
    terminal.line(
        "asked about %s: %s",
        network.called(asked), String.format(Locale.ROOT, method.text, count));
    terminal.line();
    var map = map(terminal, network, subject, score(network, asked), count);
    terminal.line();
    picture(terminal, network, subject, map, asked);
    return 0;
  }

  private Tensor map(Terminal terminal, Trained network, Subject subject, Score score, int count) {
    var x = asked(network, subject.values());
    var black = asked(network, subject.values().times(0));
    TrainCommand.require(
        x.shape().rank() > 1,
        "behind layer " + layer + " there are " + x.shape() + " values, which are no picture");
    int side = side(x);
    return switch (method) {
      case SALIENCY -> Attribution.gradient(score, x);
      case SMOOTH -> Attribution.smoothGradient(score, x, 0.1, count, Rng.of(seed));
      case INPUT -> Attribution.inputTimesGradient(score, x);
      case INTEGRATED -> {
        var map = Attribution.integratedGradients(score, x, black, count);
        balance(terminal, score.at(x), "of a black picture", score.at(black), map);
        yield map;
      }
      case EXPECTED -> {
        var baselines = baselines(network);
        var map = Attribution.expectedGradients(score, x, baselines, count, Rng.of(seed));
        balance(terminal, score.at(x), "of training pictures, mean", mean(score, baselines), map);
        yield map;
      }
      case OCCLUSION -> Attribution.occlusion(score, x, black, side, Math.max(1, side / 2));
      case SHAPLEY -> {
        var patches = Patches.of(x.shape(), side);
        var estimate =
            Shapley.sampled(patches.count(), patches.game(score, x, black), count, Rng.of(seed));
        var map = patches.spread(estimate.values());
        balance(terminal, score.at(x), "of a black picture", score.at(black), map);
        terminal.line(
            "  %d squares; the largest share is %.3f, the largest standard error %.3f",
            patches.count(),
            estimate.values().stream().mapToDouble(Math::abs).max().orElse(0),
            estimate.standardErrors().stream().mapToDouble(error -> error).max().orElse(0));
        yield map;
      }
    };
  }

  /** What contributions are asked of: the pixels, or the values behind a layer. */
  private Tensor asked(Trained network, Tensor picture) {
    return layer == null
        ? picture
        : FeatureMaps.of(network.network(), network.prepared(picture.unsqueeze(0)), layer)
            .select(0, 0);
  }

  private Score score(Trained network, int asked) {
    return Score.logit(
        layer == null ? network : FeatureMaps.behind(network.network(), layer), asked);
  }

  private int side(Tensor x) {
    int smaller = Math.min(x.shape().size(-1), x.shape().size(-2));
    int side = patch == null ? Math.max(1, smaller / 7) : patch;
    TrainCommand.require(
        side >= 1 && side <= smaller,
        "--patch must lie in 1.." + smaller + ", the pixels along the picture; got " + side);
    return side;
  }

  private Tensor baselines(Trained network) {
    int[] order = Rng.of(seed).keyed(1).permutation(network.training().size());
    int[] chosen = Arrays.copyOf(order, Math.min(BASELINES, order.length));
    var pictures = network.training().batch(chosen).inputs();
    return layer == null
        ? pictures
        : FeatureMaps.of(network.network(), network.prepared(pictures), layer);
  }

  private static double mean(Score score, Tensor baselines) {
    int count = baselines.shape().size(0);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += score.at(baselines.select(0, i));
    }
    return sum / count;
  }

  /** The contributions must explain the difference of two scores. */
  private static void balance(
      Terminal terminal, double score, String from, double baseline, Tensor map) {
    terminal.line("  score of the picture          %9.3f", score);
    terminal.line("  %-28s  %9.3f", from, baseline);
    terminal.line("  difference                    %9.3f", score - baseline);
    terminal.line("  sum of all contributions      %9.3f", map.sum().item());
  }

  private void picture(Terminal terminal, Trained network, Subject subject, Tensor map, int asked) {
    var plane = map.shape().rank() == 3 ? map.sum(0) : map; // all channels of a pixel
    double limit = Picture.magnitude(plane);
    var input = Picture.image(subject.values());
    int factor = Math.max(1, HEIGHT / input.height());
    var signed = Picture.signed(plane, limit).resized(input.height(), input.width());
    var tiles =
        List.of(input.scaled(factor), signed.scaled(factor), signed.over(input).scaled(factor));
    terminal.line(
        "orange speaks for %s, blue against; the darkest is %.3g", network.called(asked), limit);
    var file =
        network.file(
            out, "explain-" + method + (layer == null ? "" : "-" + layer) + "-" + subject.file());
    Trained.write(
        terminal,
        file,
        Picture.grid(3, 4, tiles).toPng(),
        "Picture, contributions, one over the other");
  }
}
