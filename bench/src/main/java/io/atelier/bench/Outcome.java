package io.atelier.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a contest brought.
 *
 * @param lanes one for each engine and number of threads
 * @param notes what went wrong, in sentences
 */
record Outcome(Row row, List<Lane> lanes, List<String> notes) {
  /**
   * One engine on some threads.
   *
   * @param rates one for each round; the rounds of all lanes were taken in turn
   * @param peaks the machine's multiply-adds just after each round, in GFLOP/s; of Atelier only
   * @param memory the most that the process held, in MiB
   */
  record Lane(Engine engine, int threads, List<Double> rates, List<Double> peaks, long memory) {
    Statistics statistics() {
      return Statistics.of(rates);
    }
  }

  /** The numbers of threads that were measured. */
  List<Integer> threads() {
    return lanes.stream().map(Lane::threads).distinct().toList();
  }

  Optional<Lane> lane(Engine engine, int threads) {
    return lanes.stream()
        .filter(lane -> lane.engine == engine && lane.threads == threads)
        .findFirst();
  }

  /** The native engines on so many threads. */
  List<Lane> peers(int threads) {
    return lanes.stream()
        .filter(lane -> lane.engine != Engine.ATELIER && lane.threads == threads)
        .toList();
  }

  /** The fastest native engine on so many threads. */
  Optional<Lane> fastestPeer(int threads) {
    return peers(threads).stream()
        .max(Comparator.comparingDouble(lane -> lane.statistics().median()));
  }

  /** Atelier over the fastest native engine, pair by pair. */
  Optional<Statistics> ratio(int threads) {
    return lane(Engine.ATELIER, threads)
        .flatMap(own ->
            fastestPeer(threads).map(peer -> Statistics.ofRatios(own.rates(), peer.rates())));
  }

  /** The rate of an engine on {@code threads} over that on one thread, pair by pair. */
  Optional<Statistics> scaling(Engine engine, int threads) {
    return lane(engine, threads)
        .flatMap(
            many -> lane(engine, 1).map(one -> Statistics.ofRatios(many.rates(), one.rates())));
  }

  /** What the machine's peak on {@code threads} is over that on one thread, pair by pair. */
  Optional<Statistics> machineScaling(int threads) {
    return lane(Engine.ATELIER, threads)
        .flatMap(many ->
            lane(Engine.ATELIER, 1).map(one -> Statistics.ofRatios(many.peaks(), one.peaks())));
  }
}
