package io.atelier.formats;

import java.io.FileNotFoundException;
import java.io.IOException;

/** The files with which the fuzz tests begin, for other tests too. */
final class Seeds {
  private Seeds() {}

  static byte[] bytes(String path) throws IOException {
    try (var stream = Seeds.class.getResourceAsStream("FormatsFuzzTestInputs/" + path)) {
      if (stream == null) {
        throw new FileNotFoundException(path);
      }
      return stream.readAllBytes();
    }
  }
}
