package io.atelier.train;

import io.atelier.formats.AtomicFile;
import io.atelier.formats.FileTrouble;
import io.atelier.formats.FormatException;
import io.atelier.formats.Safetensors;
import io.atelier.nn.Layer;
import io.atelier.nn.Modules;
import io.atelier.tensor.Rng;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one training.
 *
 * <pre>
 * config.json             what was asked for
 * provenance.json         data hash, versions, command
 * events.jsonl            one JSON object for each event
 * checkpoint.safetensors  where to go on from
 * model.safetensors       the trained weights
 * </pre>
 */
public final class Run implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String PROVENANCE = "provenance.json";
  private static final String EVENTS = "events.jsonl";
  private static final String CHECKPOINT = "checkpoint.safetensors";
  private static final String MODEL = "model.safetensors";
  private static final String LOCK = ".lock";

  /** Steps between two lines of the log. */
  private static final int LOGGED = 100;

  /** Nanoseconds between two checkpoints within an epoch. */
  private static final long SAVED = 10_000_000_000L;

  private final Path directory;
  private final Config config;
  private final Provenance provenance;
  private @Nullable FileChannel lock;
  private long lastSaved = System.nanoTime();

  private Run(Path directory, Config config, Provenance provenance) {
    this.directory = directory;
    this.config = config;
    this.provenance = provenance;
  }

  /**
   * Makes the folder of a new run.
   *
   * @throws RunException if there is something in it already
   */
  public static Run create(Path directory, Config config, Provenance provenance) {
    if (Files.exists(directory.resolve(CONFIG))) {
      throw new RunException(
          directory
              + " holds a run already; resume it (./atelier resume "
              + directory
              + ") or choose another folder with --run");
    }
    var run = new Run(directory, config, provenance);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw FileTrouble.writing(directory, e);
    }
    run.acquire();
    write(directory.resolve(PROVENANCE), Json.indented(provenance));
    write(directory.resolve(CONFIG), Json.indented(config));
    return run;
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Opens a run that was made before.
   *
   * @throws RunException if the folder holds none
   */
  public static Run open(Path directory) {
    if (!Files.isRegularFile(directory.resolve(CONFIG))) {
      throw new RunException(
          directory
              + " is not the folder of a run: it has no "
              + CONFIG
              + "; ./atelier train makes one");
    }
    return new Run(
        directory,
        read(directory.resolve(CONFIG), Config.class),
        read(directory.resolve(PROVENANCE), Provenance.class));
  }

  private static <T extends Record> T read(Path file, Class<T> type) {
    try {
      return Json.read(new String(Files.readAllBytes(file), StandardCharsets.UTF_8), type);
    } catch (IOException e) {
      throw FileTrouble.reading(file, e);
    } catch (IllegalArgumentException e) {
      throw new FormatException(file.toString(), "is not understood: " + e.getMessage());
    }
  }

  /** Its folder. */
  public Path directory() {
    return directory;
  }

  /** What was asked for. */
  public Config config() {
    return config;
  }

  /** Where it comes from. */
  public Provenance provenance() {
    return provenance;
  }

  /** The file with the trained weights. */
  public Path modelFile() {
    return directory.resolve(MODEL);
  }

  /**
   * Puts a trainer where the run's last checkpoint was, and cuts the log back to it.
   *
   * @throws RunException if the run is finished, or is being trained already
   */
  public void resume(Trainer trainer) {
    acquire();
    AtomicFile.clean(directory);
    var file = directory.resolve(CHECKPOINT);
    if (Files.exists(file)) {
      Checkpoint.restore(file, trainer);
    }
    cutLog(trainer.progress().step());
    log("resumed", trainer.progress().step(), Map.of());
  }

  /** Whether the training ran to its end. */
  public boolean isFinished() {
    var file = directory.resolve(CHECKPOINT);
    return Files.exists(file) && Checkpoint.progress(file, Safetensors.read(file)).finished();
  }

  /** Saves at the end of each epoch, and within one when the last time was long ago. */
  public void save(Trainer trainer, boolean epochEnded) {
    if (!epochEnded && System.nanoTime() - lastSaved < SAVED) {
      return;
    }
    if (trainer.progress().finished()) { // before the checkpoint that says so
      new Safetensors(Modules.weights(trainer.model()), Map.of("layers", config.model()))
          .write(modelFile());
    }
    Checkpoint.write(directory.resolve(CHECKPOINT), trainer);
    lastSaved = System.nanoTime();
  }

  /** The model with its trained weights, or those of the last checkpoint of an unfinished run. */
  public Layer model() {
    var model = config.plan().create(config.input(), Rng.of(config.seed()));
    var checkpoint = directory.resolve(CHECKPOINT);
    if (Files.exists(modelFile())) {
      Checkpoint.load(modelFile(), model, Safetensors.read(modelFile()).tensors());
    } else if (Files.exists(checkpoint)) {
      Checkpoint.loadModel(checkpoint, model);
    } else {
      throw new RunException(
          directory
              + " has no weights yet: it was ended before its first checkpoint; "
              + "./atelier resume "
              + directory
              + " begins again");
    }
    return model;
  }

  /** Writes an event to the log; of the steps only every hundredth. */
  public void log(Event event) {
    switch (event) {
      case Event.Stepped(var step, var epoch, _, _, _, var loss) -> {
        if (step % LOGGED == 0) {
          log("step", step, Map.of("epoch", epoch, "loss", loss));
        }
      }
      case Event.EpochEnded(var step, var epoch, var trainLoss, var metrics, var seconds) -> {
        var entries = new LinkedHashMap<String, Object>();
        entries.put("epoch", epoch);
        entries.put("trainLoss", trainLoss);
        entries.put("loss", metrics.loss());
        entries.put("accuracy", metrics.accuracy());
        entries.put("seconds", seconds);
        log("epoch", step, entries);
      }
      case Event.Ended(var step, var epoch, var bestEpoch) -> {
        var entries = new LinkedHashMap<String, Object>();
        entries.put("epoch", epoch);
        bestEpoch.ifPresent(best -> entries.put("bestEpoch", best));
        log("ended", step, entries);
      }
    }
  }

  /** Writes a line to the log. */
  public void log(String event, long step, Map<String, ?> entries) {
    var line = new LinkedHashMap<String, Object>();
    line.put("event", event);
    line.put("step", step);
    line.putAll(new TreeMap<>(entries)); // the same order in every run
    var file = directory.resolve(EVENTS);
    try {
      Files.writeString(
          file, Json.line(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw FileTrouble.writing(file, e);
    }
  }

  /** Drops the lines of steps that the checkpoint does not know: they will be taken again. */
  private void cutLog(long step) {
    var file = directory.resolve(EVENTS);
    if (!Files.exists(file)) {
      return;
    }
    var kept = new StringBuilder();
    try {
      for (var line : Files.readString(file).split("\n", -1)) {
        if (isUpTo(step, line)) {
          kept.append(line).append('\n');
        }
      }
    } catch (IOException e) {
      throw FileTrouble.reading(file, e);
    }
    write(file, kept.toString());
  }

  /** Whether a line is whole and of a step up to this one. */
  private static boolean isUpTo(long step, String line) {
    try {
      return Json.object(line).get("step") instanceof Long taken && taken <= step;
    } catch (IllegalArgumentException _) {
      return false; // half a line, cut off when the process was killed
    }
  }

  /**
   * Makes this object the only one that trains in the folder, until it is closed or the process
   * ends.
   */
  private void acquire() {
    var file = directory.resolve(LOCK);
    try {
      lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (lock.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException _) {
      // by another thread of this process
    } catch (IOException e) {
      throw FileTrouble.writing(file, e);
    }
    throw new RunException(directory + " is being trained already");
  }

  /** Lets others train in the folder. */
  @Override
  public void close() {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      throw FileTrouble.writing(directory.resolve(LOCK), e);
    }
  }
}
