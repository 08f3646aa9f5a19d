package io.atelier.train;

import io.atelier.formats.FormatException;
import io.atelier.formats.Safetensors;
import io.atelier.nn.Layer;
import io.atelier.nn.Modules;
import io.atelier.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a training in one file: weights and buffers ({@code model.}), optimiser state
 * ({@code optimizer.}), the best weights so far ({@code best.}), averaged weights ({@code
 * average.}), and the {@link Progress} as JSON in the metadata.
 *
 * <p>One file is replaced as a whole, so a checkpoint is old or new and never half of each. No
 * clock, no host, no path and no number of threads is in it: equal trainings have equal bytes.
 */
final class Checkpoint {
  private static final String PROGRESS = "progress";
  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String BEST = "best.";
  private static final String AVERAGE = "average.";

  private Checkpoint() {}

  static void write(Path file, Trainer trainer) {
    var tensors = new LinkedHashMap<String, Tensor>();
    Modules.weights(trainer.model()).forEach((path, tensor) -> tensors.put(MODEL + path, tensor));
    trainer.optimizer().state().forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
    trainer.bestWeights().forEach((path, tensor) -> tensors.put(BEST + path, tensor));
    trainer.averageState().forEach((name, tensor) -> tensors.put(AVERAGE + name, tensor));
    var progress = Json.line(trainer.progress());
    new Safetensors(tensors, Map.of(PROGRESS, progress)).write(file);
  }

  /** Puts a trainer of the same configuration where the one that wrote the file was. */
  static void restore(Path file, Trainer trainer) {
    var saved = Safetensors.read(file);
    var progress = progress(file, saved);
    load(file, trainer.model(), withPrefix(MODEL, saved));
    trainer.optimizer().restore(withPrefix(OPTIMIZER, saved), progress.step());
    trainer.restore(progress, withPrefix(BEST, saved), withPrefix(AVERAGE, saved));
  }

  static Progress progress(Path file, Safetensors saved) {
    var json = saved.metadata().get(PROGRESS);
    if (json == null) {
      throw new FormatException(file.toString(), "is no checkpoint of Atelier");
    }
    try {
      return Json.read(json, Progress.class);
    } catch (IllegalArgumentException e) {
      throw new FormatException(
          file.toString(), "has an entry progress that is not understood: " + json);
    }
  }

  /** Loads the weights of a checkpoint, without what only a training needs. */
  static void loadModel(Path file, Layer model) {
    load(file, model, withPrefix(MODEL, Safetensors.read(file)));
  }

  /** Gives a model the weights of a file, or says everything that does not fit. */
  static void load(Path file, Layer model, Map<String, Tensor> weights) {
    var problems = Modules.load(model, weights);
    if (!problems.isEmpty()) {
      throw new FormatException(
          file.toString(), "does not fit the model: " + String.join("; ", problems));
    }
  }

  private static Map<String, Tensor> withPrefix(String prefix, Safetensors saved) {
    var found = new LinkedHashMap<String, Tensor>();
    saved
        .tensors()
        .forEach((name, tensor) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), tensor);
          }
        });
    return found;
  }
}
