package io.atelier.datasets;

import io.atelier.data.Dataset;
import java.util.List;

/** Images with the names of their classes: those to learn from and those to judge by. */
public interface LabelledImages {
  /** What to call the set. */
  String name();

  /** The images to learn from, [C, H, W]. */
  Dataset train();

  /** The images to judge by, of the same shape and with the same classes. */
  Dataset test();

  /** What the classes are called, in the order of their numbers. */
  List<String> classNames();

  /** The SHA-256 of all files that make up the set, in lower-case hexadecimal digits. */
  String sha256();
}
