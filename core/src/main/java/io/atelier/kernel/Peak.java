package io.atelier.kernel;

import java.util.concurrent.atomic.AtomicLongArray;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** How many multiply-adds this machine can do when nothing else holds it up. */
public final class Peak {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int ROUNDS = 200_000;
  private static final int CHAINS = 10;

  private Peak() {}

  /**
   * Billions of floating-point operations per second of {@code threads} threads, the best of many.
   */
  public static double measure(int threads) {
    long[] sink = new long[threads];
    double best = 0;
    for (int attempt = 0; attempt < 60; attempt++) {
      var nanos = new AtomicLongArray(threads);
      Workers.run(
          threads,
          part -> {
            long start = System.nanoTime();
            sink[part] += Float.floatToIntBits(chains(attemptValue(part)));
            nanos.set(part, System.nanoTime() - start);
          });
      double rate = 0;
      for (int part = 0; part < threads; part++) {
        rate += 2.0 * ROUNDS * CHAINS * Lanes.COUNT / nanos.get(part);
      }
      best = Math.max(best, rate);
    }
    return best;
  }

  private static float attemptValue(int part) {
    return 1 + part * 1e-6f;
  }

  /** Ten independent chains in registers: enough to hide the latency of a multiply-add. */
  private static float chains(float start) {
    var x = FloatVector.broadcast(SPECIES, 0.999f);
    var y = FloatVector.broadcast(SPECIES, start * 1e-3f);
    var a = FloatVector.broadcast(SPECIES, start);
    var b = a;
    var c = a;
    var d = a;
    var e = a;
    var f = a;
    var g = a;
    var h = a;
    var i = a;
    var j = a;
    for (int round = 0; round < ROUNDS; round++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).lane(0);
  }
}
