package io.atelier.cli;

import io.atelier.tensor.Machine;
import io.atelier.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code atelier doctor}: what this machine offers, what is wrong, and the cure. */
@Command(
    name = "doctor",
    description = "Looks at this machine: JDK, vectors, threads, memory, speed.")
final class DoctorCommand implements Callable<Integer> {
  private static final double NEEDED_HEAP = 400e6;
  private static final int SIZE = 1024;

  private final Terminal terminal = Terminal.standard();
  private int problems;

  @Override
  public Integer call() {
    var version = Runtime.version();
    check(
        "JDK",
        version + ", " + System.getProperty("java.vendor"),
        version.feature() > 25 || version.update() >= 3,
        "25.0.0 to 25.0.2 can corrupt arrays under the G1 collector (JDK-8377811); take 25.0.3 or later");
    check("system", System.getProperty("os.name") + ", " + System.getProperty("os.arch"), true, "");
    int bits = Machine.vectorBits();
    check(
        "vectors",
        bits + " bits, " + bits / Float.SIZE + " floats at once",
        bits >= 128,
        "the JVM offers no vectors wider than 64 bits here; training will be slow");
    int processors = Runtime.getRuntime().availableProcessors();
    check("threads", Machine.threads() + " for " + processors + " processors", true, "");
    double heap = (double) Runtime.getRuntime().maxMemory();
    check(
        "memory",
        Terminal.bytes(heap) + " for the heap",
        heap >= NEEDED_HEAP,
        "the default training wants 512 MB: ATELIER_JAVA_OPTS=-Xmx512m ./atelier train");
    check(
        "folder",
        Path.of("").toAbsolutePath().toString(),
        Files.isWritable(Path.of("")),
        "runs are kept below the working folder, and it cannot be written: cd elsewhere or use --run");
    speed(1);
    if (Machine.threads() > 1) {
      speed(Machine.threads());
    }
    terminal.line();
    terminal.line(problems == 0 ? "Nothing is wrong." : problems + " to look at, marked with !");
    return problems == 0 ? 0 : 1;
  }

  private void check(String what, String found, boolean good, String cure) {
    terminal.line("%s %-10s %s", good ? " " : terminal.bold("!"), what, found);
    if (!good) {
      problems++;
      terminal.line("  %-10s %s", "", cure);
    }
  }

  private void speed(int threads) {
    int before = Machine.threads();
    Machine.useThreads(threads);
    double peak = Machine.measurePeak(threads);
    double product = product();
    Machine.useThreads(before);
    check(
        "speed",
        String.format(
            Locale.ROOT,
            "%d thread%s: multiply-add peak %.0f GFLOP/s; product of %d x %d matrices %.0f (%.0f %%)",
            threads,
            threads == 1 ? " " : "s",
            peak,
            SIZE,
            SIZE,
            product,
            100 * product / peak),
        true,
        "");
  }

  /** The best rate of several products, in GFLOP/s. */
  private static double product() {
    var x = Tensor.of(new float[SIZE * SIZE], SIZE, SIZE);
    double best = 0;
    for (int attempt = 0; attempt < 12; attempt++) {
      long start = System.nanoTime();
      x.matmul(x);
      best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / (System.nanoTime() - start));
    }
    return best;
  }
}
