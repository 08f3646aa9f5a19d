package io.atelier.tensor;

import io.atelier.kernel.Workers;

/**
 * How many threads share the work of one operation.
 *
 * <p>A setting of the whole program, by default the number of processors. It changes how long things
 * take and nothing else: the results are the same bits for any number. Thread-safe.
 */
public final class Threads {
  private Threads() {}

  /** The number of threads that share an operation. */
  public static int count() {
    return Workers.threads();
  }

  /**
   * Sets the number of threads that share an operation.
   *
   * @param count from 1 to 256
   */
  public static void use(int count) {
    Workers.threads(count);
  }
}
