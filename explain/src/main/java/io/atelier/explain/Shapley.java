package io.atelier.explain;

import io.atelier.tensor.Rng;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Fair shares of what players achieve together.
 *
 * <p>A player's share is what it adds to the coalition of those before it, in the mean over all
 * orders in which the players may come:
 *
 * <p>{@code share(i) = sum over S without i of |S|! (n - |S| - 1)! / n! (worth(S + i) - worth(S))}
 *
 * <p>The shares add up to {@code worth(all) - worth(none)}; players who add alike get alike; who
 * adds nothing gets nothing; the shares of a sum of games are the sums of shares. No other rule has
 * these four properties.
 *
 * <p>Source: Shapley 1953, "A value for n-person games".
 */
public final class Shapley {
  /** The most players of whom all coalitions are asked about, a million. */
  public static final int EXACT = 20;

  private Shapley() {}

  /**
   * The exact shares, from all {@code 2^players} coalitions.
   *
   * @throws IllegalArgumentException if there are more than {@link #EXACT} players
   */
  public static List<Double> exact(int players, Game game) {
    double[] worths = worths(players, game);
    double[] weights = weights(players);
    var shares = new ArrayList<Double>();
    for (int player = 0; player < players; player++) {
      double share = 0;
      for (int others = 0; others < worths.length; others++) {
        if ((others & 1 << player) == 0) {
          share +=
              weights[Integer.bitCount(others)] * (worths[others | 1 << player] - worths[others]);
        }
      }
      shares.add(share);
    }
    return List.copyOf(shares);
  }

  /**
   * One term of a player's exact share.
   *
   * @param others a coalition without the player
   * @param weight how often exactly these come before the player, of all orders: {@code |S|! (n -
   *     |S| - 1)! / n!}
   * @param without what the others are worth
   * @param with what they are worth with the player
   */
  public record Term(List<Integer> others, double weight, double without, double with) {
    /** Copies the list. */
    public Term {
      others = List.copyOf(others);
    }
  }

  /**
   * The terms whose sum {@code weight (with - without)} is the share of a player, small coalitions
   * first: the formula as a table.
   */
  public static List<Term> terms(int players, Game game, int player) {
    if (player < 0 || player >= players) {
      throw new IllegalArgumentException("there is no player " + player + " of " + players);
    }
    double[] worths = worths(players, game);
    double[] weights = weights(players);
    var terms = new ArrayList<Term>();
    for (int size = 0; size < players; size++) {
      for (int others = 0; others < worths.length; others++) {
        if ((others & 1 << player) == 0 && Integer.bitCount(others) == size) {
          var members = coalition(others).stream().boxed().toList();
          terms.add(new Term(members, weights[size], worths[others], worths[others | 1 << player]));
        }
      }
    }
    return terms;
  }

  /**
   * Estimated shares.
   *
   * @param values the share of each player
   * @param standardErrors how far they may be from the exact ones, by chance
   */
  public record Estimate(List<Double> values, List<Double> standardErrors) {
    /** Copies the lists. */
    public Estimate {
      values = List.copyOf(values);
      standardErrors = List.copyOf(standardErrors);
    }
  }

  /**
   * Estimates the shares of many players: the mean of what each adds in some random orders.
   *
   * <p>Needs {@code orders (players - 1) + 2} worths. The shares add up exactly. The standard error
   * is the sample standard deviation over the root of the number of orders.
   *
   * <p>Source: Castro, Gómez, Tejada 2009, "Polynomial calculation of the Shapley value based on
   * sampling".
   *
   * @param orders how many, at least 2
   */
  public static Estimate sampled(int players, Game game, int orders, Rng rng) {
    Evaluation.requireAtLeastOne("player", players);
    if (orders < 2) {
      throw new IllegalArgumentException(
          "an estimate with a standard error needs at least 2 orders, got " + orders);
    }
    double none = game.worth(new BitSet());
    double all = game.worth(coalition(0, players));
    double[] sums = new double[players];
    double[] squares = new double[players]; // of the distances from the mean, Welford
    for (int n = 1; n <= orders; n++) {
      int[] order = rng.permutation(players);
      double[] worths = game.worths(beginnings(order));
      for (int k = 0; k < players; k++) {
        double before = k == 0 ? none : worths[k - 1];
        double after = k == players - 1 ? all : worths[k];
        double added = after - before;
        int player = order[k];
        double off = added - (n == 1 ? added : sums[player] / (n - 1));
        sums[player] += added;
        squares[player] += off * (added - sums[player] / n);
      }
    }
    return new Estimate(
        DoubleStream.of(sums).map(sum -> sum / orders).boxed().toList(),
        DoubleStream.of(squares)
            .map(square -> Math.sqrt(Math.max(0, square) / (orders - 1) / orders))
            .boxed()
            .toList());
  }

  /** The first player, the first two, ... up to all but the last. */
  private static List<BitSet> beginnings(int... order) {
    var beginnings = new ArrayList<BitSet>();
    var grown = new BitSet();
    for (int k = 0; k + 1 < order.length; k++) {
      grown.set(order[k]);
      beginnings.add((BitSet) grown.clone());
    }
    return beginnings;
  }

  /** The worths of all coalitions; the bits of an index say who is in. */
  private static double[] worths(int players, Game game) {
    Evaluation.requireAtLeastOne("player", players);
    if (players > EXACT) {
      throw new IllegalArgumentException(
          "exact shares of "
              + players
              + " players need 2^"
              + players
              + " coalitions; sampled(...) estimates those of more than "
              + EXACT);
    }
    var coalitions = new ArrayList<BitSet>();
    for (int members = 0; members < 1 << players; members++) {
      coalitions.add(coalition(members));
    }
    return game.worths(coalitions);
  }

  /** By the number of players who came before: {@code s! (n - s - 1)! / n!}. */
  private static double[] weights(int players) {
    double[] weights = new double[players];
    weights[0] = 1.0 / players;
    for (int size = 1; size < players; size++) {
      weights[size] = weights[size - 1] * size / (players - size);
    }
    return weights;
  }

  private static BitSet coalition(int members) {
    return BitSet.valueOf(new long[] {members});
  }

  private static BitSet coalition(int from, int to) {
    var coalition = new BitSet();
    coalition.set(from, to);
    return coalition;
  }
}
