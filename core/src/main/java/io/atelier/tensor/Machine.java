package io.atelier.tensor;

import io.atelier.kernel.Lanes;
import io.atelier.kernel.Peak;
import io.atelier.kernel.Workers;

/**
 * What this computer offers, and how much of it is used.
 *
 * <p>The number of threads is a setting of the whole program. It changes how long things take and
 * nothing else: results are the same bits for any number. Thread-safe.
 */
public final class Machine {
  private Machine() {}

  /** The number of threads that share the work of one operation; by default all processors. */
  public static int threads() {
    return Workers.threads();
  }

  /**
   * Sets the number of threads that share the work of one operation.
   *
   * @param count from 1 to 256
   */
  public static void useThreads(int count) {
    Workers.threads(count);
  }

  /** The width of a vector register, in bits. */
  public static int vectorBits() {
    return Lanes.COUNT * Float.SIZE;
  }

  /**
   * Measures how many floating-point operations (in multiply-adds, two each) some threads can do,
   * in billions per second; takes about a tenth of a second.
   */
  public static double measurePeak(int threads) {
    return Peak.measure(threads);
  }

  /**
   * Checks that the JVM was started with what the kernels need.
   *
   * @throws IllegalStateException with the flag that is missing
   */
  public static void requireVectors() {
    try {
      Class.forName("jdk.incubator.vector.FloatVector", false, Machine.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "Atelier computes with the Vector API of the JDK: start java with"
              + " --add-modules jdk.incubator.vector",
          e);
    }
  }
}
