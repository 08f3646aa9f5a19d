package io.atelier.checks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One seed gives the same weights, bit for bit, whatever the vectors, the threads and the compiler.
 */
class SameBitsTest {
  private static List<String> expected = List.of();

  @BeforeAll
  static void runOnce() throws IOException, InterruptedException {
    expected = run("1", "-XX:UseAVX=2");
  }

  @Test
  void theProgramTrainsSomethingOfEachKind() {
    assertThat(expected).hasSize(9).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "1, -XX:UseAVX=3", // 512 bits where the machine has them
    "2, -XX:UseAVX=2",
    "3, -XX:UseAVX=3",
    "1, -XX:MaxVectorSize=16", // the width of NEON
    "3, -XX:MaxVectorSize=16",
    "2, -XX:TieredStopAtLevel=1",
  })
  void theWeightsAreTheSame(String threads, String option)
      throws IOException, InterruptedException {
    assertThat(run(threads, option)).isEqualTo(expected);
  }

  private static List<String> run(String threads, String option)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-XX:+IgnoreUnrecognizedVMOptions"));
    command.addAll(
        List.of(
            option,
            "-cp",
            System.getProperty("java.class.path"),
            SameBitsProgram.class.getName(),
            threads));
    var process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor()).as("exit code with %s", option).isZero();
    return lines.stream().filter(line -> !line.contains("warning")).toList();
  }
}
