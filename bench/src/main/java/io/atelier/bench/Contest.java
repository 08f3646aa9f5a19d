package io.atelier.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Engines that do the work of one row in turn, A B A B, each in its own process.
 *
 * @param pairs how many rounds each of them has
 * @param seconds how long a round is
 * @param warmUp how long each works before that, in seconds
 */
record Contest(int pairs, double seconds, double warmUp) {
  /** How far results may differ, relative to the largest of them. */
  private static final double TOLERANCE = 1e-3;

  /** Before each round, so that threads of the one before fall asleep, in milliseconds. */
  private static final long PAUSE = 50;

  Outcome run(Row row, List<Engine> engines, List<Integer> threads) {
    var notes = new ArrayList<String>();
    var contestants = new ArrayList<Contestant>();
    try {
      for (var engine : engines) {
        for (int count : threads) {
          contestants.add(Contestant.start(engine, row, count));
        }
      }
      prepare(contestants, notes);
      for (var contestant : contestants) {
        contestant.round(warmUp);
        if (contestant.engine == Engine.ATELIER) {
          contestant.peak();
        }
      }
      for (int pair = 0; pair < pairs; pair++) {
        for (var contestant : contestants) {
          pause();
          contestant.rates.add(contestant.round(seconds));
          if (contestant.engine == Engine.ATELIER) {
            contestant.peaks.add(contestant.peak());
          }
        }
      }
      var lanes =
          contestants.stream()
              .map(c ->
                  new Outcome.Lane(
                      c.engine,
                      c.threads,
                      List.copyOf(c.rates),
                      List.copyOf(c.peaks),
                      c.peakMemory()))
              .toList();
      return new Outcome(row, lanes, List.copyOf(notes));
    } finally {
      contestants.forEach(Contestant::close);
    }
  }

  /** Waits for all and compares what they computed; an engine that fails leaves. */
  private static void prepare(List<Contestant> contestants, List<String> notes) {
    float[] expected = null;
    for (var contestant : List.copyOf(contestants)) {
      if (!contestants.contains(contestant)) {
        continue; // its engine failed on another number of threads
      }
      try {
        float[] found = contestant.check();
        expected = expected == null ? found : expected;
        if (!alike(expected, found)) {
          notes.add(
              contestant.engine.title
                  + " computed something else: "
                  + Arrays.toString(found)
                  + " instead of "
                  + Arrays.toString(expected));
        }
      } catch (Contestant.FailedException e) {
        if (contestant.engine == Engine.ATELIER) {
          throw e;
        }
        notes.add(e.getMessage());
        contestants.stream()
            .filter(other -> other.engine == contestant.engine)
            .forEach(Contestant::close);
        contestants.removeIf(other -> other.engine == contestant.engine);
      }
    }
  }

  private static boolean alike(float[] expected, float[] found) {
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(expected[i] - found[i]));
    }
    return expected.length == found.length && error <= TOLERANCE * largest;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
