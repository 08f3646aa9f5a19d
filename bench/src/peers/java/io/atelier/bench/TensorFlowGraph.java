package io.atelier.bench;

import io.atelier.nn.Activation;
import io.atelier.nn.Convolution;
import io.atelier.nn.Flatten;
import io.atelier.nn.Linear;
import io.atelier.nn.MaxPool;
import io.atelier.optim.Adam;
import io.atelier.optim.Sgd;
import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Tensor;
import io.atelier.tensor.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
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
    var network = new Built(Ops.create(graph), training);
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

  /**
   * Forward, backward and update as a graph, and the batches as tensors.
   *
   * <p>Images are [N, H, W, C], which is what TensorFlow's own kernels want.
   */
  private static final class Built {
    final Placeholder<TFloat32> x;
    final Placeholder<TInt32> truth;
    final Operand<TFloat32> loss;
    final Op update;
    final List<TFloat32> inputs = new ArrayList<>();
    final List<TInt32> labels = new ArrayList<>();
    private final Ops tf;
    private final List<Variable<TFloat32>> variables = new ArrayList<>();
    private final List<Operand<TFloat32>> firstValues = new ArrayList<>();

    Built(Ops tf, Training training) {
      this.tf = tf;
      int batch = training.batch();
      var network = training.network();
      var batches = training.batches();
      var images = channelsLast(network.batchShape(batch));
      x = tf.placeholder(TFloat32.class, Placeholder.shape(images));
      truth = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(batch)));
      var logits = sequence(network);
      var entropy = tf.nn.sparseSoftmaxCrossEntropyWithLogits(logits, truth);
      loss = tf.math.mean(entropy.loss(), tf.constant(0));
      // the op has no registered derivative in the C++ library, but it returns its own
      var slope = tf.math.mul(entropy.backprop(), tf.constant(1f / batch));
      var gradients = tf.gradients(logits, variables, Gradients.dx(List.of(slope)));
      update = update(training.rule(), gradients);
      for (var each : batches) {
        inputs.add(TFloat32.tensorOf(channelsLast(each.inputs().shape()), values(each.inputs())));
        labels.add(
            TInt32.tensorOf(Shape.of(each.size()), DataBuffers.of(each.labels().toInts())));
      }
    }

    private Operand<TFloat32> sequence(Network network) {
      Operand<TFloat32> y = x;
      var shape = network.input(); // of one image, as Atelier has it
      int places = 1; // that each channel had before it was flattened
      for (var layer : network.model().layers()) {
        y =
            switch (layer) {
              case Linear linear -> linear(y, linear, places);
              case Convolution convolution -> convolution(y, convolution);
              case MaxPool pool -> maxPool(y, pool.window());
              case Flatten _ -> tf.reshape(y, tf.constant(new int[] {-1, (int) shape.count()}));
              case Activation activation when activation == Activation.RELU -> tf.nn.relu(y);
              default -> throw new UnsupportedOperationException("no such layer here: " + layer);
            };
        places = layer instanceof Flatten ? shape.size(1) * shape.size(2) : 1;
        shape = layer.output(shape);
      }
      return y;
    }

    /** Weights [out, channels x places] become [places x channels, out]. */
    private Operand<TFloat32> linear(Operand<TFloat32> y, Linear linear, int places) {
      var weight = linear.weight().value(); // [out, in]
      int out = weight.shape().size(0);
      int in = weight.shape().size(1);
      var ordered = weight.reshape(out, in / places, places).transpose(0, 2);
      var product = tf.linalg.matMul(y, variable(ordered.reshape(in, out)));
      return tf.nn.biasAdd(product, variable(linear.bias().value()));
    }

    private Operand<TFloat32> convolution(Operand<TFloat32> y, Convolution convolution) {
      var window = convolution.window();
      var weight = variable(convolution.weight().value().permute(2, 3, 1, 0));
      var strides = List.of(1L, (long) window.strideAlong(0), (long) window.strideAlong(1), 1L);
      var result = tf.nn.conv2d(y, weight, strides, unpadded(window));
      var bias = convolution.bias();
      return bias == null ? result : tf.nn.biasAdd(result, variable(bias.value()));
    }

    private Operand<TFloat32> maxPool(Operand<TFloat32> y, Window window) {
      var size = tf.constant(new int[] {1, window.sizeAlong(0), window.sizeAlong(1), 1});
      var stride = tf.constant(new int[] {1, window.strideAlong(0), window.strideAlong(1), 1});
      return tf.nn.maxPool(y, size, stride, unpadded(window));
    }

    private static String unpadded(Window window) {
      if (!window.equals(window.unpadded())) {
        throw new UnsupportedOperationException("no padding here: " + window);
      }
      return "VALID";
    }

    private Variable<TFloat32> variable(Tensor first) {
      var values = DataBuffers.of(first.toFloats());
      var constant = tf.constant(Shape.of(sizes(first.shape())), values);
      var variable = tf.variable(constant);
      firstValues.add(constant);
      variables.add(variable);
      return variable;
    }

    /** One op that moves all variables, none before every gradient is there. */
    private Op update(UpdateRule rule, Gradients gradients) {
      var all = IntStream.range(0, variables.size()).mapToObj(gradients::<TFloat32>dy).toList();
      var gated = tf.withControlDependencies(all.stream().map(each -> (Op) each).toList());
      var updates =
          switch (rule) {
            case Sgd sgd when sgd.momentum() == 0 -> descent(gated, sgd, all);
            case Adam adam -> adam(gated, adam, all);
            default -> throw new UnsupportedOperationException("no such optimiser here: " + rule);
          };
      return tf.withControlDependencies(updates).noOp();
    }

    private List<Op> descent(Ops gated, Sgd sgd, List<Output<TFloat32>> gradients) {
      var rate = tf.constant((float) sgd.rate());
      return IntStream.range(0, variables.size())
          .mapToObj(i ->
              (Op)
                  gated.train.applyGradientDescent(variables.get(i), rate, gradients.get(i)))
          .toList();
    }

    private List<Op> adam(Ops gated, Adam adam, List<Output<TFloat32>> gradients) {
      var rate = tf.constant((float) adam.rate());
      var beta1 = tf.constant((float) adam.beta1());
      var beta2 = tf.constant((float) adam.beta2());
      var power1 = tf.variable(beta1);
      var power2 = tf.variable(beta2);
      // TensorFlow adds epsilon before the correction of the bias
      var correction = tf.math.sqrt(tf.math.sub(tf.constant(1f), power2));
      var epsilon = tf.math.mul(tf.constant((float) adam.epsilon()), correction);
      var moves =
          IntStream.range(0, variables.size())
              .mapToObj(i -> {
                var zeros = tf.zerosLike(firstValues.get(i));
                return (Op)
                    gated.train.applyAdam(
                        variables.get(i),
                        tf.variable(zeros),
                        tf.variable(zeros),
                        power1,
                        power2,
                        rate,
                        beta1,
                        beta2,
                        epsilon,
                        gradients.get(i));
              })
              .toList();
      var moved = tf.withControlDependencies(moves);
      return List.of(
          moved.assign(power1, moved.math.mul(power1, beta1)),
          moved.assign(power2, moved.math.mul(power2, beta2)));
    }
  }

  private static FloatDataBuffer values(Tensor images) {
    return DataBuffers.of(
        images.shape().rank() == 4 ? images.permute(0, 2, 3, 1).toFloats() : images.toFloats());
  }

  /** [N, C, H, W] as [N, H, W, C]; a matrix as it is. */
  private static Shape channelsLast(io.atelier.tensor.Shape shape) {
    long[] sizes = sizes(shape);
    return sizes.length == 4 ? Shape.of(sizes[0], sizes[2], sizes[3], sizes[1]) : Shape.of(sizes);
  }

  private static long[] sizes(io.atelier.tensor.Shape shape) {
    return Arrays.stream(shape.toArray()).asLongStream().toArray();
  }
}
