package io.atelier.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
  @TempDir private Path folder = Path.of("");

  /** What a command left: exit code, standard output, standard error. */
  private record Result(int exit, String out, String error) {}

  @Test
  void theSetsAreListed() {
    var result = run("data");
    assertThat(result.exit()).isZero();
    assertThat(result.out())
        .containsPattern("\n  mnist +60,000 \\+ 10,000 +comes with Atelier\n")
        .containsPattern("\n  fashion-mnist +60,000 \\+ 10,000 +\\S");
  }

  @Test
  void aSetThatDoesNotExistIsRefused() {
    var result = run("data", "fetch", "cifar");
    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.error())
        .isEqualToIgnoringNewLines(
            "there is no data set cifar to fetch; ./atelier data lists those there are");
  }

  @Test
  void aFolderWithoutTheFilesIsRefusedAndNothingIsWritten() {
    var to = folder.resolve("to");
    var result =
        run("data", "fetch", "fashion-mnist", "--from", folder.toString(), "--to", to.toString());
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.error())
        .isEqualToIgnoringNewLines(
            folder + ": has no train-images-idx3-ubyte.gz, nor train-images-idx3-ubyte");
    assertThat(to).doesNotExist();
  }

  private static Result run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var error = new ByteArrayOutputStream();
    var standardOut = System.out;
    var standardError = System.err;
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(error, true, UTF_8));
    try {
      int exit = Main.run(arguments);
      return new Result(exit, out.toString(UTF_8), error.toString(UTF_8));
    } finally {
      System.setOut(standardOut);
      System.setErr(standardError);
    }
  }
}
