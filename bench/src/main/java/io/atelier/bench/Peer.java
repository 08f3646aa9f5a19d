package io.atelier.bench;

/** A native engine; one lives in a process, and the number of threads is in its environment too. */
interface Peer {
  /**
   * Makes a problem ready.
   *
   * @throws UnsupportedOperationException if the problem is not for this engine
   */
  Work prepare(Problem problem, int threads);

  /** That this engine is not asked to solve such a problem. */
  static UnsupportedOperationException unsupported(Problem problem) {
    return new UnsupportedOperationException("no such work here: " + problem);
  }
}
