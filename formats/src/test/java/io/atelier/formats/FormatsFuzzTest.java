package io.atelier.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.reflect.Method;

/**
 * Whatever a file holds, a reader gives it or refuses it by {@link FormatException}, and takes no
 * more memory than the file's own size allows.
 *
 * <p>By default the seeds beside this class are tried; {@code JAZZER_FUZZ=1} makes new inputs from
 * them, for one method at a time.
 */
class FormatsFuzzTest {
  /** Buffers of fixed sizes and the messages of a refusal. */
  private static final long BASE = 1 << 20;

  /** Bytes of memory for one of a file: an element of one byte may become four, twice. */
  private static final long FACTOR = 64;

  private static final Method ALLOCATED;
  private static final Object THREADS;

  static {
    try { // by reflection, since the module under test does not read this one
      var bean =
          Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean");
      THREADS = bean.invoke(null);
      ALLOCATED =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @FuzzTest(maxDuration = "2m")
  void safetensors(byte[] file) throws IOException {
    check(file, FACTOR, Safetensors::read);
  }

  @FuzzTest(maxDuration = "2m")
  void npy(byte[] file) throws IOException {
    check(file, FACTOR, Npy::read);
  }

  @FuzzTest(maxDuration = "2m")
  void npz(byte[] file) throws IOException {
    check(file, FACTOR * ZipDirectory.EXPANSION, Npz::read);
  }

  @FuzzTest(maxDuration = "2m")
  void idx(byte[] file) throws IOException {
    check(file, FACTOR * ZipDirectory.EXPANSION, Idx::read);
  }

  @FuzzTest(maxDuration = "2m")
  void csv(byte[] file) throws IOException {
    check(file, FACTOR, Csv::read);
  }

  private static void check(byte[] file, long factor, Source.Reader<?> reader) throws IOException {
    long most = BASE + factor * file.length;
    if (taken(file, reader) > most) { // the first reading may have loaded classes
      assertThat(taken(file, reader)).isLessThan(most);
    }
    read(file, Contents::of);
  }

  /** The bytes of memory that a reading takes, whether or not it gives them back. */
  private static long taken(byte[] file, Source.Reader<?> reader) throws IOException {
    long before = allocated();
    read(file, reader);
    return allocated() - before;
  }

  private static void read(byte[] file, Source.Reader<?> reader) throws IOException {
    try {
      assertThat(reader.read(Source.of(file, "input.csv"))).isNotNull();
    } catch (FormatException e) {
      assertThat(e.problems()).isNotEmpty();
    }
  }

  private static long allocated() {
    try {
      return (long) ALLOCATED.invoke(THREADS);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
