package io.atelier.explain;

import java.util.BitSet;
import java.util.List;

/** What players achieve together: a number for each set of them. */
@FunctionalInterface
public interface Game {
  /** What a coalition is worth, given by the numbers of its players from 0; not to be changed. */
  double worth(BitSet coalition);

  /** What several coalitions are worth. A game that asks a network asks it about all at once. */
  default double[] worths(List<BitSet> coalitions) {
    return coalitions.stream().mapToDouble(this::worth).toArray();
  }
}
