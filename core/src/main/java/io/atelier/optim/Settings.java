package io.atelier.optim;

/** The checks that the settings of update rules have in common. */
final class Settings {
  private Settings() {}

  /** Rates, decays and tolerances. */
  static void requireNotNegative(String owner, String name, double value) {
    require(value >= 0 && Double.isFinite(value), owner, name, "be finite and at least 0", value);
  }

  /** What is kept of a running mean, of a velocity. */
  static void requireShare(String owner, String name, double value) {
    require(value >= 0 && value < 1, owner, name, "lie in [0, 1)", value);
  }

  static void require(boolean met, String owner, String name, String rule, double value) {
    if (!met) {
      throw new IllegalArgumentException(owner + ": " + name + " must " + rule + ", got " + value);
    }
  }
}
