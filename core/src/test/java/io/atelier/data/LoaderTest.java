package io.atelier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
  private static final String AUGMENTED = "shift1,rotate20,noise0.1,cutout2,mixup0.2";

  private final Batches batches =
      TransformsTest.photos(50)
          .transformed(Transforms.parse(AUGMENTED), Rng.of(1))
          .batches(4, Rng.of(2));

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theBatchesAreThoseOfThePassForAnyNumberOfThreads(int threads) {
    try (var loader = Loader.start(batches, 0, threads)) {
      for (var expected : batches) {
        assertThat(loader.hasNext()).isTrue();
        assertSame(loader.next(), expected);
      }
      assertThat(loader.hasNext()).isFalse();
      assertThatThrownBy(loader::next)
          .isInstanceOf(NoSuchElementException.class)
          .hasMessage("all 13 batches were given out");
    }
  }

  @Test
  void aPassGoesOnWhereItWasLeft() {
    try (var loader = Loader.start(batches, 5)) {
      for (int i = 5; i < batches.count(); i++) {
        assertSame(loader.next(), batches.get(i));
      }
    }
    try (var loader = Loader.start(batches, 13)) {
      assertThat(loader.hasNext()).isFalse();
    }
  }

  private static void assertSame(Batch batch, Batch expected) {
    assertThat(batch.inputs().toFloats()).isEqualTo(expected.inputs().toFloats());
    assertThat(batch.labels().toFloats()).isEqualTo(expected.labels().toFloats());
  }

  /** Counts who asks it, and fails for one example. */
  private record Watched(int broken, AtomicInteger asked, Set<Thread> threads) implements Dataset {
    @Override
    public int size() {
      return 40;
    }

    @Override
    public Shape shape() {
      return Shape.of(3, 4, 4);
    }

    @Override
    public int classes() {
      return 3;
    }

    @Override
    public Batch batch(int... indices) {
      threads.add(Thread.currentThread());
      asked.incrementAndGet();
      if (indices[0] == broken) {
        throw new IllegalStateException("example " + broken + " is broken");
      }
      return TransformsTest.photos(40).batch(indices);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aFailureIsThrownWhereItsBatchWouldHaveBeen(int threads) {
    var watched = new Watched(6, new AtomicInteger(), ConcurrentHashMap.newKeySet());
    try (var loader = Loader.start(watched.batches(1), 0, threads)) {
      for (int i = 0; i < 6; i++) {
        loader.next();
      }
      assertThatThrownBy(loader::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("example 6 is broken");
      assertThat(loader.next().size()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void neverMoreThanTwiceAsManyAsThreadsAreMadeAheadAndNoneAfterTheEnd(int threads)
      throws InterruptedException {
    var watched = new Watched(-1, new AtomicInteger(), ConcurrentHashMap.newKeySet());
    try (var loader = Loader.start(watched.batches(1), 0, threads)) {
      for (int i = 1; i <= 20; i++) {
        loader.next();
        assertThat(watched.asked().get()).isLessThanOrEqualTo(i + 2 * threads);
      }
    }
    int asked = watched.asked().get();
    for (var thread : watched.threads()) {
      thread.join();
    }
    assertThat(watched.asked()).hasValue(asked);
    assertThat(watched.threads()).hasSizeLessThanOrEqualTo(threads);
    assertThat(watched.threads()).doesNotContain(Thread.currentThread());
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> Loader.start(batches, 14, 1))
        .hasMessage("a pass of 13 batches cannot go on at batch 14");
    assertThatThrownBy(() -> Loader.start(batches, 0, 0))
        .hasMessage("threads must lie in 1..256, got 0");
  }
}
