package io.atelier.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A worker process as its starter sees it. */
final class Contestant implements AutoCloseable {
  /** A worker ended, or said something else than it was asked. */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FailedException(String message) {
      super(message);
    }
  }

  final Engine engine;
  final int threads;

  /** The rates of all rounds that counted. */
  final List<Double> rates = new ArrayList<>();

  /** The machine's peak after each of these rounds. */
  final List<Double> peaks = new ArrayList<>();

  private final Process process;
  private final Path log;
  private final BufferedReader output;
  private final Writer input;
  private boolean failed;

  private Contestant(Engine engine, int threads, Process process, Path log) {
    this.engine = engine;
    this.threads = threads;
    this.process = process;
    this.log = log;
    this.output = process.inputReader(StandardCharsets.US_ASCII);
    this.input = process.outputWriter(StandardCharsets.US_ASCII);
  }

  /** Starts a worker; it prepares its work while others are started. */
  static Contestant start(Engine engine, Row row, int threads) {
    try {
      var log = Files.createTempFile("atelier-bench-", ".log");
      var builder = new ProcessBuilder(engine.command(row, threads)).redirectError(log.toFile());
      builder.environment().putAll(engine.environment(threads));
      return new Contestant(engine, threads, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the work is ready, and returns what it computed. */
  float[] check() {
    var words = answer("check");
    float[] values = new float[words.length - 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(words[i + 1]);
    }
    return values;
  }

  /** Lets it work for a while and returns its rate. */
  double round(double seconds) {
    return order(Double.toString(seconds));
  }

  /** The multiply-adds that as many threads can do at this moment, in GFLOP/s. */
  double peak() {
    return order(Worker.PEAK);
  }

  private double order(String order) {
    try {
      input.write(order + "\n");
      input.flush();
    } catch (IOException _) {
      throw failed();
    }
    return Double.parseDouble(answer("rate")[1]);
  }

  /** The most memory that the process has held, in MiB; 0 where the system does not say. */
  long peakMemory() {
    try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException _) {
      return 0;
    }
  }

  /** The next line that begins with {@code word}; libraries may write lines of their own. */
  private String[] answer(String word) {
    try {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(word)) {
          return line.split(" ");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw failed();
  }

  private FailedException failed() {
    failed = true;
    return new FailedException(
        engine.title
            + " failed; what it said is in "
            + log
            + ", and it began with: "
            + complaint());
  }

  private String complaint() {
    try (var lines = Files.lines(log, StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.contains("Exception") || line.contains("Error"))
          .findFirst()
          .orElse("(no exception)");
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
      if (!failed) {
        Files.deleteIfExists(log);
      }
    } catch (IOException _) {
      // a log more in the folder for temporary files
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
