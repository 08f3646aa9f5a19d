package io.atelier.formats;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Collects what is wrong with a file, so that its owner hears of everything at once. The first 100
 * problems are told and the others counted, so that a long file with a fault in every line takes no
 * more memory than another.
 */
final class Problems {
  private static final int TOLD = 100;

  private final String file;
  private final List<String> found = new ArrayList<>();
  private int others;

  Problems(String file) {
    this.file = file;
  }

  /** Notes a sentence without its full stop. */
  void add(String problem) {
    add(() -> problem);
  }

  /** Notes a sentence that is made only if it is told. */
  void add(Supplier<String> problem) {
    if (found.size() < TOLD) {
      found.add(problem.get());
    } else {
      others++;
    }
  }

  /** Notes those of a part of the file, each after {@code prefix}. */
  void add(String prefix, FormatException part) {
    part.problems().forEach(problem -> add(prefix + problem));
    others += part.others();
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Ends the reading if there was any problem. */
  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new FormatException(file, found, others);
    }
  }
}
