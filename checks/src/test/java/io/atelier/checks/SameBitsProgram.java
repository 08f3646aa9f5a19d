package io.atelier.checks;

import io.atelier.data.ByteDataset;
import io.atelier.data.Transforms;
import io.atelier.nn.Activation;
import io.atelier.nn.AdaptiveAveragePool;
import io.atelier.nn.AveragePool;
import io.atelier.nn.BatchNorm;
import io.atelier.nn.Convolution;
import io.atelier.nn.Dropout;
import io.atelier.nn.Flatten;
import io.atelier.nn.GlobalAveragePool;
import io.atelier.nn.GroupNorm;
import io.atelier.nn.InstanceNorm;
import io.atelier.nn.Layer;
import io.atelier.nn.LayerNorm;
import io.atelier.nn.Linear;
import io.atelier.nn.Loss;
import io.atelier.nn.MaxPool;
import io.atelier.nn.Modules;
import io.atelier.nn.Residual;
import io.atelier.nn.Sequential;
import io.atelier.nn.TransposedConvolution;
import io.atelier.nn.Upsample;
import io.atelier.optim.Adadelta;
import io.atelier.optim.Adagrad;
import io.atelier.optim.Adam;
import io.atelier.optim.AdamW;
import io.atelier.optim.Adamax;
import io.atelier.optim.Asgd;
import io.atelier.optim.Lion;
import io.atelier.optim.NAdam;
import io.atelier.optim.RAdam;
import io.atelier.optim.RmsProp;
import io.atelier.optim.Rprop;
import io.atelier.optim.Sgd;
import io.atelier.optim.UpdateRule;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.Machine;
import io.atelier.tensor.Op;
import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Runs every operation on its samples, trains one small network with every kind of layer, loss and
 * update rule, sends images through all transforms, and prints a hash of all that came out, a line
 * for each.
 *
 * <p>{@code SameBitsTest} runs it in JVMs with other vector widths, compilers and numbers of
 * threads.
 */
final class SameBitsProgram {
  private static final int EXAMPLES = 37;
  private static final int INPUTS = 29;
  private static final int CLASSES = 7;
  private static final int STEPS = 3;

  /** Often enough that interpreted, half and fully compiled code all have their turn. */
  private static final int ROUNDS = 20;

  private SameBitsProgram() {}

  /** The argument is the number of threads. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    Machine.useThreads(Integer.parseInt(arguments[0]));
    operations(Op.class);
    layers();
    losses();
    updateRules();
    transforms();
  }

  /** A line for each record of the sealed hierarchy. */
  private static void operations(Class<?> type) throws ReflectiveOperationException {
    if (type.isRecord()) {
      long hash = 0;
      for (var sample : samples(type)) {
        for (int round = 0; round < ROUNDS; round++) {
          hash = 31 * hash + hash(sample);
        }
      }
      print("operation " + type.getSimpleName(), hash);
    } else if (type.isSealed()) {
      for (var subtype : type.getPermittedSubclasses()) {
        operations(subtype);
      }
    }
  }

  private static List<Op.Sample> samples(Class<?> type)
      throws NoSuchMethodException, IllegalAccessException, InvocationTargetException {
    var method = type.getDeclaredMethod("samples");
    method.setAccessible(true);
    return ((List<?>) method.invoke(null)).stream().map(Op.Sample.class::cast).toList();
  }

  /** The result in FLOAT and the derivatives of a fixed weighted sum of it. */
  private static long hash(Op.Sample sample) {
    var inputs =
        sample.inputs().stream()
            .map(x -> x.elementType().isFloating() ? x.to(ElementType.FLOAT).tracked() : x)
            .toArray(Tensor[]::new);
    var result = sample.op().apply(inputs);
    long hash = hash(result);
    if (result.isTracked()) {
      float[] weights = new float[result.count()];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = (i % 7 - 2.5f) / 3;
      }
      var gradients = result.backward(Tensor.of(weights, result.shape().toArray()));
      for (var input : inputs) {
        var gradient = input.isTracked() ? gradients.find(input) : null;
        hash = 31 * hash + (gradient == null ? 0 : hash(gradient));
      }
    }
    return hash;
  }

  private static long hash(Tensor x) {
    return switch (x.elementType()) {
      case FLOAT -> Arrays.hashCode(x.toFloats());
      case DOUBLE -> Arrays.hashCode(x.toDoubles());
      case INT -> Arrays.hashCode(x.toInts());
      case LONG -> Arrays.hashCode(x.toLongs());
      case BOOL -> Arrays.hashCode(x.toBooleans());
    };
  }

  /** A line for each class that implements {@link Layer}. */
  private static void layers() {
    between("Linear", rng -> Linear.create(23, 23, rng));
    between("Convolution", rng -> onImages(Convolution.create(1, 1, Window.of(3).padding(1), rng)));
    between(
        "TransposedConvolution",
        rng -> onImages(TransposedConvolution.create(1, 1, Window.of(3).padding(1), rng)));
    between("Dropout", _ -> new Dropout(0.2));
    between("BatchNorm", _ -> BatchNorm.create(23));
    between("LayerNorm", _ -> LayerNorm.create(23));
    between("GroupNorm", _ -> GroupNorm.create(1, 23));
    between(
        "InstanceNorm",
        _ ->
            Sequential.of(
                x -> x.reshape(-1, 1, 23), InstanceNorm.create(1), x -> x.reshape(-1, 23)));
    between("Residual", rng -> Residual.of(Linear.create(23, 23, rng)));
    between("Sequential", rng -> Sequential.of(Linear.create(23, 23, rng), Activation.TANH));
    between("MaxPool", _ -> onImages(MaxPool.of(Window.of(3).padding(1))));
    between("AveragePool", _ -> onImages(AveragePool.of(Window.of(3).padding(1))));
    between("AdaptiveAveragePool", _ -> onImages(AdaptiveAveragePool.of(1, 23)));
    between("Upsample", _ -> onImages(Sequential.of(Upsample.by(2), MaxPool.of(2))));
    between("GlobalAveragePool", _ -> x -> x.plus(new GlobalAveragePool().forward(x.unsqueeze(1))));
    between("Flatten", _ -> Sequential.of(x -> x.reshape(-1, 1, 23), new Flatten()));
    for (var activation : Activation.values()) {
      between("Activation " + activation, _ -> activation);
    }
  }

  /** A layer of images on rows, each of which is an image of one row. */
  private static Layer onImages(Layer layer) {
    return x -> new Flatten().forward(layer.forward(x.reshape(EXAMPLES, 1, 1, 23)));
  }

  /** Trains a network with a layer [N, 23] -> [N, 23] in its middle. */
  private static void between(String name, Function<Rng, Layer> layer) {
    train(
        "layer " + name,
        rng ->
            Sequential.of(
                Linear.create(INPUTS, 23, rng), layer.apply(rng), Linear.create(23, CLASSES, rng)),
        Adam.rate(0.01),
        Loss::crossEntropy);
  }

  /** A line for each method of two operands of {@link Loss}. */
  private static void losses() {
    judged("crossEntropy", Loss::crossEntropy);
    judged("binaryCrossEntropy", (y, labels) -> Loss.binaryCrossEntropy(y, shares(labels)));
    judged(
        "negativeLogLikelihood", (y, labels) -> Loss.negativeLogLikelihood(y.logSoftmax(), labels));
    judged("kullbackLeibler", (y, labels) -> Loss.kullbackLeibler(y.logSoftmax(), shares(labels)));
    judged("meanSquaredError", (y, labels) -> Loss.meanSquaredError(y, shares(labels)));
    judged("meanAbsoluteError", (y, labels) -> Loss.meanAbsoluteError(y, shares(labels)));
    judged("huber", (y, labels) -> Loss.huber(y, shares(labels)));
    judged("hinge", Loss::hinge);
    judged("cosine", (y, labels) -> Loss.cosine(y, shares(labels)));
  }

  /** What each label says with nine tenths of certainty. [N] -> [N, K] */
  private static Tensor shares(Tensor labels) {
    return labels.oneHot(CLASSES).times(0.9).plus(0.1 / CLASSES);
  }

  private static void judged(String name, Loss loss) {
    train("loss " + name, rng -> Linear.create(INPUTS, CLASSES, rng), Adam.rate(0.01), loss);
  }

  /** A line for each class that implements {@link UpdateRule}; all work is split among threads. */
  private static void updateRules() {
    for (var rule :
        List.of(
            Sgd.rate(0.1).momentum(0.9).weightDecay(1e-4),
            Adagrad.rate(0.01),
            RmsProp.rate(0.001).momentum(0.9).centered(),
            Adadelta.rate(1),
            Adam.rate(0.01),
            AdamW.rate(0.01).amsgrad(),
            Adamax.rate(0.01),
            NAdam.rate(0.01),
            RAdam.rate(0.01),
            Rprop.rate(0.01),
            Asgd.rate(0.1),
            Lion.rate(0.001))) {
      train(
          "rule " + rule.getClass().getSimpleName(),
          rng ->
              Sequential.of(
                  Linear.create(INPUTS, 3600, rng),
                  Activation.TANH,
                  Linear.create(3600, 40, rng),
                  Activation.RELU,
                  Linear.create(40, CLASSES, rng)),
          rule,
          Loss::crossEntropy);
    }
  }

  /** A line for images that went through all transforms. */
  private static void transforms() {
    var rng = Rng.of(6);
    byte[] pixels = new byte[9 * 3 * 19 * 23];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) rng.nextInt();
    }
    var images =
        new ByteDataset(pixels, new byte[9], Shape.of(3, 19, 23), CLASSES)
            .transformed(
                Transforms.parse(
                    "fliph,flipv,rotate30,shift2,scale0.2,shear10,brightness0.3,contrast0.3,"
                        + "saturation0.3,noise0.1,cutout5,resize24x17,randomcrop16:2,crop15,invert,"
                        + "normalize0.5/0.25:0.4/0.3:0.3/0.2,mixup0.4"),
                rng);
    long hash = 0;
    for (int round = 0; round < ROUNDS; round++) {
      for (var batch : images.batches(4)) {
        hash = 31 * (31 * hash + hash(batch.inputs())) + hash(batch.labels());
      }
    }
    print("transforms", hash);
  }

  private static void train(String name, Function<Rng, Layer> create, UpdateRule rule, Loss loss) {
    var rng = Rng.of(5);
    var model = create.apply(rng);
    var optimizer = rule.over(model);
    float[] inputs = new float[EXAMPLES * INPUTS];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = rng.nextFloat() - 0.5f;
    }
    int[] labels = new int[EXAMPLES];
    Arrays.setAll(labels, _ -> rng.nextInt(CLASSES));
    long hash = 0;
    for (int step = 0; step < STEPS; step++) {
      try (var _ = Step.training(rng)) {
        var prediction = model.forward(Tensor.of(inputs, EXAMPLES, INPUTS));
        var value = loss.of(prediction, Tensor.of(labels, EXAMPLES));
        optimizer.step(value.backward());
        hash = 31 * hash + hash(value);
      }
    }
    for (var weights : Modules.weights(model).values()) {
      hash = 31 * hash + hash(weights);
    }
    print(name, hash);
  }

  private static void print(String name, long hash) {
    System.out.println(name + ": " + Long.toHexString(hash));
  }
}
