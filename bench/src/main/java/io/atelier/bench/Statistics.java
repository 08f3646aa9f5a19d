package io.atelier.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Median and quartiles of a few measurements.
 *
 * @param low the lower quartile
 * @param high the upper quartile
 */
record Statistics(double median, double low, double high) {
  static Statistics of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Statistics(at(sorted, 0.5), at(sorted, 0.25), at(sorted, 0.75));
  }

  /** Of the ratios of measurements that were taken side by side. */
  static Statistics ofRatios(List<Double> numerators, List<Double> denominators) {
    return of(
        IntStream.range(0, Math.min(numerators.size(), denominators.size()))
            .mapToObj(i -> numerators.get(i) / denominators.get(i))
            .toList());
  }

  private static double at(double[] sorted, double part) {
    double place = part * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** {@code 1.25 (1.21-1.30)}: the median, and the quartiles in brackets. */
  @Override
  public String toString() {
    return number(median) + " (" + number(low) + "-" + number(high) + ")";
  }

  /** Three or four digits that count. */
  static String number(double value) {
    var format = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
