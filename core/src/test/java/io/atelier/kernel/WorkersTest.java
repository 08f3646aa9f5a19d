package io.atelier.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private final int threads = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.threads(threads);
  }

  @Test
  void everyPartRunsOnce() {
    for (int count = 1; count <= 4; count++) {
      Workers.threads(count);
      for (int round = 0; round < 2_000; round++) {
        checkEveryPartRunsOnce();
      }
    }
  }

  private static void checkEveryPartRunsOnce() {
    var runs = new AtomicIntegerArray(7);
    Workers.run(7, part -> runs.incrementAndGet(part));
    for (int part = 0; part < 7; part++) {
      assertThat(runs.get(part)).isEqualTo(1);
    }
  }

  @Test
  void aFailureReachesTheCallerAndTheNextCallWorks() {
    Workers.threads(3);
    assertThatThrownBy(() ->
            Workers.run(
                3,
                part -> {
                  if (part == 2) {
                    throw new IllegalStateException("part 2");
                  }
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("part 2");
    checkEveryPartRunsOnce();
  }

  @Test
  void aPartThatCallsInTurnDoesAllThePartsItself() {
    Workers.threads(3);
    var elsewhere = new AtomicInteger();
    for (int round = 0; round < 200; round++) {
      Workers.run(
          3,
          part -> {
            var thread = Thread.currentThread();
            Workers.run(5, inner -> elsewhere.addAndGet(Thread.currentThread() == thread ? 0 : 1));
          });
    }
    assertThat(elsewhere).hasValue(0);
  }
}
