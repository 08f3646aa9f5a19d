package io.atelier.cli;

import io.atelier.nn.Layer;
import io.atelier.tensor.Machine;
import io.atelier.train.Profile;
import io.atelier.train.Profile.Phase;
import java.util.EnumSet;
import java.util.Locale;

/** What {@code --profile} shows after a training. */
final class ProfileTable {
  private final Terminal terminal;
  private final Profile profile;

  ProfileTable(Terminal terminal, Profile profile) {
    this.terminal = terminal;
    this.profile = profile;
  }

  void print(Layer model) {
    terminal.line();
    if (profile.steps() == 0) {
      terminal.line("No step was taken, there is no profile");
      return;
    }
    terminal.line(
        "Where a step's time went: means of %,d steps, from the first on", profile.steps());
    terminal.line();
    phases();
    terminal.line();
    products(model);
  }

  private void phases() {
    var phases = EnumSet.complementOf(EnumSet.of(Phase.EVALUATION));
    long total = phases.stream().mapToLong(profile::nanoseconds).sum();
    long inProducts = phases.stream().mapToLong(p -> profile.products(p).nanoseconds()).sum();
    heading("phase                    ms/step   of step  ms in products");
    for (var phase : phases) {
      row(
          phase.name().toLowerCase(Locale.ROOT),
          profile.nanoseconds(phase),
          total,
          profile.products(phase).nanoseconds());
    }
    row("step", total, total, inProducts);
    terminal.line(
        "  %-23s %8.3f %7.1f %%",
        "outside multiply-adds",
        milliseconds(total - inProducts),
        100.0 * (total - inProducts) / total);
  }

  private void row(String name, long nanoseconds, long total, long inProducts) {
    terminal.line(
        "  %-23s %8.3f %7.1f %% %15.3f",
        name, milliseconds(nanoseconds), 100.0 * nanoseconds / total, milliseconds(inProducts));
  }

  private void products(Layer model) {
    int threads = Machine.threads();
    double peak = Machine.measurePeak(threads);
    heading("layer                product               ms/step  GFLOP/s   of peak");
    String last = "";
    for (var line : profile.lines(model)) {
      var layer = line.layers() + "  " + line.weight().size(1) + " to " + line.weight().size(0);
      terminal.line(
          "  %-20s %-20s %8.3f %8.1f %7.1f %%",
          layer.equals(last) ? "" : layer,
          line.kind(),
          milliseconds(line.work().nanoseconds()),
          line.work().gigaflops(),
          100 * line.work().gigaflops() / peak);
      last = layer;
    }
    terminal.line(
        "  %-41s %8s %8.1f %7.1f %%",
        "multiply-add peak of " + threads + " thread" + (threads == 1 ? "" : "s"), "", peak, 100.0);
  }

  private void heading(String text) {
    terminal.line("  %s", terminal.dim(text));
  }

  private double milliseconds(long nanoseconds) {
    return nanoseconds * 1e-6 / profile.steps();
  }
}
