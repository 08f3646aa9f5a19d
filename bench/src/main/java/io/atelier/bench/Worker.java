package io.atelier.bench;

import io.atelier.tensor.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The process of one engine on one row: {@code Worker ENGINE ROW THREADS}.
 *
 * <p>It writes a line {@code check V V ...}; then for each line {@code SECONDS} that it reads it
 * works so long and writes {@code rate AMOUNT_PER_SECOND}, and for a line {@code peak} it measures
 * the multiply-adds of its threads, in GFLOP/s. In between it waits for input, asleep.
 */
final class Worker {
  /** The order to measure the machine instead of the work. */
  static final String PEAK = "peak";

  private Worker() {}

  public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
    var row = Rows.named(arguments[1]);
    int threads = Integer.parseInt(arguments[2]);
    Machine.useThreads(threads);
    var work = Engine.valueOf(arguments[0]).prepare(row.problem(), threads);
    var line = new StringBuilder("check");
    for (float value : work.check()) {
      line.append(' ').append(value);
    }
    System.out.println(line);
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (var order = input.readLine(); order != null; order = input.readLine()) {
      double rate =
          order.equals(PEAK)
              ? Machine.measurePeak(threads)
              : work.rate(Double.parseDouble(order), row.problem().amount());
      System.out.println("rate " + rate);
    }
    System.exit(0); // engines leave threads behind
  }
}
