package io.atelier.optim;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What PyTorch did: {@code trajectories.txt}, written by {@code bench/.../trajectories.py}. */
final class Recorded {
  private static final Map<String, double[]> LINES = read();

  private Recorded() {}

  private static Map<String, double[]> read() {
    var lines = new LinkedHashMap<String, double[]>();
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                Recorded.class.getResourceAsStream("trajectories.txt"), StandardCharsets.UTF_8))) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        int colon = line.indexOf(':');
        lines.put(
            line.substring(0, colon),
            Arrays.stream(line.substring(colon + 2).split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray());
      }
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
    return lines;
  }

  static double[] values(String name) {
    var values = LINES.get(name);
    if (values == null) {
      throw new IllegalArgumentException("nothing was recorded of " + name);
    }
    return values;
  }
}
