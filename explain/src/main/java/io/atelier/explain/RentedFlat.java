package io.atelier.explain;

import java.util.BitSet;
import java.util.List;

/**
 * The worked example of {@link Shapley} values: what each feature of a flat adds to its rent.
 *
 * <p>A flat of which nothing is known costs 500 a month. Its size adds 240, the underground nearby
 * 120, furniture 60. A large flat near the underground costs 60 more than these together, a large
 * one with furniture 40 more. That there are no crocodiles changes nothing.
 */
public record RentedFlat() implements Game {
  /** The features, the players of the game. */
  public static final List<String> FEATURES =
      List.of("large", "near the underground", "furnished", "no crocodiles");

  private static final int LARGE = 0;
  private static final int UNDERGROUND = 1;
  private static final int FURNISHED = 2;

  /** The rent of a flat of which these features are known. */
  @Override
  public double worth(BitSet known) {
    double rent = 500;
    rent += known.get(LARGE) ? 240 : 0;
    rent += known.get(UNDERGROUND) ? 120 : 0;
    rent += known.get(FURNISHED) ? 60 : 0;
    rent += known.get(LARGE) && known.get(UNDERGROUND) ? 60 : 0;
    rent += known.get(LARGE) && known.get(FURNISHED) ? 40 : 0;
    return rent;
  }
}
