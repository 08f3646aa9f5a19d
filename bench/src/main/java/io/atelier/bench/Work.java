package io.atelier.bench;

/** The work of one engine on one problem, made ready: it can be repeated and timed. */
interface Work {
  /** Does the work once. */
  void run();

  /**
   * Does the work from its beginning, once or for some steps, before anything is timed.
   *
   * @return a few numbers that must come out alike in every engine
   */
  float[] check();

  /**
   * Repeats the work for a while.
   *
   * @param amount how much {@link #run} does
   * @return the amount done per second
   */
  default double rate(double seconds, double amount) {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    long times = 0;
    long now;
    do {
      run();
      times++;
      now = System.nanoTime();
    } while (now < end);
    return times * amount / ((now - start) * 1e-9);
  }
}
