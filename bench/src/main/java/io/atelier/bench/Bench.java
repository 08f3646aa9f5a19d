package io.atelier.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code atelier bench}: measures Atelier, and native engines beside it. */
@Command(
    name = "atelier bench",
    sortOptions = false,
    description = {
      "Measures how fast Atelier is; with --peers, beside native engines in turn.",
      "All rows with --peers write docs/benchmarks.md; else the table is only printed."
    })
public final class Bench implements Callable<Integer> {
  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Rows whose name begins so; may be given several times.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of every engine; by default one, and then as many as processors.")
  private @Nullable Integer threads;

  @Option(names = "--peers", description = "Measures native engines too (Linux on x86-64).")
  private boolean peers;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "7",
      description = "Rounds of each engine (${DEFAULT-VALUE}).")
  private int pairs;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.3",
      description =
          "Length of a round (${DEFAULT-VALUE}); before the first, it warms up 5 times as long.")
  private double seconds;

  @SuppressWarnings("UnusedVariable") // picocli looks at it
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this.")
  private boolean help;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  private Bench() {}

  public static void main(String[] arguments) {
    var commandLine = new CommandLine(new Bench());
    commandLine
        .getCommandSpec()
        .usageMessage()
        .footer(
            "",
            "Rows: "
                + Rows.all().stream().map(Row::name).collect(Collectors.joining(" "))
                + " "
                + StartUp.NAME,
            "",
            "atelier bench jmh [OPTION...] runs the same kernels under JMH.");
    System.exit(commandLine.execute(arguments));
  }

  @Override
  public Integer call() {
    require(pairs >= 1, "--pairs must be at least 1, got " + pairs);
    require(seconds > 0, "--seconds must be above 0, got " + seconds);
    require(threads == null || threads >= 1, "--threads must be at least 1, got " + threads);
    var rows = Rows.chosen(only);
    boolean start = only.isEmpty() || only.stream().anyMatch(StartUp.NAME::startsWith);
    require(start || !rows.isEmpty(), "no row is called " + only + "; --help lists them");
    if (peers && !Host.runsPeers()) {
      System.out.println(
          "The native engines run on Linux x86-64 only, so Atelier is measured alone.");
      peers = false;
    }
    var report = measure(rows, start);
    if (peers && only.isEmpty() && threads == null) {
      System.out.println("Written to " + report.write());
    }
    return 0;
  }

  private Report measure(List<Row> rows, boolean start) {
    var counts = threadCounts();
    var contest = new Contest(pairs, seconds, 5 * seconds);
    var triad = contest.run(Rows.TRIAD, List.of(Engine.ATELIER), counts);
    var report = new Report(triad, contest);
    for (var row : rows) {
      var engines = new ArrayList<>(List.of(Engine.ATELIER));
      engines.addAll(peers ? row.peers() : List.of());
      report.add(contest.run(row, engines, counts));
    }
    if (start) {
      report.add(StartUp.measure(pairs, counts.getLast(), peers));
    }
    return report;
  }

  private List<Integer> threadCounts() {
    int processors = Runtime.getRuntime().availableProcessors();
    if (threads != null) {
      return List.of(threads);
    }
    return processors == 1 ? List.of(1) : List.of(1, processors);
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
