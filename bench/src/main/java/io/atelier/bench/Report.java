package io.atelier.bench;

import static io.atelier.bench.Statistics.number;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What was measured: printed row by row, and written as a page at the end. */
final class Report {
  private final Outcome triad;
  private final Contest contest;
  private final List<String> lines = new ArrayList<>();
  private final List<String> scaling = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> process = new ArrayList<>();
  private final List<Double> productRatios = new ArrayList<>();

  Report(Outcome triad, Contest contest) {
    this.triad = triad;
    this.contest = contest;
    machine().forEach(System.out::println);
    System.out.println();
  }

  /** Adds a row and prints it. */
  void add(Outcome outcome) {
    var row = outcome.row();
    System.out.printf(Locale.ROOT, "%-24s %s, %s%n", row.name(), row.title(), row.unit());
    for (int threads : outcome.threads()) {
      var own = outcome.lane(Engine.ATELIER, threads).orElseThrow().statistics();
      var peers =
          outcome.peers(threads).stream()
              .map(lane -> lane.engine().title + " " + lane.statistics())
              .collect(Collectors.joining("; "));
      var ratio = outcome.ratio(threads).map(Statistics::toString).orElse("");
      var goal = row.goal() > 0 ? number(row.goal()) : "";
      System.out.printf(
          Locale.ROOT,
          "  %-10s Atelier %s%s%s%s%n",
          threads(threads),
          own,
          share(outcome, threads).isEmpty() ? "" : ", " + share(outcome, threads) + " of the limit",
          peers.isEmpty() ? "" : "; " + peers,
          ratio.isEmpty() ? "" : "; ratio " + ratio + (goal.isEmpty() ? "" : ", goal " + goal));
      lines.add(
          tableRow(
              row.title() + ", " + row.unit(),
              Integer.toString(threads),
              own.toString(),
              share(outcome, threads),
              peers.replace("; ", "<br>"),
              ratio,
              goal));
      if (row.problem() instanceof Product) {
        outcome.ratio(threads).ifPresent(value -> productRatios.add(value.median()));
      }
    }
    addScaling(outcome);
    if (row.problem() instanceof Training) {
      addMemory(outcome);
    }
    for (var note : outcome.notes()) {
      System.out.println("  ! " + note);
      notes.add(row.title() + ": " + note);
    }
  }

  /** The part of what the machine can do at best, for products and passes over memory. */
  private String share(Outcome outcome, int threads) {
    var own = outcome.lane(Engine.ATELIER, threads).orElseThrow();
    double part =
        switch (outcome.row().unit()) {
          case "GFLOP/s" -> Statistics.ofRatios(own.rates(), own.peaks()).median();
          case "GB/s" ->
              own.statistics().median()
                  / triad.lane(Engine.ATELIER, threads).orElseThrow().statistics().median();
          default -> 0;
        };
    return part == 0 ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * part);
  }

  private void addScaling(Outcome outcome) {
    int threads = outcome.threads().getLast();
    var own = outcome.scaling(Engine.ATELIER, threads);
    var machine = outcome.machineScaling(threads);
    if (threads == 1 || own.isEmpty() || machine.isEmpty()) {
      return;
    }
    var part = number(own.get().median() / machine.get().median() * threads);
    var peers =
        outcome.peers(threads).stream()
            .map(lane ->
                lane.engine().title
                    + " "
                    + outcome.scaling(lane.engine(), threads).map(Statistics::toString).orElse("-"))
            .collect(Collectors.joining("; "));
    System.out.printf(
        "  %d over 1   Atelier %s, of %s that the machine gives: %s%s%n",
        threads,
        own.get(),
        number(machine.get().median()),
        part,
        peers.isEmpty() ? "" : "; " + peers);
    double milliseconds =
        1e3
            * outcome.row().problem().amount()
            / outcome.lane(Engine.ATELIER, 1).orElseThrow().statistics().median();
    scaling.add(
        tableRow(
            outcome.row().title(),
            number(milliseconds),
            own.get().toString(),
            part,
            peers.replace("; ", "<br>")));
  }

  private void addMemory(Outcome outcome) {
    var text =
        outcome.lanes().stream()
            .filter(lane -> lane.memory() > 0)
            .map(lane -> lane.engine().title + ", " + lane.threads() + ": " + lane.memory())
            .collect(Collectors.joining("; "));
    System.out.println("  peak memory of the process, MiB (engine, threads): " + text);
    process.add(
        tableRow("peak memory, " + outcome.row().title() + ", MiB (engine, threads)", text, ""));
  }

  /** Adds the time to the first step and prints it. */
  void add(StartUp start) {
    var text = "Atelier " + Statistics.of(start.atelier());
    if (!start.libtorch().isEmpty()) {
      text += "; libtorch " + Statistics.of(start.libtorch());
    }
    var title = "start of the process to the end of the first step, s, threads: " + start.threads();
    System.out.printf("%-24s %s%n  %s; goal %s%n", StartUp.NAME, title, text, number(StartUp.GOAL));
    process.add(tableRow(title, text, "at most " + number(StartUp.GOAL)));
  }

  private List<String> machine() {
    return List.of(
        Host.processor(),
        Host.software(),
        "multiply-adds in registers, GFLOP/s: " + limit(Outcome.Lane::peaks),
        "memory, a = b + 3 c on arrays of 128 MB, GB/s: " + limit(Outcome.Lane::rates));
  }

  private String limit(Function<Outcome.Lane, List<Double>> measured) {
    return triad.lanes().stream()
        .map(lane -> Statistics.of(measured.apply(lane)) + " with " + threads(lane.threads()))
        .collect(Collectors.joining(", "));
  }

  private static String threads(int count) {
    return count + (count == 1 ? " thread" : " threads");
  }

  /** Writes the page and returns its place. */
  Path write() {
    var path = Host.home().resolve("docs").resolve("benchmarks.md");
    try {
      Files.writeString(path, page());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path;
  }

  private String page() {
    var page = new ArrayList<String>();
    page.add("# Benchmarks\n");
    page.add(
        """
        Written by `./atelier bench --peers` on %s; `--only NAME` measures one row again. Each engine \
        runs in a process of its own; all have the same numbers, batches and threads and take turns, \
        A B A B, for %d rounds of %s s after a warm-up. A figure is the median of its rounds with the \
        quartiles in brackets; a ratio is Atelier over the fastest peer, round by round. All engines \
        computed the same to 1e-3, or it is noted. `bench/README.md` says more.
        """
            .formatted(LocalDate.now(ZoneOffset.UTC), contest.pairs(), number(contest.seconds())));
    machine().forEach(line -> page.add("- " + line));
    page.add("- peers: " + Host.peers());
    page.add("\n## Work per second\n");
    page.add(tableRow("row", "threads", "Atelier", "of the limit", "peers", "ratio", "goal"));
    page.add("|---|---|---|---|---|---|---|");
    page.addAll(lines);
    if (!productRatios.isEmpty()) {
      page.add(
          "\nThe ratios of the sgemm rows have the geometric mean "
              + number(geometricMean(productRatios))
              + "; the goal is 1.00.");
    }
    page.add("\n## Two threads over one\n");
    page.add(
        """
        "Of 2" is the gain of Atelier divided by half of what two threads gain on multiply-adds in \
        registers. Goal: 1.6 for steps of 1 to 5 ms, 1.8 above, never below 0.97.
        """);
    page.add(tableRow("row", "ms, one thread", "Atelier", "of 2", "peers"));
    page.add("|---|---|---|---|---|");
    page.addAll(scaling);
    page.add("\n## The process\n");
    page.add(tableRow("what", "measured", "goal"));
    page.add("|---|---|---|");
    page.addAll(process);
    if (!notes.isEmpty()) {
      page.add("\n## Notes\n");
      notes.forEach(note -> page.add("- " + note));
    }
    return String.join("\n", page) + "\n";
  }

  private static double geometricMean(List<Double> values) {
    return Math.exp(values.stream().mapToDouble(value -> Math.log(value)).average().orElseThrow());
  }

  private static String tableRow(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
