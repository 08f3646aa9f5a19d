package io.atelier.data;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes batches ahead, on threads of its own, and gives them out in order.
 *
 * <pre>{@code
 * try (var loader = Loader.start(images.batches(64, order), progress.batch())) {
 *   while (loader.hasNext()) {
 *     train(loader.next());
 *   }
 * }
 * }</pre>
 *
 * <p>The batches are those of {@link Batches#get}, whoever makes them. At most twice as many as
 * there are threads wait or are being made. What fails is thrown where its batch would have been.
 * Thread-confined.
 */
public final class Loader implements Iterator<Batch>, AutoCloseable {
  private final Batches batches;
  private final int capacity;
  private final ExecutorService workers;
  private final Queue<CompletableFuture<Batch>> ahead = new ArrayDeque<>();
  private int next;

  private Loader(Batches batches, int from, int threads) {
    if (from < 0 || from > batches.count()) {
      throw new IllegalArgumentException(
          "a pass of " + batches.count() + " batches cannot go on at batch " + from);
    }
    if (threads < 1 || threads > 256) {
      throw new IllegalArgumentException("threads must lie in 1..256, got " + threads);
    }
    this.batches = batches;
    this.next = from;
    this.capacity = 2 * threads;
    this.workers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("atelier-loader-", 1).factory());
    fill();
  }

  /**
   * Begins to make batches, on one thread for every four processors, at least one: training itself
   * uses them all.
   *
   * @param from the place in the pass of the first one wanted; those consumed, when a training goes
   *     on
   */
  public static Loader start(Batches batches, int from) {
    return start(batches, from, Math.max(1, Runtime.getRuntime().availableProcessors() / 4));
  }

  /** Begins to make batches on so many threads, 1 to 256; the batches do not depend on it. */
  public static Loader start(Batches batches, int from, int threads) {
    return new Loader(batches, from, threads);
  }

  @Override
  public boolean hasNext() {
    return next < batches.count();
  }

  /** The next batch; waits until it is made. */
  @Override
  public Batch next() {
    var first = ahead.poll();
    if (first == null) {
      throw new NoSuchElementException("all " + batches.count() + " batches were given out");
    }
    next++;
    fill();
    try {
      return first.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  /** One task for each batch from {@code next} on that there is room for. */
  private void fill() {
    while (ahead.size() < capacity && next + ahead.size() < batches.count()) {
      int index = next + ahead.size();
      ahead.add(CompletableFuture.supplyAsync(() -> batches.get(index), workers));
    }
  }

  /** Ends the threads; waits until the batches that are being made are done. */
  @Override
  public void close() {
    ahead.forEach(batch -> batch.cancel(false));
    ahead.clear();
    next = batches.count();
    workers.close();
  }
}
