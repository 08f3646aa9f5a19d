package io.atelier.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing must be closed, and nothing piles up. */
class FlatMemoryTest {
  /** A reference kept from each of 18,000 steps would be more; late work of the JVM is less. */
  private static final long GROWTH = 50_000;

  @Test
  void twentyThousandStepsLeaveNothingBehind() throws IOException, InterruptedException {
    var used =
        Jvm.run(List.of("-Xmx256m"), FlatMemoryProgram.class).stream()
            .map(Long::parseLong)
            .toList();
    assertThat(used).hasSize(10);
    assertThat(used.getLast() - used.getFirst()).as("in use: %s", used).isLessThan(GROWTH);
  }
}
