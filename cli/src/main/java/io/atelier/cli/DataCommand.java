package io.atelier.cli;

import io.atelier.datasets.FashionMnist;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code atelier data}: which data sets there are, where they are, and how they get here. */
@Command(
    name = "data",
    synopsisSubcommandLabel = "[COMMAND]",
    description = "Lists the data sets that are known by name, and where they are.",
    footer = "%nATELIER_DATA names the folder for fetched sets, ~/.cache/atelier by default.",
    subcommands = DataCommand.Fetch.class)
final class DataCommand implements Callable<Integer> {
  private static final String ROW = "  %-15s %-17s %s";

  private final Terminal terminal = Terminal.standard();

  @Override
  public Integer call() {
    terminal.line(ROW, "set", "images", "where");
    terminal.line(ROW, "mnist", "60,000 + 10,000", "comes with Atelier");
    terminal.line(
        ROW,
        "fashion-mnist",
        "60,000 + 10,000",
        FashionMnist.find()
            .map(Path::toString)
            .orElse("not here yet: ./atelier data fetch fashion-mnist"));
    return 0;
  }

  /** {@code atelier data fetch}: takes a set from its publisher, or from a folder. */
  @Command(
      name = "fetch",
      sortOptions = false,
      description = {
        "Fetches a data set from its publisher, checks it and keeps it.",
        "What is cut off goes on with the next call."
      })
  static final class Fetch implements Callable<Integer> {
    private static final int BAR = 24;

    @Parameters(paramLabel = "fashion-mnist", description = "The set: 31 MB.")
    private String set = "";

    @Option(
        names = "--to",
        paramLabel = "DIR",
        description = "Keeps it there; train finds it by that folder then.")
    private @Nullable Path to;

    @Option(
        names = "--from",
        paramLabel = "DIR",
        description = "Copies its files, plain or .gz, from a folder instead; no network is used.")
    private @Nullable Path from;

    private final Terminal terminal = Terminal.standard();

    @Override
    public Integer call() {
      TrainCommand.require(
          set.equals("fashion-mnist"),
          "there is no data set " + set + " to fetch; ./atelier data lists those there are");
      var folder = to == null ? FashionMnist.folder() : to;
      if (from != null) {
        FashionMnist.copy(from, folder);
      } else {
        fetch(folder);
        if (terminal.isCapable()) {
          terminal.rewrite("");
        }
      }
      terminal.line("Fashion-MNIST is in %s, checked", folder);
      terminal.line("Next: ./atelier train %s", to == null ? "fashion-mnist" : folder);
      return 0;
    }

    private void fetch(Path folder) {
      try {
        FashionMnist.fetch(folder, this::show);
      } catch (UncheckedIOException e) {
        var cause = e.getCause();
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
          throw new UncheckedIOException(e.getMessage() + " with --from DIR", cause);
        }
        throw e;
      }
    }

    /** The line that moves; where no person watches there is none. */
    private void show(String file, long bytes, long size) {
      if (terminal.isCapable()) {
        terminal.rewrite(
            file
                + "  "
                + terminal.bar((double) bytes / size, BAR)
                + "  "
                + Terminal.bytes((double) bytes)
                + " of "
                + Terminal.bytes((double) size));
      }
    }
  }
}
