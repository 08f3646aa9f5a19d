package io.atelier.formats;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a file, so that its owner hears of everything at once. */
final class Problems {
  private final String file;
  private final List<String> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  /** Notes a sentence without its full stop. */
  void add(String problem) {
    found.add(problem);
  }

  /** Notes those of a part of the file, each after {@code prefix}. */
  void add(String prefix, FormatException part) {
    part.problems().forEach(problem -> found.add(prefix + problem));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Ends the reading if there was any problem. */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new FormatException(file, found);
    }
  }
}
