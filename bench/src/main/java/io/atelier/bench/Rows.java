package io.atelier.bench;

import static io.atelier.bench.Engine.LIBTORCH;
import static io.atelier.bench.Engine.ONEDNN;
import static io.atelier.bench.Engine.ONNX_RUNTIME;
import static io.atelier.bench.Engine.OPENBLAS;
import static io.atelier.bench.Engine.TENSORFLOW;

import io.atelier.optim.Adam;
import io.atelier.optim.Sgd;
import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** All that is measured, in the order of the table. */
final class Rows {
  private static final String MLP = "784-1000-10";

  private static final UpdateRule MOMENTUM = Sgd.rate(0.001).momentum(0.9);

  /** What memory gives. */
  static final Row TRIAD =
      new Row("triad", "memory, a = b + 3 c", "GB/s", 0, new Triad(), List.of());

  /** The first step of a training, by which start-up is measured. */
  static final Row FIRST_STEP =
      new Row("first-step", "", "", 0, mlpTraining(1000, 64, 1), List.of(LIBTORCH));

  private Rows() {}

  /** Every row of the table. */
  static List<Row> all() {
    var rows = new ArrayList<Row>();
    for (int size : new int[] {256, 512, 1024, 2048}) {
      rows.add(product(size, size, size));
    }
    rows.add(product(64, 784, 1000));
    rows.add(product(784, 64, 1000));
    rows.add(product(64, 1000, 1000));
    rows.add(product(2048, 384, 1536));
    rows.add(training(1000, 64, 1.25));
    rows.add(training(1000, 4, 1.8));
    rows.add(training(128, 64, 1.5));
    rows.add(training(128, 4, 2.5));
    rows.add(inference("infer-1000-64", MLP, Network.mlp(1000), 64, 0.95, ONNX_RUNTIME));
    rows.add(inference("infer-1000-1", MLP, Network.mlp(1000), 1, 1.0, ONNX_RUNTIME));
    rows.addAll(convolutional());
    rows.addAll(convolutions());
    rows.add(update("momentum", "SGD with momentum, 10 M weights", 1.0, MOMENTUM));
    rows.add(update("adam", "Adam, 10 M weights", 3.0, Adam.rate(0.001)));
    rows.add(elements("gelu", Elements.Function.GELU));
    rows.add(elements("softmax", Elements.Function.SOFTMAX));
    rows.add(elements("relu(x y + z) / 2", Elements.Function.CHAIN));
    rows.add(elements("sum of all", Elements.Function.SUM));
    rows.add(elements("mean of each row", Elements.Function.MEAN));
    rows.add(elements("layer norm", Elements.Function.LAYER_NORM));
    rows.add(elements("batch norm in training", Elements.Function.BATCH_NORM));
    rows.add(elements("max pool 2 x 2", Elements.Function.MAX_POOL));
    return List.copyOf(rows);
  }

  /** The rows whose names begin with one of these words, or all if there is none. */
  static List<Row> chosen(List<String> words) {
    return all().stream()
        .filter(row -> words.isEmpty() || words.stream().anyMatch(row.name()::startsWith))
        .toList();
  }

  /** A row by its whole name, those outside the table among them. */
  static Row named(String name) {
    var rows = new ArrayList<>(all());
    rows.addAll(List.of(TRIAD, FIRST_STEP));
    return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
  }

  private static Row product(int rows, int inner, int columns) {
    boolean square = rows == inner && inner == columns;
    return new Row(
        square ? "product-" + rows : "product-" + rows + "x" + inner + "x" + columns,
        "sgemm " + rows + "x" + inner + " . " + inner + "x" + columns,
        "GFLOP/s",
        0.9,
        new Product(rows, inner, columns),
        List.of(LIBTORCH, OPENBLAS, ONEDNN));
  }

  private static Training mlpTraining(int width, int batch, int checkedSteps) {
    return new Training(Network.mlp(width), batch, Sgd.rate(0.1), checkedSteps);
  }

  private static Row training(int width, int batch, double goal) {
    return new Row(
        "train-" + width + "-" + batch,
        "training 784-" + width + "-10, batch " + batch,
        "samples/s",
        goal,
        mlpTraining(width, batch, 20),
        List.of(LIBTORCH, TENSORFLOW));
  }

  private static List<Row> convolutional() {
    var cnn = new Training(Network.cnn(), 64, Adam.rate(0.001), 10);
    var resNet = new Training(Network.resNet20(), 64, MOMENTUM, 10);
    return List.of(
        new Row(
            "cnn-train-64",
            "training CNN with Adam, batch 64",
            "samples/s",
            1.25,
            cnn,
            List.of(LIBTORCH, TENSORFLOW)),
        inference("cnn-infer-64", "CNN", Network.cnn(), 64, 0.95, ONNX_RUNTIME),
        inference("cnn-infer-1", "CNN", Network.cnn(), 1, 0.95, ONNX_RUNTIME),
        new Row(
            "resnet-train-64",
            "training ResNet-20 with momentum, batch 64",
            "samples/s",
            1.4,
            resNet,
            List.of(LIBTORCH)),
        inference("resnet-infer-64", "ResNet-20", Network.resNet20(), 64, 0));
  }

  private static Row inference(
      String name, String title, Network network, int batch, double goal, Engine... others) {
    var peers = new ArrayList<>(List.of(LIBTORCH));
    peers.addAll(List.of(others));
    return new Row(
        name,
        "inference " + title + ", batch " + batch,
        "samples/s",
        goal,
        new Inference(network, batch),
        List.copyOf(peers));
  }

  /** The shapes of residual networks: body, projections, stem. */
  private static List<Row> convolutions() {
    var rows = new ArrayList<Row>();
    var body = Window.of(3).padding(1);
    rows.addAll(convolution("3x3-56", 64, 56, 64, body));
    rows.addAll(convolution("3x3-28", 128, 28, 128, body));
    rows.addAll(convolution("3x3-14", 256, 14, 256, body));
    rows.addAll(convolution("3x3-7", 512, 7, 512, body));
    rows.addAll(convolution("1x1-56", 64, 56, 256, Window.of(1)));
    rows.addAll(convolution("1x1-14", 1024, 14, 256, Window.of(1)));
    rows.addAll(convolution("3x3-56-half", 128, 56, 128, body.stride(2)));
    rows.addAll(convolution("1x1-56-half", 256, 56, 512, Window.of(1).stride(2)));
    rows.addAll(convolution("7x7-224-half", 3, 224, 64, Window.of(7).stride(2).padding(3)));
    return rows;
  }

  private static List<Row> convolution(
      String name, int channels, int size, int filters, Window window) {
    return Arrays.stream(Convolving.Pass.values())
        .filter(pass -> channels > 3 || pass != Convolving.Pass.INPUT) // images need no derivative
        .map(pass ->
            new Row(
                "convolution-" + name + "-" + pass.toString().toLowerCase(Locale.ROOT),
                "convolution %d x %dx%d to %d, %s, %s"
                    .formatted(channels, size, size, filters, window, pass.title()),
                "GFLOP/s",
                0,
                new Convolving(pass, channels, size, filters, window),
                List.of(LIBTORCH)))
        .toList();
  }

  private static Row update(String name, String title, double goal, UpdateRule rule) {
    return new Row(name, title, "GB/s", goal, new Update(rule), List.of(LIBTORCH));
  }

  private static Row elements(String title, Elements.Function function) {
    return new Row(
        function.name().toLowerCase(Locale.ROOT).replace('_', '-'),
        title + ", " + Elements.ROWS + " x " + Elements.COLUMNS,
        "GB/s",
        0,
        new Elements(function),
        List.of(LIBTORCH));
  }
}
