package io.atelier.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.atelier.data.Dataset;
import io.atelier.datasets.Mnist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the documents show is what the tests run. */
class ReadmeTest {
  @Test
  void theExampleOfTheReadmeIsTheOneThatIsCompiled() throws IOException {
    var readme = Files.readString(Path.of("..", "README.md"));
    var block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertThat(block.find()).isTrue();
    var source =
        Files.readString(Path.of("src/test/java/io/atelier/checks/ReadmeExample.java")).indent(-2);
    assertThat(source).contains(block.group(1));
  }

  /** A tenth of an epoch is enough for nine digits of ten. */
  @Test
  void theExampleOfTheReadmeLearns() {
    var mnist = Mnist.bundled();
    assertThat(
            ReadmeExample.train(
                some(mnist.train().reshape(784), 6_000), some(mnist.test().reshape(784), 1_000)))
        .isGreaterThan(0.88);
  }

  private static Dataset some(Dataset dataset, int count) {
    return dataset.select(IntStream.range(0, count).toArray());
  }
}
