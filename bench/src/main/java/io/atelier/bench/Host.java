package io.atelier.bench;

import io.atelier.tensor.Machine;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The computer on which the bench runs. */
final class Host {
  private Host() {}

  /** Whether the native engines can run here. */
  static boolean runsPeers() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  /** The folder of the repository. */
  static Path home() {
    return Path.of(System.getProperty("atelier.home", "."));
  }

  /** Processor, cores and vectors, in words. */
  static String processor() {
    return processorName()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors, vectors of "
        + Machine.vectorBits()
        + " bits";
  }

  private static String processorName() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      var fields =
          lines
              .takeWhile(line -> line.contains(":"))
              .map(line -> line.split("\\s*:\\s*", 2))
              .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
      return String.format(
          "%s (family %s, model %s)",
          fields.get("model name"), fields.get("cpu family"), fields.get("model"));
    } catch (IOException _) {
      return System.getProperty("os.arch");
    }
  }

  /** The JDK and the system, in words. */
  static String software() {
    return "JDK "
        + Runtime.version()
        + ", "
        + System.getProperty("java.vendor")
        + "; "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version");
  }

  /** The jars of the native engines, which carry their versions. */
  static String peers() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).getFileName().toString())
        .filter(name ->
            name.matches("(pytorch|openblas|dnnl|onnxruntime|tensorflow)[a-z-]*[0-9.-]+jar"))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
