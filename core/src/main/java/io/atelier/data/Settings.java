package io.atelier.data;

/** What the settings of transforms have in common: how they are refused, and how written. */
final class Settings {
  private Settings() {}

  static void require(boolean condition, String rule, Object got) {
    if (!condition) {
      throw new IllegalArgumentException(rule + ", got " + got);
    }
  }

  /** A number without needless digits: 10, 0.5. */
  static String text(double number) {
    String digits = Double.toString(number);
    return digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
  }

  /** Rows and columns, a single number if they are equal: 32, 32x48. */
  static String text(int height, int width) {
    return height == width ? Integer.toString(height) : height + "x" + width;
  }
}
