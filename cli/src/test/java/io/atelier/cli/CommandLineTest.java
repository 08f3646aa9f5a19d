package io.atelier.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.tensor.Rng;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a user types them. */
class CommandLineTest {
  private static final int IMAGES = 300;

  @TempDir private Path folder;
  private Path data = Path.of("");

  /** What a command left: exit code, standard output, standard error. */
  private record Result(int exit, String out, String error) {}

  @BeforeEach
  void writeData() throws IOException {
    data = Files.createDirectory(folder.resolve("stripes"));
    writePart("train", IMAGES);
    writePart("t10k", 100);
  }

  @Test
  void summaryHasTheNumbersOfTheSlide() {
    var result = run("summary", "--layers", "784-1000relu-10");
    assertThat(result.exit()).isZero();
    assertThat(result.out()).contains("785,000").contains("10,010").contains("795,010");
  }

  @Test
  void summaryCountsABillionParametersWithoutMakingThem() {
    var result = run("summary", "--layers", "1000000-1000");
    assertThat(result.exit()).isZero();
    assertThat(result.out())
        .contains("1,000,001,000")
        .contains("4.0 GB of weights")
        .contains("16.0 GB to train with Adam");
  }

  @Test
  void helpPrintsHowThingsAreWritten() {
    var result = run("train", "--help", "layers");
    assertThat(result.exit()).isZero();
    assertThat(result.out()).contains("784-1000relu-10").contains("sigmoid, relu, gelu");
    assertThat(run("--help", "schedules").out()).contains("warmup2-cosine");
    assertThat(run("--help", "transforms").out()).contains("rotateD");
    assertThat(run("train", "--help").out())
        .contains("cnn2")
        .contains("resnet18")
        .contains("nesterov");
  }

  @Test
  void summaryShowsShapesParametersAndReceptiveFieldsOfNames() {
    assertThat(run("summary", "--model", "cnn2").out())
        .containsPattern("3  convolution 5x5 +\\[20, 8, 8] +14x14 +5,020\n")
        .containsPattern("total +47,658\n");
    var resnet = run("summary", "--model", "resnet18", "--classes", "1000").out();
    assertThat(resnet)
        .containsPattern("layer2.0 +basic block +\\[128, 28, 28] +230,144\n")
        .containsPattern("total +11,689,512\n");
    assertThat(resnet.lines().filter(line -> line.startsWith("  ")))
        .allMatch(line -> line.length() <= Terminal.WIDTH);
  }

  @Test
  void summaryTakesImagesInColour() {
    assertThat(run("summary", "--layers", "conv8x3p1relu-gap-10", "--input", "3x32x32").out())
        .containsPattern("0  convolution 3x3 p1 +\\[8, 32, 32] +3x3 +224\n");
    assertThat(run("summary", "--model", "cnn2", "--input", "3x32x32").out())
        .containsPattern("flatten +\\[500]");
    refused(
        2,
        "expected channels, rows and columns, as in 3x32x32, got 32",
        "summary",
        "--model",
        "cnn2",
        "--input",
        "32");
    refused(
        2,
        "conv8x31-10 does not fit examples [1, 28, 28]: layer 0 of the sequence:",
        "summary",
        "--layers",
        "conv8x31-10");
  }

  @Test
  void aConvolutionalNetworkIsTrainedEvaluatedAndSummarised() {
    var run = folder.resolve("run").toString();
    var trained =
        run(
            "train",
            data.toString(),
            "--run",
            run,
            "--layers",
            "conv4x5s2relu-bn-pool2-2",
            "--epochs",
            "2",
            "--batch",
            "10",
            "--accumulate",
            "2",
            "--optimizer",
            "momentum",
            "--learning-rate",
            "0.05",
            "--schedule",
            "warmup1-cosine",
            "--clip",
            "5",
            "--average",
            "ema0.9",
            "--augment",
            "shift1",
            "--normalize");
    assertThat(trained.error()).isEmpty();
    assertThat(trained.out())
        .contains("25 of the training images are set aside for validation")
        .containsPattern("transforms shift1,normalize0\\.\\d+/0\\.\\d+\n")
        .containsPattern("0  convolution 5x5 s2 +\\[4, 12, 12] +5x5 +104\n")
        .contains(
            "momentum at 0.05, momentum 0.9, gradients up to norm 5.0, warmup1-cosine schedule,")
        .contains("ema0.9 average")
        .contains("batch 10 x 2, 2 epochs")
        .contains("epoch 2/2");
    var accuracy = trained.out().lines().filter(line -> line.startsWith("Test accuracy")).findAny();
    var evaluated = run("evaluate", run).out();
    assertThat(evaluated).startsWith(accuracy.orElseThrow().replaceAll("\\).*", ")"));
    assertThat(run("summary", run).out()).startsWith("conv4x5s2relu-bn-pool2-2\n");
  }

  @Test
  void aFolderOfPicturesInColourIsTrainedOn() throws IOException {
    var pictures = folder.resolve("paint");
    for (var colour : List.of(Color.RED, Color.BLUE)) {
      var name = colour.equals(Color.RED) ? "red" : "blue";
      var sorted = Files.createDirectories(pictures.resolve(name));
      for (int i = 0; i < 20; i++) {
        var picture = new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB);
        var pen = picture.createGraphics();
        pen.setColor(colour);
        pen.fillRect(i % 5, i % 4, 7, 6);
        pen.dispose();
        ImageIO.write(picture, "png", sorted.resolve(i + ".png").toFile());
      }
    }
    var run = folder.resolve("run").toString();
    var trained =
        run(
            "train",
            pictures.toString(),
            "--input",
            "3x8x8",
            "--layers",
            "conv4x3relu-gap-2",
            "--learning-rate",
            "0.1",
            "--batch",
            "8",
            "--epochs",
            "6",
            "--run",
            run);
    assertThat(trained.error()).isEmpty();
    assertThat(trained.out())
        .contains("32 training and 8 test images of 8 x 8 pixels in colour, 2 classes")
        .contains("classes: blue, red")
        .contains("Test accuracy 100.00 %");
    assertThat(run("evaluate", run).out()).containsPattern("red +1 +\\. +4 +100\\.0 %");
    refused(
        2,
        "was trained on the pictures of a folder",
        "predict",
        run,
        pictures.resolve("red").resolve("0.png").toString());

    Files.copy(pictures.resolve("red/0.png"), pictures.resolve("red/20.png")); // another split
    var changed =
        "the data in " + pictures + " is not what " + run + " was trained on: its SHA-256";
    refused(2, changed, "evaluate", run);
    refused(2, changed, "explain", run);
  }

  @Test
  void ratesShowsTheLossAndSuggestsARate() {
    var found = run("rates", data.toString(), "--layers", "784-16relu-2", "--steps", "40");
    assertThat(found.error()).isEmpty();
    assertThat(found.out())
        .contains("adamw from 1.0e-06 to 1.0e+01 in 40 steps")
        .containsPattern("Try --learning-rate \\d\\.\\de-\\d\\d");
    refused(
        2,
        "--lowest must be above 0 and below --highest, got 1.0 and 0.1",
        "rates",
        data.toString(),
        "--lowest",
        "1",
        "--highest",
        "0.1");
  }

  @Test
  void aTrainingCanBeEvaluatedSummarisedAndAsked() throws IOException {
    var run = folder.resolve("run").toString();
    var trained = train(run, "--epochs", "3", "--normalize");
    assertThat(trained.error()).isEmpty();
    assertThat(trained.exit()).isZero();
    assertThat(trained.out())
        .contains("300 training and 100 test images of 28 x 28 pixels, 2 classes")
        .contains("epoch 3/3")
        .containsPattern("Test accuracy 100.00 %   \\(100 of 100; loss 0\\.\\d+\\)")
        .doesNotContain("\u001b");
    assertThat(folder.resolve("run"))
        .isDirectoryContaining("glob:**config.json")
        .isDirectoryContaining("glob:**provenance.json")
        .isDirectoryContaining("glob:**events.jsonl")
        .isDirectoryContaining("glob:**model.safetensors");

    assertThat(run("evaluate", run).out()).contains("Test accuracy 100.00 %");
    assertThat(run("evaluate", "last").out()).contains("Test accuracy 100.00 %");
    assertThat(run("summary", run).out()).contains("784-16relu-2");
    assertThat(run("resume", run))
        .satisfies(resumed -> {
          assertThat(resumed.exit()).isEqualTo(2);
          assertThat(resumed.error()).contains("is finished, there is nothing to resume");
        });

    var image = folder.resolve("drawing.png");
    var drawing = new BufferedImage(300, 300, BufferedImage.TYPE_INT_RGB);
    var pen = drawing.createGraphics();
    pen.setColor(Color.WHITE);
    pen.fillRect(0, 0, 300, 300);
    pen.setColor(Color.BLACK);
    pen.fillRect(130, 60, 30, 180); // an upright stripe
    pen.dispose();
    ImageIO.write(drawing, "png", image.toFile());
    var predicted = run("predict", run, image.toString());
    assertThat(predicted.error()).isEmpty();
    assertThat(predicted.out()).containsPattern("drawing.png: 1 \\(").contains("dark ink on light");
  }

  @Test
  void aProfileIsShownAfterTheTrainingAndChangesNoByte() {
    var plain = train(folder.resolve("plain").toString(), "--epochs", "2");
    var profiled = train(folder.resolve("profiled").toString(), "--epochs", "2", "--profile");
    assertThat(profiled.error()).isEmpty();
    assertThat(plain.out()).doesNotContain("ms/step");
    var table = profiled.out().substring(profiled.out().indexOf("Next:"));
    assertThat(table)
        .contains("means of 8 steps")
        .containsPattern("data +\\d+\\.\\d{3} +\\d+\\.\\d % +0\\.000\n")
        .containsPattern("forward +\\d+\\.\\d{3} +\\d+\\.\\d % +\\d+\\.\\d{3}\n")
        .containsPattern("step +\\d+\\.\\d{3} +100\\.0 % +\\d+\\.\\d{3}\n")
        .containsPattern("0  784 to 16 +forward ")
        .containsPattern("2  16 to 2 +forward .*\n +gradient of input .*\n +gradient of weights ");
    assertThat(table.lines()).allMatch(line -> line.length() <= Terminal.WIDTH);
    for (var name : List.of("model.safetensors", "checkpoint.safetensors")) {
      assertThat(folder.resolve("profiled").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("plain").resolve(name));
    }
  }

  @Test
  void wrongUseIsOneSentenceAndExitCodeTwo() {
    refused(2, "unknown activation rellu", "train", "--layers", "784-10rellu-10");
    var missing = folder.resolve("missing").toString(); // refused before the data is looked at
    refused(2, "--learning-rate must be above 0, got 0.0", "train", missing, "--learning-rate=0");
    refused(
        2, "--weight-decay must be at least 0, got -1.0", "train", missing, "--weight-decay=-1");
    refused(2, "shfit2", "train", missing, "--augment", "shfit2");
    refused(
        2,
        "--input must have 1 channel, for grey, or 3, for colour; got 2x8x8",
        "train",
        missing,
        "--input",
        "2x8x8");
    refused(2, "--epochs must be at least 1, got 0", "train", "--epochs", "0");
    refused(2, "--threads must lie in 1..256, got 0", "train", "--threads", "0");
    refused(2, "--learning-rate must be above 0, got -1.0", train("x", "--learning-rate", "-1"));
    refused(2, "Unknown option: '--epoch'", "train", "--epoch", "3");
    refused(
        2,
        "784-10 ends with 10 outputs, but " + data + " has 2 classes",
        train("x", "--layers", "784-10"));
    refused(
        2,
        "100-10relu-2 begins with 100 inputs, but an image of "
            + data
            + " has 28 x 28 = 784 pixels",
        train("x", "--layers", "100-10relu-2"));
    refused(2, "--validation must leave training images", train("x", "--validation", "300"));
    refused(2, "--model and --layers exclude each other", train("x", "--model", "cnn2"));
    refused(
        2,
        "conv8x31-2 does not fit examples [1, 28, 28]: layer 0 of the sequence:",
        train("x", "--layers", "conv8x31-2"));
    refused(
        2,
        "conv8x3-gap-3 ends with 3 outputs, but " + data + " has 2 classes",
        train("x", "--layers", "conv8x3-gap-3"));
    refused(
        2,
        "--momentum belongs to --optimizer sgd, momentum and nesterov",
        train("x", "--momentum", "0.9"));
    refused(
        2,
        "--dropout belongs to a line of layers, not to --model resnet20",
        "train",
        data.toString(),
        "--model",
        "resnet20",
        "--dropout",
        "0.1");
    refused(
        2,
        "--optimizer nesterov needs a --momentum above 0",
        train("x", "--optimizer", "nesterov", "--momentum", "0"));
    refused(2, "expected constant, step,", "train", "--schedule", "cosinus");
    refused(2, "expected none, swa, or ema", "train", "--average", "mean");
    refused(2, "--clip must be at least 0, got -1.0", "train", "--clip", "-1");
    refused(2, "--accumulate must be at least 1, got 0", "train", "--accumulate", "0");
    refused(
        2,
        "a step is one batch here: in place of --accumulate 4 give --batch 128",
        "rates",
        "--accumulate",
        "4",
        "--batch",
        "32");
    refused(2, "is not the folder of a run", "evaluate", folder.toString());
    refused(2, "summary needs a RUN, --layers SPEC or --model NAME, one of them", "summary");
    refused(
        2,
        "--input belongs to a folder of pictures, which " + data + " is not",
        train("x", "--input", "1x14x14"));
    refused(2, "a folder of pictures, which mnist is not", "train", "--input", "1x14x14");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void earlyStoppingDoesNotChooseByTheTestSet() throws IOException {
    writePart("train", 11);
    refused(
        2,
        "--early-stopping needs validation images, and of 11 training images none is set aside by"
            + " itself: --validation must be above 0",
        "train",
        data.toString(),
        "--early-stopping",
        "2",
        "--run",
        folder.resolve("x").toString());
  }

  @Test
  void aFolderBesideTheFilesOfMnistIsNoClass() throws IOException {
    Files.createDirectories(data.resolve("notes"));
    assertThat(train(folder.resolve("run").toString(), "--epochs", "1").out())
        .contains("300 training and 100 test images of 28 x 28 pixels, 2 classes");
  }

  @Test
  void aRunIsNotOverwritten() {
    var run = folder.resolve("run").toString();
    assertThat(train(run, "--epochs", "1").exit()).isZero();
    refused(2, "holds a run already", train(run, "--epochs", "1"));
  }

  @Test
  void badDataIsOneSentenceAndExitCodeOne() throws IOException {
    var run = folder.resolve("x").toString();
    refused(
        1,
        "4 of the 4 files of a data set are missing",
        "train",
        Files.createDirectory(folder.resolve("empty")).toString());
    refused(1, "there is no such folder", "train", folder.resolve("missing").toString());
    var images = data.resolve("train-images-idx3-ubyte");
    byte[] bytes = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(bytes, bytes.length - 5));
    refused(1, images.toString(), train(run));
    Files.write(images, Arrays.copyOf(bytes, bytes.length + 5));
    refused(1, images.toString(), train(run));
    Files.write(images, bytes);
    writeLabels("train", IMAGES - 1);
    refused(1, "299 labels do not fit the 300 images", train(run));
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void aTrainingThatDivergesSaysWhereAndLeavesWithOne() {
    var result =
        train(
            folder.resolve("run").toString(),
            "--layers",
            "784-16relu-16relu-2",
            "--optimizer",
            "sgd",
            "--learning-rate",
            "1e20");
    refused(1, "at step", result);
    assertThat(result.error()).contains("try a smaller learning rate");
  }

  @Test
  void whatIsNoPictureIsRefused() throws IOException {
    var run = folder.resolve("run").toString();
    train(run, "--epochs", "1");
    var file = folder.resolve("notes.png");
    Files.writeString(file, "not a picture");
    refused(1, "notes.png", "predict", run, file.toString());
    refused(1, "cannot be read", "predict", run, folder.resolve("missing.png").toString());
  }

  /** Killed when the first epoch is reported, which is when its checkpoint is being written. */
  @Test
  void killedAndResumedARunEndsWithTheSameBytes() throws IOException, InterruptedException {
    var whole = folder.resolve("whole");
    var options = new String[] {"--epochs", "6", "--batch", "4", "--dropout", "0.1"};
    assertThat(train(whole.toString(), options).exit()).isZero();

    var killed = folder.resolve("killed");
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments(killed.toString(), options)));
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile()).start();
    try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (var line = lines.readLine(); line != null && !line.startsWith("epoch 1/"); ) {
        line = lines.readLine();
      }
      process.destroyForcibly();
      process.waitFor();
    }
    assertThat(killed.resolve("model.safetensors")).doesNotExist();

    assertThat(run("resume", killed.toString()).exit()).isZero();
    for (var name : List.of("model.safetensors", "checkpoint.safetensors")) {
      assertThat(killed.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
    }
  }

  private static void refused(int exit, String sentence, String... arguments) {
    refused(exit, sentence, run(arguments));
  }

  private static void refused(int exit, String sentence, Result result) {
    assertThat(result.error()).contains(sentence).doesNotContain("\tat ");
    assertThat(result.exit()).isEqualTo(exit);
  }

  private Result train(String run, String... options) {
    return run(arguments(run, options));
  }

  private String[] arguments(String run, String... options) {
    var arguments = new ArrayList<>(List.of("train", data.toString(), "--run", run));
    if (!Arrays.asList(options).contains("--layers")) {
      arguments.addAll(List.of("--layers", "784-16relu-2"));
    }
    if (!Arrays.asList(options).contains("--validation")) {
      arguments.addAll(List.of("--validation", "50"));
    }
    arguments.addAll(List.of(options));
    return arguments.toArray(String[]::new);
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

  /**
   * Pictures of one bright stripe: lying (class 0) or upright (class 1); images plain, labels
   * gzipped.
   */
  private void writePart(String part, int count) throws IOException {
    var rng = Rng.of(count);
    var images = ByteBuffer.allocate(16 + count * 784);
    images.putInt(0x803).putInt(count).putInt(28).putInt(28);
    for (int i = 0; i < count; i++) {
      int stripe = 11 + rng.nextInt(4);
      for (int at = 0; at < 784; at++) {
        int line = i % 2 == 0 ? at / 28 : at % 28;
        int end = i % 2 == 0 ? at % 28 : at / 28;
        boolean ink = line >= stripe && line < stripe + 3 && end >= 4 && end < 24;
        images.put((byte) (ink ? 255 : rng.nextInt(40)));
      }
    }
    Files.write(data.resolve(part + "-images-idx3-ubyte"), images.array());
    writeLabels(part, count);
  }

  private void writeLabels(String part, int count) throws IOException {
    var labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    for (int i = 0; i < count; i++) {
      labels.put((byte) (i % 2));
    }
    var file = data.resolve(part + "-labels-idx1-ubyte.gz");
    try (var stream = new GZIPOutputStream(Files.newOutputStream(file))) {
      stream.write(labels.array());
    }
  }
}
