package io.atelier.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.atelier.nn.Activation;
import io.atelier.nn.Linear;
import io.atelier.nn.Sequential;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Truths: the axioms, closed forms of small games, and all orders in which players may come. */
class ShapleyTest {
  private static final int PLAYERS = 5;

  /** Any game: each coalition is worth a random number. */
  private static Game random(long seed) {
    double[] worths = new double[1 << PLAYERS];
    var rng = Rng.of(seed);
    for (int i = 0; i < worths.length; i++) {
      worths[i] = rng.nextGaussian();
    }
    return coalition -> worths[index(coalition)];
  }

  private static int index(BitSet coalition) {
    return coalition.isEmpty() ? 0 : (int) coalition.toLongArray()[0];
  }

  @Test
  void theFlatOfTheCourseIsSharedOutByHand() {
    // large: 240 and half of 60 and of 40; underground: 120 and half of 60; furnished: 60 and 20
    assertThat(Shapley.exact(4, new RentedFlat()))
        .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1, Double.class)
        .containsExactly(290.0, 150.0, 80.0, 0.0);
  }

  @Test
  void theTermsOfAFeatureAreAllCoalitionsOfTheOthers() {
    var terms = Shapley.terms(4, new RentedFlat(), 1);
    assertThat(terms).hasSize(8);
    assertThat(terms.stream().map(Shapley.Term::others))
        .containsExactly(
            List.of(),
            List.of(0),
            List.of(2),
            List.of(3),
            List.of(0, 2),
            List.of(0, 3),
            List.of(2, 3),
            List.of(0, 2, 3));
    double[] weights = {6, 2, 2, 2, 2, 2, 2, 6}; // of 24 orders
    double share = 0;
    for (int i = 0; i < 8; i++) {
      var term = terms.get(i);
      assertThat(term.weight()).isCloseTo(weights[i] / 24, within(1e-15));
      boolean large = term.others().contains(0);
      assertThat(term.with() - term.without()).isEqualTo(large ? 180 : 120);
      share += term.weight() * (term.with() - term.without());
    }
    assertThat(share).isCloseTo(150, within(1e-9));
    assertThat(Shapley.terms(4, new RentedFlat(), 3))
        .allMatch(term -> term.with() == term.without());
  }

  @Test
  void sharesAreMeansOverAllOrders() {
    var game = random(1);
    double[] sums = new double[PLAYERS];
    int orders = 0;
    for (var order : orders(IntStream.range(0, PLAYERS).boxed().toList())) {
      var before = new BitSet();
      for (int player : order) {
        double worth = game.worth(before);
        before.set(player);
        sums[player] += game.worth(before) - worth;
      }
      orders++;
    }
    assertThat(orders).isEqualTo(120);
    var shares = Shapley.exact(PLAYERS, game);
    for (int player = 0; player < PLAYERS; player++) {
      assertThat(shares.get(player)).isCloseTo(sums[player] / orders, within(1e-12));
    }
  }

  private static List<List<Integer>> orders(List<Integer> players) {
    if (players.isEmpty()) {
      return List.of(List.of());
    }
    var all = new ArrayList<List<Integer>>();
    for (var first : players) {
      var rest = new ArrayList<>(players);
      rest.removeIf(first::equals);
      for (var order : orders(rest)) {
        var whole = new ArrayList<>(List.of(first));
        whole.addAll(order);
        all.add(whole);
      }
    }
    return all;
  }

  @Test
  void efficiencySharesAddUp() {
    var game = random(2);
    var everybody = new BitSet();
    everybody.set(0, PLAYERS);
    double whole = game.worth(everybody) - game.worth(new BitSet());
    assertThat(sum(Shapley.exact(PLAYERS, game))).isCloseTo(whole, within(1e-12));
    assertThat(sum(Shapley.sampled(PLAYERS, game, 7, Rng.of(1)).values()))
        .isCloseTo(whole, within(1e-12));
  }

  @Test
  void symmetryPlayersWhoAddAlikeGetAlike() {
    var game = random(3);
    Game alike = // players 1 and 3 count only by how many of them are there
        coalition -> {
          var seen = (BitSet) coalition.clone();
          seen.set(1, coalition.get(1) || coalition.get(3));
          seen.set(3, coalition.get(1) && coalition.get(3));
          return game.worth(seen);
        };
    var shares = Shapley.exact(PLAYERS, alike);
    assertThat(shares.get(1)).isCloseTo(shares.get(3), within(1e-12));
    assertThat(Shapley.exact(PLAYERS, game).get(1)).isNotCloseTo(shares.get(3), within(1e-3));
  }

  @Test
  void dummyAPlayerWhoAddsNothingGetsNothing() {
    var game = random(4);
    Game without2 =
        coalition -> {
          var seen = (BitSet) coalition.clone();
          seen.clear(2);
          return game.worth(seen);
        };
    assertThat(Shapley.exact(PLAYERS, without2).get(2)).isZero();
    assertThat(Shapley.sampled(PLAYERS, without2, 5, Rng.of(1)))
        .satisfies(estimate -> {
          assertThat(estimate.values().get(2)).isZero();
          assertThat(estimate.standardErrors().get(2)).isZero();
        });
  }

  @Test
  void additivityTheSharesOfASumAreTheSumsOfShares() {
    var first = random(5);
    var second = random(6);
    var both =
        Shapley.exact(PLAYERS, coalition -> first.worth(coalition) + 2 * second.worth(coalition));
    for (int player = 0; player < PLAYERS; player++) {
      assertThat(both.get(player))
          .isCloseTo(
              Shapley.exact(PLAYERS, first).get(player)
                  + 2 * Shapley.exact(PLAYERS, second).get(player),
              within(1e-12));
    }
  }

  @Test
  void anAdditiveGameIsKnownFromAnyOrders() {
    Game sum = coalition -> coalition.stream().mapToDouble(player -> player * 0.5 - 10).sum();
    var estimate = Shapley.sampled(100, sum, 2, Rng.of(1));
    for (int player = 0; player < 100; player++) {
      assertThat(estimate.values().get(player)).isCloseTo(player * 0.5 - 10, within(1e-10));
      assertThat(estimate.standardErrors().get(player)).isLessThan(1e-10);
    }
  }

  @Test
  void theEstimateLiesWithinItsStandardErrors() {
    var game = random(7);
    var exact = Shapley.exact(PLAYERS, game);
    var estimate = Shapley.sampled(PLAYERS, game, 2000, Rng.of(8));
    for (int player = 0; player < PLAYERS; player++) {
      double error = estimate.standardErrors().get(player);
      assertThat(error).isBetween(0.005, 0.1);
      assertThat(estimate.values().get(player)).isCloseTo(exact.get(player), within(4 * error));
    }
    assertThat(Shapley.sampled(PLAYERS, game, 2000, Rng.of(8))).isEqualTo(estimate);
  }

  /** Two players who are worth 1 only together: the second gets all, 0 or 1 in each order. */
  @Test
  void theStandardErrorIsThatOfAMean() {
    Game pair = coalition -> coalition.cardinality() == 2 ? 1 : 0;
    int orders = 50;
    var estimate = Shapley.sampled(2, pair, orders, Rng.of(3));
    double p = estimate.values().get(0);
    assertThat(p).isStrictlyBetween(0.2, 0.8);
    double expected = Math.sqrt(p * (1 - p) * orders / (orders - 1) / orders);
    assertThat(estimate.standardErrors().get(0)).isCloseTo(expected, within(1e-12));
  }

  @Test
  void thePatchesOfALinearScoreGetTheirTerms() {
    var weights = Rng.of(1).uniform(-1, 1, 2, 4, 6);
    var image = Rng.of(2).uniform(-1, 1, 2, 4, 6);
    var baseline = Rng.of(3).uniform(-1, 1, 2, 4, 6);
    Score linear = x -> x.times(weights).sum(1, 2, 3);
    var patches = Patches.of(image.shape(), 2);
    assertThat(patches.count()).isEqualTo(6);
    var game = patches.game(linear, image, baseline);
    var exact = Shapley.exact(6, game);
    var terms = weights.times(image.minus(baseline));
    for (int patch = 0; patch < 6; patch++) {
      int top = patch / 3 * 2;
      int left = patch % 3 * 2;
      double share = terms.slice(1, top, top + 2).slice(2, left, left + 2).sum().item();
      assertThat(exact.get(patch)).isCloseTo(share, within(1e-5));
    }
    var map = patches.spread(exact);
    assertThat(map.shape()).isEqualTo(image.shape());
    assertThat(map.sum().item()).isCloseTo(linear.at(image) - linear.at(baseline), within(1e-5));
    assertThat(map.slice(1, 0, 2).slice(2, 4, 6).toFloats())
        .containsOnly((float) (exact.get(2) / 8));
  }

  @Test
  void thePatchesOfANetworkAreEstimatedNearTheirExactShares() {
    var network =
        Sequential.of(
            x -> x.reshape(x.shape().size(0), 30),
            Linear.create(30, 16, Rng.of(4)),
            Activation.RELU,
            Linear.create(16, 3, Rng.of(5)));
    var image = Rng.of(6).uniform(-3, 3, 5, 6);
    var patches = Patches.of(image.shape(), 2);
    assertThat(patches.count()).isEqualTo(9); // the last row is one pixel high
    var game = patches.game(Score.logit(network, 1), image, Tensor.zeros(5, 6));
    var exact = Shapley.exact(9, game);
    var estimate = Shapley.sampled(9, game, 300, Rng.of(7));
    for (int patch = 0; patch < 9; patch++) {
      assertThat(estimate.values().get(patch))
          .isCloseTo(exact.get(patch), within(4 * estimate.standardErrors().get(patch) + 1e-6));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> Shapley.exact(21, new RentedFlat()))
        .hasMessage(
            "exact shares of 21 players need 2^21 coalitions; sampled(...) estimates those of more"
                + " than 20");
    assertThatThrownBy(() -> Shapley.sampled(3, new RentedFlat(), 1, Rng.of(1)))
        .hasMessage("an estimate with a standard error needs at least 2 orders, got 1");
    assertThatThrownBy(() -> Shapley.terms(4, new RentedFlat(), 4))
        .hasMessage("there is no player 4 of 4");
    var patches = Patches.of(Tensor.zeros(4, 4).shape(), 2);
    Score sum = x -> x.sum(1, 2);
    assertThatThrownBy(() -> patches.game(sum, Tensor.zeros(4, 5), Tensor.zeros(4, 5)))
        .hasMessage("game([4, 5]): the patches were cut for images [4, 4]");
    assertThatThrownBy(() -> patches.spread(List.of(1.0)))
        .hasMessage("4 patches need as many shares, got 1");
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }
}
