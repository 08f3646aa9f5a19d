package io.atelier.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who does the work. */
enum Engine {
  ATELIER("Atelier", ""),
  LIBTORCH("libtorch", "Libtorch"),
  OPENBLAS("OpenBLAS", "OpenBlas"),
  ONEDNN("oneDNN", "OneDnn"),
  ONNX_RUNTIME("ONNX Runtime", "OnnxRuntime"),
  TENSORFLOW("TensorFlow", "TensorFlowGraph");

  final String title;
  private final String peer;

  Engine(String title, String peer) {
    this.title = title;
    this.peer = peer;
  }

  /** The work of this engine, made ready in this process. */
  Work prepare(Problem problem, int threads) throws ReflectiveOperationException {
    if (this == ATELIER) {
      return problem.atelier();
    }
    // compiled only where the peers are on the class path
    var type = Class.forName(Engine.class.getPackageName() + "." + peer).asSubclass(Peer.class);
    return type.getDeclaredConstructor().newInstance().prepare(problem, threads);
  }

  /** The command that starts a worker of this engine, as the launcher would start a program. */
  List<String> command(Row row, int threads) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UseG1GC");
    if (this == ATELIER) {
      command.addAll(List.of("-Xms32m", "-XX:GCTimeRatio=3")); // as the launcher has them
      command.addAll(options());
    } else {
      // PyTorch's own libraries before those in the jar; no look at the process's memory per tensor
      command.add("-Djava.library.path=" + System.getProperty("atelier.natives", ""));
      command.add("-Dorg.bytedeco.javacpp.pathsFirst=true");
      command.add("-Dorg.bytedeco.javacpp.maxBytes=0");
      command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName()));
    command.addAll(List.of(name(), row.name(), Integer.toString(threads)));
    return command;
  }

  private static List<String> options() {
    var words = System.getenv().getOrDefault("ATELIER_JAVA_OPTS", "").strip();
    return words.isEmpty() ? List.of() : List.of(words.split("\\s+"));
  }

  /**
   * What a worker finds in its environment: the threads, and an allocator that keeps its memory.
   */
  Map<String, String> environment(int threads) {
    var count = Integer.toString(threads);
    return this == ATELIER
        ? Map.of()
        : Map.of(
            "OMP_NUM_THREADS", count,
            "MKL_NUM_THREADS", count,
            "OPENBLAS_NUM_THREADS", count,
            "TF_CPP_MIN_LOG_LEVEL", "2",
            "MALLOC_ARENA_MAX", "1",
            "MALLOC_MMAP_THRESHOLD_", "33554432",
            "MALLOC_TRIM_THRESHOLD_", "4294967296",
            "MALLOC_TOP_PAD_", "67108864");
  }
}
