package io.atelier.cli;

import io.atelier.formats.Contents;
import io.atelier.formats.Contents.Item;
import io.atelier.formats.Contents.Kind;
import io.atelier.formats.Contents.Statistics;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code atelier inspect}: what is in a file of tensors or a table, or all that is wrong with it.
 */
@Command(
    name = "inspect",
    description = {
      "Shows what is in a file: safetensors, NumPy .npy and .npz, IDX, CSV.",
      "The kind is found by content, CSV by its name; nothing in the file is run."
    })
final class InspectCommand implements Callable<Integer> {
  private static final int LONGEST_NAME = 40;
  private static final int LONGEST_REMARKS = 200;

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file = Path.of("");

  private final Terminal terminal = Terminal.standard();

  @Override
  public Integer call() {
    var contents = Contents.of(file);
    var items = contents.items();
    long elements = items.stream().mapToLong(item -> item.shape().count()).sum();
    long bytes = items.stream().mapToLong(Item::bytes).sum();
    terminal.line(
        "%s: %s, %,d %s%s, %,d element%s, %s",
        terminal.bold(file.toString()),
        contents.kind().title(),
        items.size(),
        contents.kind() == Kind.CSV ? "column" : "tensor",
        items.size() == 1 ? "" : "s",
        elements,
        elements == 1 ? "" : "s",
        Terminal.bytes((double) bytes));
    contents
        .metadata()
        .forEach((name, text) ->
            terminal.line(
                "  %s = %s", printable(name, LONGEST_NAME), printable(text, Terminal.WIDTH)));
    if (!items.isEmpty()) {
      terminal.line();
      table(items);
    }
    return 0;
  }

  private void table(Iterable<Item> items) {
    int name = 4;
    int type = 4;
    int shape = 5;
    for (var item : items) {
      name = Math.max(name, printable(item.name(), LONGEST_NAME).length());
      type = Math.max(type, item.type().length());
      shape = Math.max(shape, item.shape().toString().length());
    }
    var columns = "%-" + name + "s  %-" + type + "s  %-" + shape + "s  %9s";
    var heading = String.format(columns, "name", "type", "shape", "bytes");
    terminal.line(
        "%s", terminal.dim(heading + String.format("%12s%12s%12s", "minimum", "mean", "maximum")));
    for (var item : items) {
      var described =
          String.format(
              columns,
              printable(item.name(), LONGEST_NAME),
              item.type(),
              item.shape(),
              Terminal.bytes((double) item.bytes()));
      var remarks = new StringBuilder();
      item.remarks().forEach(remark -> remarks.append("  ").append(remark));
      terminal.line(
          "%s%s%s",
          described,
          item.statistics().map(InspectCommand::numbers).orElse(""),
          printable(remarks.toString(), LONGEST_REMARKS));
    }
  }

  private static String numbers(Statistics numbers) {
    var finite =
        Double.isNaN(numbers.mean())
            ? ""
            : number(numbers.minimum()) + number(numbers.mean()) + number(numbers.maximum());
    return numbers.notFinite() == 0
        ? finite
        : finite + String.format(Locale.ROOT, "  %,d NaN or infinite", numbers.notFinite());
  }

  private static String number(double value) {
    var text =
        value == Math.rint(value) && Math.abs(value) < 1e9
            ? String.format(Locale.ROOT, "%.0f", value)
            : String.format(Locale.ROOT, "%.5g", value);
    return String.format("%12s", text);
  }

  /** A text from a file, on one line, without the means to move a cursor, and not too long. */
  private static String printable(String text, int longest) {
    var shown = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (shown.length() > longest) {
        return shown + "... (" + text.length() + " characters)";
      }
      char c = text.charAt(i);
      boolean moves = Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
      shown.append(moves ? String.format("\\u%04x", (int) c) : String.valueOf(c));
    }
    return shown.toString();
  }
}
