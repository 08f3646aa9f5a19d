package io.atelier.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Float arrays that the next step uses again instead of fresh memory.
 *
 * <p>It keeps the arrays of the last step and no others, so its size follows the work. An array
 * comes back with whatever it held: a kernel writes every element. Thread-confined.
 */
public final class Recycler {
  private final Map<Integer, ArrayDeque<float[]>> free = new HashMap<>();
  private final List<float[]> taken = new ArrayList<>();

  /** An array of {@code length} floats with undefined content. */
  public float[] take(int length) {
    var queue = free.get(length);
    float[] array = queue == null || queue.isEmpty() ? new float[length] : queue.pop();
    taken.add(array);
    return array;
  }

  /** Ends a step: its arrays are free for the next one; what it did not use is dropped. */
  public void endStep() {
    free.clear();
    for (float[] array : taken) {
      free.computeIfAbsent(array.length, _ -> new ArrayDeque<>()).push(array);
    }
    taken.clear();
  }
}
