package io.atelier.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void createsAFileAndReplacesIt() throws IOException {
    var target = folder.resolve("a");
    AtomicFile.write(target, new byte[] {1, 2, 3});
    assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
    AtomicFile.write(target, new byte[] {4});
    assertThat(target).hasBinaryContent(new byte[] {4});
    assertThat(files()).containsExactly(target);
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    var target = folder.resolve("a");
    AtomicFile.write(target, new byte[] {1});

    assertThatThrownBy(() ->
            AtomicFile.write(
                target,
                channel -> {
                  channel.write(ByteBuffer.allocate(100));
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(target + ": cannot be written: No space left on device");
    assertThatThrownBy(() ->
            AtomicFile.write(
                target,
                _ -> {
                  throw new IllegalStateException("of the caller");
                }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(target).hasBinaryContent(new byte[] {1});
    assertThat(files()).containsExactly(target);
  }

  @Test
  void namesTheFolderThatIsNotThere() {
    var target = folder.resolve("b").resolve("a");
    assertThatThrownBy(() -> AtomicFile.write(target, new byte[1]))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(target + ": cannot be written: there is no folder " + folder.resolve("b"));
  }

  @Test
  void aFolderIsNotReplaced() throws IOException {
    var target = Files.createDirectory(folder.resolve("a"));
    assertThatThrownBy(() -> AtomicFile.write(target, new byte[1]))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(target + ": cannot be written: ");
    assertThat(target).isEmptyDirectory();
    assertThat(files()).containsExactly(target);
  }

  @Test
  void readersSeeTheOldContentOrTheNewAndNothingBetween() throws Exception {
    var target = folder.resolve("a");
    AtomicFile.write(target, uniform(0));
    var done = new AtomicBoolean();
    var writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 1; i < 100; i++) {
                AtomicFile.write(target, uniform(i));
              }
              done.set(true);
            });
    while (!done.get()) {
      byte[] seen = Files.readAllBytes(target);
      assertThat(seen).isEqualTo(uniform(seen[0]));
    }
    writer.join();
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static byte[] uniform(int value) {
    byte[] bytes = new byte[20_000];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
