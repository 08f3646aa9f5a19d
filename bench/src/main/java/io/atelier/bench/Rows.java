package io.atelier.bench;

import static io.atelier.bench.Engine.LIBTORCH;
import static io.atelier.bench.Engine.ONEDNN;
import static io.atelier.bench.Engine.ONNX_RUNTIME;
import static io.atelier.bench.Engine.OPENBLAS;
import static io.atelier.bench.Engine.TENSORFLOW;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All that is measured, in the order of the table. */
final class Rows {
  /** What memory gives. */
  static final Row TRIAD =
      new Row("triad", "memory, a = b + 3 c", "GB/s", 0, new Triad(), List.of());

  /** The first step of a training, by which start-up is measured. */
  static final Row FIRST_STEP =
      new Row("first-step", "", "", 0, new Training(1000, 64, 1), List.of(LIBTORCH));

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
    rows.add(inference(64, 0.95));
    rows.add(inference(1, 1.0));
    rows.add(update("momentum", "SGD with momentum, 10 M weights", 1.0, Update.Rule.MOMENTUM));
    rows.add(update("adam", "Adam, 10 M weights", 3.0, Update.Rule.ADAM));
    rows.add(elements("gelu", Elements.Function.GELU));
    rows.add(elements("softmax", Elements.Function.SOFTMAX));
    rows.add(elements("relu(x y + z) / 2", Elements.Function.CHAIN));
    rows.add(elements("sum of all", Elements.Function.SUM));
    rows.add(elements("mean of each row", Elements.Function.MEAN));
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

  private static Row training(int width, int batch, double goal) {
    return new Row(
        "train-" + width + "-" + batch,
        "training 784-" + width + "-10, batch " + batch,
        "samples/s",
        goal,
        new Training(width, batch, 20),
        List.of(LIBTORCH, TENSORFLOW));
  }

  private static Row inference(int batch, double goal) {
    return new Row(
        "infer-1000-" + batch,
        "inference 784-1000-10, batch " + batch,
        "samples/s",
        goal,
        new Inference(1000, batch),
        List.of(LIBTORCH, ONNX_RUNTIME));
  }

  private static Row update(String name, String title, double goal, Update.Rule rule) {
    return new Row(name, title, "GB/s", goal, new Update(rule), List.of(LIBTORCH));
  }

  private static Row elements(String title, Elements.Function function) {
    return new Row(
        function.name().toLowerCase(Locale.ROOT),
        title + ", " + Elements.ROWS + " x " + Elements.COLUMNS,
        "GB/s",
        0,
        new Elements(function),
        List.of(LIBTORCH));
  }
}
