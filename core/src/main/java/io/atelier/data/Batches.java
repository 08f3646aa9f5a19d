package io.atelier.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** One pass over a data set, batch by batch. Immutable; each iterator makes its batches anew. */
public final class Batches implements Iterable<Batch> {
  private final Dataset dataset;
  private final int[] order;
  private final int batchSize;

  Batches(Dataset dataset, int[] order, int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("the batch size must be at least 1, got " + batchSize);
    }
    this.dataset = dataset;
    this.order = order;
    this.batchSize = batchSize;
  }

  /** The number of batches. */
  public int count() {
    return (order.length + batchSize - 1) / batchSize;
  }

  /** A batch by its place in the pass. */
  public Batch get(int index) {
    int from = index * batchSize;
    int to = Math.min(order.length, from + batchSize);
    return dataset.batch(Arrays.copyOfRange(order, from, to));
  }

  @Override
  public Iterator<Batch> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < count();
      }

      @Override
      public Batch next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return get(next++);
      }
    };
  }
}
