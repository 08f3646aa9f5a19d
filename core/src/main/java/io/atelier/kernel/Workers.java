package io.atelier.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that share the parts of one kernel call.
 *
 * <p>The calling thread works too. Helpers wait briefly for the next call and then sleep, so an
 * idle program costs nothing. When two callers meet, or a part calls in turn, the second does all
 * its parts itself: the bits are the same, since parts never share a sum. Thread-safe.
 */
public final class Workers {
  /** One of several independent parts of a kernel call. */
  @FunctionalInterface
  public interface Task {
    void run(int part);
  }

  /** How long a helper looks for the next call before it sleeps, in nanoseconds. */
  private static final long PATIENCE = 50_000;

  /** How long a caller sleeps before it looks again for the end of a long part, in nanoseconds. */
  private static final long NAP = 20_000;

  private static final ReentrantLock TURN = new ReentrantLock();
  private static volatile int threads = Runtime.getRuntime().availableProcessors();
  private static volatile List<Helper> helpers = List.of();

  private Workers() {}

  /** The number of threads that share a kernel call. */
  public static int threads() {
    return threads;
  }

  /** Sets the number of threads that share a kernel call, from 1 to 256. */
  public static void threads(int count) {
    if (count < 1 || count > 256) {
      throw new IllegalArgumentException("threads must lie in 1..256, got " + count);
    }
    threads = count;
  }

  /** Runs {@code task} for the parts {@code 0 .. parts - 1} and returns when all are done. */
  public static void run(int parts, Task task) {
    if (parts > 1 && threads > 1 && !TURN.isHeldByCurrentThread() && TURN.tryLock()) {
      try {
        share(parts, task);
      } finally {
        TURN.unlock();
      }
    } else {
      for (int part = 0; part < parts; part++) {
        task.run(part);
      }
    }
  }

  private static void share(int parts, Task task) {
    var call = new Call(parts, task);
    var team = team(Math.min(parts, threads) - 1);
    for (var helper : team) {
      helper.accept(call);
    }
    call.work();
    call.await();
  }

  /** The first {@code count} helpers, started when they are first needed. */
  private static List<Helper> team(int count) {
    if (helpers.size() < count) {
      var more = new ArrayList<>(helpers);
      while (more.size() < count) {
        var helper = new Helper("atelier-worker-" + (more.size() + 1));
        helper.start();
        more.add(helper);
      }
      helpers = List.copyOf(more);
    }
    return helpers.subList(0, count);
  }

  /** The parts of one kernel call, handed out one by one. */
  private static final class Call {
    private final int parts;
    private final Task task;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    Call(int parts, Task task) {
      this.parts = parts;
      this.task = task;
    }

    void work() {
      for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
        try {
          task.run(part);
        } catch (RuntimeException | Error thrown) {
          failure = thrown;
        } finally {
          finished.incrementAndGet();
        }
      }
    }

    /**
     * Waits for parts that helpers took; each is short, so this spins, and yields after a while.
     */
    void await() {
      for (int turns = 0; finished.get() < parts; turns++) {
        if (turns < 2_000) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(this, NAP);
        }
      }
      switch (failure) {
        case RuntimeException exception -> throw exception;
        case Error error -> throw error;
        case null, default -> {}
      }
    }
  }

  private static final class Helper extends Thread {
    private final AtomicReference<@Nullable Call> waiting = new AtomicReference<>();
    private volatile boolean asleep;

    Helper(String name) {
      super(name);
      setDaemon(true);
    }

    void accept(Call call) {
      waiting.set(call);
      if (asleep) {
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      while (true) {
        next().work();
      }
    }

    private Call next() {
      long start = System.nanoTime();
      while (true) {
        var call = waiting.getAndSet(null);
        if (call != null) {
          asleep = false;
          return call;
        }
        if (asleep) {
          LockSupport.park(this);
        } else if (System.nanoTime() - start > PATIENCE) {
          asleep = true; // looked at once more before the first park, so no call is missed
        } else {
          Thread.onSpinWait();
        }
      }
    }
  }
}
