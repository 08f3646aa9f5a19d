package io.atelier.train;

import io.atelier.data.Dataset;
import io.atelier.data.Transforms;
import io.atelier.models.KnownModel;
import io.atelier.nn.Architecture;
import io.atelier.nn.Plan;
import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Shape;

/**
 * Everything that decides the outcome of a training but the data itself.
 *
 * @param data {@code mnist}, {@code fashion-mnist} or a folder
 * @param image the shape of an example as the data has it
 * @param input the shape of an example as the network takes it
 * @param classes in the data
 * @param model a line that {@link Architecture#parse} reads, or the name of a {@link KnownModel}
 * @param epochs passes over the training examples
 * @param batch examples in a forward and backward pass
 * @param accumulate batches whose gradients together make one step
 * @param optimizer which update rule
 * @param learningRate before the schedule
 * @param momentum of gradient descent
 * @param weightDecay of the update rule
 * @param schedule of the learning rate, as {@link Schedules#parse} reads it
 * @param clip the largest norm of a gradient; 0 leaves it as it is
 * @param average of the weights that is judged and kept in their place, as {@link Averaging#parse}
 *     reads it
 * @param transforms of the examples, as {@link Transforms#parse} reads them; the random ones in
 *     training only
 * @param earlyStopping epochs without a better validation accuracy after which to stop; 0 never
 *     stops
 * @param seed of everything random
 * @param validation examples set aside from the training set; 0 trains on all and looks at the test
 *     set
 */
public record Config(
    String data,
    Shape image,
    Shape input,
    int classes,
    String model,
    int epochs,
    int batch,
    int accumulate,
    OptimizerKind optimizer,
    double learningRate,
    double momentum,
    double weightDecay,
    String schedule,
    double clip,
    String average,
    String transforms,
    int earlyStopping,
    long seed,
    int validation) {

  /**
   * Five epochs of AdamW in batches of 64, on all examples.
   *
   * @param input the shape of an example, in the data and as the network takes it
   */
  public static Config of(String data, Shape input, int classes, String model) {
    var adamw = OptimizerKind.ADAMW;
    return new Config(
        data,
        input,
        input,
        classes,
        model,
        5,
        64,
        1,
        adamw,
        adamw.usualRate(),
        adamw.usualMomentum(),
        adamw.usualWeightDecay(),
        adamw.usualSchedule(),
        0,
        "none",
        "",
        0,
        42,
        0);
  }

  /** The same for so many epochs. */
  public Config epochs(int newEpochs) {
    return with("epochs", newEpochs);
  }

  /** The same with batches of this size. */
  public Config batch(int newBatch) {
    return with("batch", newBatch);
  }

  /** The same with the gradients of so many batches in a step. */
  public Config accumulate(int newAccumulate) {
    return with("accumulate", newAccumulate);
  }

  /** The same with another update rule, its usual rate, momentum, weight decay and schedule. */
  public Config optimizer(OptimizerKind kind) {
    return with("optimizer", kind)
        .learningRate(kind.usualRate())
        .momentum(kind.usualMomentum())
        .weightDecay(kind.usualWeightDecay())
        .schedule(kind.usualSchedule());
  }

  /** The same with this learning rate. */
  public Config learningRate(double newRate) {
    return with("learningRate", newRate);
  }

  /** The same with this momentum. */
  public Config momentum(double newMomentum) {
    return with("momentum", newMomentum);
  }

  /** The same with this weight decay. */
  public Config weightDecay(double newDecay) {
    return with("weightDecay", newDecay);
  }

  /** The same with this schedule. */
  public Config schedule(String newSchedule) {
    return with("schedule", newSchedule);
  }

  /** The same with gradients of at most this norm. */
  public Config clip(double norm) {
    return with("clip", norm);
  }

  /** The same with this average of the weights. */
  public Config average(String newAverage) {
    return with("average", newAverage);
  }

  /** The same with these transforms. */
  public Config transforms(String newTransforms) {
    return with("transforms", newTransforms);
  }

  /** The same with this patience. */
  public Config earlyStopping(int epochsWithout) {
    return with("earlyStopping", epochsWithout);
  }

  /** The same with this seed. */
  public Config seed(long newSeed) {
    return with("seed", newSeed);
  }

  /** The same with so many examples set aside. */
  public Config validation(int examples) {
    return with("validation", examples);
  }

  private Config with(String name, Object value) {
    return Json.with(this, name, value);
  }

  /** The network, without weights. */
  public Plan plan() {
    return plan(model, input, classes);
  }

  /**
   * The network that a text describes.
   *
   * @param model a line of layers, or the name of a {@link KnownModel}
   */
  public static Plan plan(String model, Shape input, int classes) {
    return KnownModel.find(model)
        .map(known -> known.plan(input, classes))
        .orElseGet(() -> Architecture.parse(model));
  }

  /** A data set as the network is judged by it: with nothing at random, in the network's shape. */
  public Dataset judged(Dataset data) {
    return shaped(transforms.isEmpty() ? data : data.transformed(Transforms.parse(transforms)));
  }

  /** Examples in the shape in which the network takes them. */
  Dataset shaped(Dataset data) {
    return data.shape().equals(input) ? data : data.reshape(input.toArray());
  }

  /** The update rule with its settings. */
  public UpdateRule updateRule() {
    return optimizer.rule(learningRate, momentum, weightDecay);
  }
}
