package io.atelier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RunFolderTest {
  @Test
  void aRunIsCalledAfterItsDataWhereverThatIs() {
    assertThat(name("MNIST")).isEqualTo("mnist");
    assertThat(name("some/Pets")).isEqualTo("pets");
    assertThat(name("some/Pets/.")).isEqualTo("pets");
    assertThat(name("some/.pets")).isEqualTo("pets");
    assertThat(name("/")).isEqualTo("data");
    var here = Path.of("").toAbsolutePath();
    assertThat(name(".")).isEqualTo(here.getFileName().toString().toLowerCase(Locale.ROOT));
    assertThat(name("..")).isEqualTo(name(String.valueOf(here.getParent())));
  }

  /** Of the next run on some data, without its number. */
  private static String name(String data) {
    var folder = RunFolder.next(data);
    assertThat(folder.getParent()).isEqualTo(Path.of("runs"));
    return folder.getFileName().toString().replaceFirst("-\\d{3}$", "");
  }
}
