package io.atelier.tensor;

/** What stands beyond the edge when it is not a constant; shown for 1 2 3 and two values more. */
public enum Padding {
  /** The image mirrored at its last value: {@code 3 2 [1 2 3] 2 1}. Less than its size. */
  REFLECT,

  /** The last value again: {@code 1 1 [1 2 3] 3 3}. */
  REPLICATE,

  /** The image from its other end: {@code 2 3 [1 2 3] 1 2}. At most its size. */
  CIRCULAR
}
