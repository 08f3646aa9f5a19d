package io.atelier.cli;

import io.atelier.explain.RentedFlat;
import io.atelier.explain.Shapley;
import io.atelier.explain.Shapley.Term;
import java.util.BitSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code atelier shapley}: the formula of Shapley values, worked through on a rented flat. */
@Command(
    name = "shapley",
    description = "Works through what each feature of a flat adds to its rent: Shapley values.")
final class ShapleyCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    var terminal = Terminal.standard();
    var flat = new RentedFlat();
    var features = RentedFlat.FEATURES;
    var all = new BitSet();
    all.set(0, features.size());
    terminal.line(
        "A flat of which nothing is known costs %.0f a month; one that is",
        flat.worth(new BitSet()));
    terminal.line("%s costs %.0f.", String.join(", ", features), flat.worth(all));
    double sum = 0;
    for (int player = 0; player < features.size(); player++) {
      terminal.line();
      terminal.line("%s", terminal.bold(features.get(player)));
      terminal.line(
          "%s",
          terminal.dim(
              "  known already                                  weight without   with   adds"));
      double share = 0;
      for (var term : Shapley.terms(features.size(), flat, player)) {
        line(terminal, term);
        share += term.weight() * (term.with() - term.without());
      }
      terminal.line("  %-67s %6.0f", "weighted sum: its share", share);
      sum += share;
    }
    terminal.line();
    terminal.line("The shares add up to %.0f, the difference of the two rents.", sum);
    return 0;
  }

  private static void line(Terminal terminal, Term term) {
    var others =
        term.others().stream().map(RentedFlat.FEATURES::get).collect(Collectors.joining(", "));
    terminal.line(
        "  %-46s %2.0f/24 %7.0f %6.0f %6.0f",
        others.isEmpty() ? "nothing" : others,
        24 * term.weight(),
        term.without(),
        term.with(),
        term.with() - term.without());
  }
}
