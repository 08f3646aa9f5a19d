package io.atelier.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** TensorFlow in graph mode, for training only. */
final class TensorFlowGraph implements Peer {
  @Override
  public Work prepare(Problem problem, int threads) {
    if (!(problem instanceof Training training)) {
      throw Peer.unsupported(problem);
    }
    var graph = new Graph();
    var network = new Network(Ops.create(graph), training.digits(), training.batch());
    var options =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(threads)
            .setInterOpParallelismThreads(threads)
            .build();
    var session = new Session(graph, options);
    session.initialize();
    return new Work() {
      private int step;

      private double step() {
        int at = step++ % network.inputs.size();
        try (var result =
            session
                .runner()
                .feed(network.x, network.inputs.get(at))
                .feed(network.truth, network.labels.get(at))
                .addTarget(network.update)
                .fetch(network.loss)
                .run()) {
          return ((TFloat32) result.get(0)).getFloat();
        }
      }

      @Override
      public void run() {
        step();
      }

      @Override
      public float[] check() {
        return training.checked(this::step);
      }
    };
  }

  /** Forward, backward and update as a graph, and the batches as tensors. */
  private static final class Network {
    final Placeholder<TFloat32> x;
    final Placeholder<TInt32> truth;
    final Operand<TFloat32> loss;
    final Op update;
    final List<TFloat32> inputs = new ArrayList<>();
    final List<TInt32> labels = new ArrayList<>();

    Network(Ops tf, Digits digits, int batch) {
      int width = digits.width();
      x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch, Digits.PIXELS)));
      truth = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(batch)));
      var hidden = variable(tf, transposed(digits.hidden(), width), Digits.PIXELS, width);
      var hiddenBias = variable(tf, digits.hiddenBias(), width);
      var output = variable(tf, transposed(digits.output(), Digits.CLASSES), width, Digits.CLASSES);
      var outputBias = variable(tf, digits.outputBias(), Digits.CLASSES);
      var inner = tf.nn.relu(tf.nn.biasAdd(tf.linalg.matMul(x, hidden), hiddenBias));
      var logits = tf.nn.biasAdd(tf.linalg.matMul(inner, output), outputBias);
      var entropy = tf.nn.sparseSoftmaxCrossEntropyWithLogits(logits, truth);
      loss = tf.math.mean(entropy.loss(), tf.constant(0));
      // the op has no registered derivative in the C++ library, but it returns its own
      var slope = tf.math.mul(entropy.backprop(), tf.constant(1f / batch));
      var variables = List.of(hidden, hiddenBias, output, outputBias);
      update = update(tf, variables, tf.gradients(logits, variables, Gradients.dx(List.of(slope))));
      for (var each : digits.batches()) {
        inputs.add(tensor(each.inputs().toFloats(), each.size(), Digits.PIXELS));
        labels.add(
            TInt32.tensorOf(Shape.of(each.size()), DataBuffers.of(each.labels().toInts())));
      }
    }

    /** One op that moves all variables, none before every gradient is there. */
    private static Op update(
        Ops tf, List<Variable<TFloat32>> variables, Gradients gradients) {
      var all =
          IntStream.range(0, variables.size()).mapToObj(gradients::<TFloat32>dy).toList();
      var gated = tf.withControlDependencies(all.stream().map(each -> (Op) each).toList());
      var rate = tf.constant((float) Training.RATE);
      var updates =
          IntStream.range(0, variables.size())
              .mapToObj(i ->
                  (Op) gated.train.applyGradientDescent(variables.get(i), rate, all.get(i)))
              .toList();
      return tf.withControlDependencies(updates).noOp();
    }
  }

  private static Variable<TFloat32> variable(Ops tf, float[] values, long... sizes) {
    return tf.variable(tf.constant(Shape.of(sizes), DataBuffers.of(values)));
  }

  private static TFloat32 tensor(float[] values, long... sizes) {
    return TFloat32.tensorOf(Shape.of(sizes), DataBuffers.of(values));
  }

  private static float[] transposed(float[] values, int rows) {
    int columns = values.length / rows;
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i % columns * rows + i / columns] = values[i];
    }
    return result;
  }
}
