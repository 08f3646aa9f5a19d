package io.atelier.cli;

import io.atelier.nn.Summary;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** How things look on standard output. */
@SuppressWarnings("AnnotateFormatMethod") // its annotations would be one more dependency
final class Terminal {
  /** Columns that a line may have. */
  static final int WIDTH = 79;

  private static final String BOLD = "\u001b[1m";
  private static final String DIM = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintStream out;
  private final boolean capable;

  private Terminal(PrintStream out, boolean capable) {
    this.out = out;
    this.capable = capable;
  }

  /** Standard output: with colours and progress bars only where a person watches and wants them. */
  @SuppressWarnings("SystemConsoleNull") // it is null again where no person watches, since JDK 25
  static Terminal standard() {
    var console = System.console();
    return new Terminal(
        System.out,
        console != null
            && console.isTerminal()
            && System.getenv("NO_COLOR") == null
            && !"dumb".equals(System.getenv("TERM")));
  }

  /** Whether control characters are understood. */
  boolean isCapable() {
    return capable;
  }

  void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  void line() {
    out.println();
  }

  /** A sentence on as many lines as it needs. */
  void wrapped(String text) {
    var line = new StringBuilder();
    for (var word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
        out.println(line);
        line.setLength(0);
        line.append("  ");
      } else if (!line.isEmpty()) {
        line.append(' ');
      }
      line.append(word);
    }
    out.println(line);
  }

  /** Replaces the present line. */
  void rewrite(String text) {
    out.print("\r" + text + "\u001b[K");
    out.flush();
  }

  String bold(String text) {
    return capable ? BOLD + text + PLAIN : text;
  }

  String dim(String text) {
    return capable ? DIM + text + PLAIN : text;
  }

  /** A bar for a share between 0 and 1, in eighths of a character where that is understood. */
  String bar(double share, int width) {
    if (!capable) {
      int full = (int) Math.round(share * width);
      return "#".repeat(full) + ".".repeat(width - full);
    }
    int eighths = (int) Math.round(share * width * 8);
    String partial = eighths % 8 == 0 ? "" : String.valueOf((char) (0x2590 - eighths % 8));
    String bar = "\u2588".repeat(eighths / 8) + partial;
    return bar + DIM + "\u00b7".repeat(width - bar.length()) + PLAIN;
  }

  /** The table of a network: layers, output shapes, what one value sees, parameters. */
  void table(Summary summary) {
    int paths = 3;
    int names = 20;
    int shapes = 12;
    boolean sees = false;
    for (var row : summary.rows()) {
      paths = Math.max(paths, row.path().length() + 2);
      names = Math.max(names, row.name().length() + 2);
      shapes = Math.max(shapes, row.output().toString().length());
      sees |= row.field() > 0;
    }
    String left = "%-" + paths + "s%-" + names + "s%-" + shapes + "s";
    String columns = left + (sees ? " %8s" : "%s") + " %14s";
    line(
        "  %s",
        dim(
            String.format(
                Locale.ROOT, columns, "", "layer", "output", sees ? "sees" : "", "parameters")));
    line("  " + left, "", "input", summary.input());
    for (var row : summary.rows()) {
      String field = row.field() > 0 ? row.field() + "x" + row.field() : "";
      String count =
          row.parameters() == 0 ? "" : String.format(Locale.ROOT, "%,d", row.parameters());
      line("  " + columns, row.path(), row.name(), row.output(), field, count);
    }
    var total = String.format(Locale.ROOT, "%,d", summary.parameters());
    line("  %s", bold(String.format(Locale.ROOT, columns, "", "total", "", "", total)));
  }

  /** A duration as a person says it. */
  static String duration(double seconds) {
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
  }

  /** A number of bytes as a person says it. */
  static String bytes(double count) {
    for (var unit : List.of("B", "kB", "MB", "GB", "TB")) {
      if (count < 1000) {
        return String.format(Locale.ROOT, unit.equals("B") ? "%.0f %s" : "%.1f %s", count, unit);
      }
      count /= 1000;
    }
    return String.format(Locale.ROOT, "%,.1f PB", count);
  }
}
