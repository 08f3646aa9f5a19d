package io.atelier.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.atelier.data.Dataset;
import io.atelier.datasets.Mnist;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code explain}, {@code filters}, {@code attack}, {@code transfer} and {@code shapley}. */
class ExplainCommandsTest {
  @TempDir private static Path folder = Path.of("");

  private static String digits = "";
  private static String network = "";

  /** What a command left: exit code, standard output, standard error. */
  private record Result(int exit, String out, String error) {}

  /** The first digits of MNIST, and a network that has seen them. */
  @BeforeAll
  static void train() throws IOException {
    digits = Files.createDirectory(folder.resolve("digits")).toString();
    write("train", Mnist.bundled().train(), 2000);
    write("t10k", Mnist.bundled().test(), 300);
    network = folder.resolve("run").toString();
    var trained =
        run(
            "train",
            digits,
            "--layers",
            "784-16relu-10",
            "--epochs",
            "8",
            "--validation",
            "0",
            "--learning-rate",
            "0.005",
            "--run",
            network);
    assertThat(trained.error()).isEmpty();
  }

  private static void write(String part, Dataset dataset, int count) throws IOException {
    var batch = dataset.batch(IntStream.range(0, count).toArray());
    var images = ByteBuffer.allocate(16 + count * 784);
    images.putInt(0x803).putInt(count).putInt(28).putInt(28);
    for (float pixel : batch.inputs().toFloats()) {
      images.put((byte) Math.round(255 * pixel));
    }
    Files.write(Path.of(digits, part + "-images-idx3-ubyte"), images.array());
    var labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    for (int label : batch.labels().toInts()) {
      labels.put((byte) label);
    }
    Files.write(Path.of(digits, part + "-labels-idx1-ubyte"), labels.array());
  }

  @ParameterizedTest
  @EnumSource(ExplainCommand.Method.class)
  void everyMethodWritesAPicture(ExplainCommand.Method method) throws IOException {
    var result = run("explain", network, "--index", "2", "--method", method.toString());
    assertThat(result.error()).isEmpty();
    var file = folder.resolve("run").resolve("explain-" + method + "-2.png");
    assertThat(result.out())
        .startsWith("test image 2, a 1: the network sees a ")
        .contains("Picture, contributions, one over the other: " + file);
    assertThat(result.out().lines()).allMatch(line -> shortEnough(line, file));
    var picture = ImageIO.read(file.toFile());
    assertThat(picture.getWidth()).isEqualTo(3 * 424 + 4);
    assertThat(picture.getHeight()).isEqualTo(428);
  }

  @Test
  void theContributionsOfSquaresAddUpToTheDifferenceOfTheScores() {
    var out =
        run("explain", network, "--method", "shapley", "--class", "7", "--samples", "3").out();
    assertThat(number(out, "sum of all contributions"))
        .isCloseTo(number(out, "difference"), within(0.0011));
    assertThat(out).contains("asked about a 7: ").contains("from 3 orders").contains("49 squares");
  }

  @Test
  void aPictureOfOnesOwnIsExplained() throws IOException {
    var drawing = new BufferedImage(90, 90, BufferedImage.TYPE_INT_RGB);
    var pen = drawing.createGraphics();
    pen.fillRect(0, 0, 90, 90);
    pen.setColor(Color.BLACK);
    pen.fillRect(40, 20, 9, 50);
    pen.dispose();
    var image = folder.resolve("mine.png");
    ImageIO.write(drawing, "png", image.toFile());
    var out = folder.resolve("map.png");
    var result = run("explain", network, image.toString(), "--out", out.toString());
    assertThat(result.error()).isEmpty();
    assertThat(result.out()).startsWith(image + ": the network sees a ");
    assertThat(out).exists();
  }

  /** A map is as coarse as its layer: 12 x 12 values behind the pooling. */
  @Test
  void theMapsOfALayerAreExplained() throws IOException {
    var convolutional = folder.resolve("convolutional").toString();
    var trained =
        run(
            "train",
            digits,
            "--layers",
            "conv4x5relu-pool2-10",
            "--epochs",
            "1",
            "--validation",
            "0",
            "--run",
            convolutional);
    assertThat(trained.error()).isEmpty();
    var result = run("explain", convolutional, "--method", "expected", "--layer", "2");
    assertThat(result.error()).isEmpty();
    var picture = ImageIO.read(Path.of(convolutional, "explain-expected-2-0.png").toFile());
    assertThat(picture.getWidth()).isEqualTo(3 * 424 + 4);
    for (int row : new int[] {4, 30, 48}) { // 12 values on 28 pixels: the first three are one
      assertThat(picture.getRGB(428, row)).isEqualTo(picture.getRGB(428 + 44, 4));
      assertThat(picture.getRGB(428 + 45, row)).isEqualTo(picture.getRGB(428 + 74, 4));
    }
    refused(
        "behind layer 4 there are [10] values, which are no picture",
        "explain",
        convolutional,
        "--layer",
        "4");
    assertThat(run("filters", convolutional).out()).contains("weights [4, 1, 5, 5]");
  }

  @Test
  void weightsAndActivationsAreDrawn() {
    var weights = run("filters", network);
    assertThat(weights.error()).isEmpty();
    assertThat(weights.out())
        .contains("layer 0: weights [16, 784]")
        .contains("16 of 16 drawn")
        .contains("filters-0.png");
    assertThat(run("filters", network, "--layer", "1", "--index", "4").out())
        .contains("layer 1: output [16] for test image 4, a 4")
        .contains("activations-1-4.png");
    assertThat(folder.resolve("run"))
        .isDirectoryContaining("glob:**filters-0.png")
        .isDirectoryContaining("glob:**activations-1-4.png");
  }

  @Test
  void anAttackLowersTheAccuracyAndShowsHow() {
    var result = run("attack", network, "--images", "300", "--epsilon", "0.05,0.3");
    assertThat(result.error()).isEmpty();
    var accuracies =
        Pattern.compile("(?m)^  +0\\.\\d{3} +(\\S+) %")
            .matcher(result.out())
            .results()
            .map(match -> Double.parseDouble(match.group(1)))
            .toList();
    assertThat(accuracies).hasSize(3);
    assertThat(accuracies.get(0)).isGreaterThan(60);
    assertThat(accuracies.get(1)).isLessThan(accuracies.get(0));
    assertThat(accuracies.get(2)).isLessThan(10);
    assertThat(result.out()).contains("Before, change, after: ");
    assertThat(folder.resolve("run").resolve("attack.png")).exists();
  }

  /** The figures themselves are chance; that nothing is learned would show. */
  @Test
  void whatWasLearnedIsTakenToOtherClasses() {
    var result =
        run("transfer", digits, "--layers", "784-16relu-5", "--epochs", "3", "--examples", "5");
    assertThat(result.error()).isEmpty();
    var row =
        Pattern.compile("(?m)^ +5" + " +(\\S+) % \\((\\d+\\.\\d)\\)".repeat(3))
            .matcher(result.out());
    assertThat(row.find()).isTrue();
    for (int way = 0; way < 3; way++) {
      assertThat(Double.parseDouble(row.group(2 * way + 1))).isBetween(40.0, 99.0);
      assertThat(Double.parseDouble(row.group(2 * way + 2))).isBetween(0.0, 30.0);
    }
    assertThat(
            run("transfer", digits, "--layers", "784-16relu-5", "--epochs", "3", "--examples", "5"))
        .isEqualTo(result);
    var many = run("transfer", digits, "--layers", "784-16relu-5", "--examples", "1,2000");
    assertThat(many.out()).isEmpty(); // refused before anything is trained
    assertThat(many.error()).contains("examples, fewer than the 2000 wanted");
  }

  @Test
  void theFlatIsWorkedThrough() {
    var result = run("shapley");
    assertThat(result.out())
        .contains("costs 500 a month")
        .containsPattern("large, furnished +2/24 +840 +1020 +180")
        .containsPattern("its share +290\n")
        .containsPattern("its share +0\n")
        .contains("The shares add up to 520");
    assertThat(result.out().lines()).allMatch(line -> line.length() <= Terminal.WIDTH);
  }

  @Test
  void wrongUseIsOneSentence() {
    refused("--index must lie in 0..299, got 300", "explain", network, "--index", "300");
    refused("--class must lie in 0..9, got 10", "explain", network, "--class", "10");
    refused(
        "give an IMAGE or --index, one of the two", "explain", network, "x.png", "--index", "1");
    refused(
        "--patch must lie in 1..28, the pixels along the picture; got 29",
        "explain",
        network,
        "--method",
        "occlusion",
        "--patch",
        "29");
    refused(
        "--samples must be at least 2, got 1",
        "explain",
        network,
        "--method",
        "shapley",
        "--samples",
        "1");
    refused("the network has no layer 7; it has 0, 1, 2", "filters", network, "--layer", "7");
    refused(
        "layer 1 has no weights; its output is drawn with --index N",
        "filters",
        network,
        "--layer",
        "1");
    refused("--epsilon must lie in 0..1, above 0; got 0.0", "attack", network, "--epsilon", "0");
    refused(
        "784-16relu-10 ends with 10 outputs, but half of the classes are 5",
        "transfer",
        "--layers",
        "784-16relu-10");
    refused("--examples must be at least 1, got 0", "transfer", "--examples", "0");
  }

  private static void refused(String sentence, String... arguments) {
    var result = run(arguments);
    assertThat(result.error()).contains(sentence).doesNotContain("\tat ");
    assertThat(result.exit()).isEqualTo(2);
  }

  private static boolean shortEnough(String line, Path file) {
    return line.length() <= Terminal.WIDTH || line.contains(file.toString());
  }

  private static double number(String out, String label) {
    var found = Pattern.compile(Pattern.quote(label) + " +(-?[0-9.]+)").matcher(out);
    assertThat(found.find()).as(label).isTrue();
    return Double.parseDouble(found.group(1));
  }

  private static Result run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var error = new ByteArrayOutputStream();
    var standardOut = System.out;
    var standardError = System.err;
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(error, true, UTF_8));
    try {
      int exit = Main.run(arguments);
      return new Result(exit, out.toString(UTF_8), error.toString(UTF_8));
    } finally {
      System.setOut(standardOut);
      System.setErr(standardError);
    }
  }
}
