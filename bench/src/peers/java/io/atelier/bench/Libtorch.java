package io.atelier.bench;

import static io.atelier.bench.LibtorchNetwork.sizes;

import io.atelier.optim.UpdateRule;
import io.atelier.tensor.Window;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** PyTorch's C++ library, called through JavaCPP. */
final class Libtorch implements Peer {
  @Override
  public Work prepare(Problem problem, int threads) {
    torch.set_num_threads(threads);
    return switch (problem) {
      case Product product -> product(product);
      case Convolving convolving -> convolving(convolving);
      case Training training -> training(training);
      case Inference inference -> inference(inference);
      case Update update -> update(update);
      case Elements elements -> elements(elements);
      case Triad _ -> throw Peer.unsupported(problem);
    };
  }

  private static Work product(Product product) {
    var left = Tensor.create(product.left(), product.rows(), product.inner());
    var right = Tensor.create(product.right(), product.inner(), product.columns());
    var result = torch.empty(product.rows(), product.columns());
    return withoutGradients(() -> torch.mm_out(result, left, right));
  }

  private static Work convolving(Convolving convolving) {
    var x = tensor(convolving.input(), convolving.inputShape());
    var weight = tensor(convolving.weight(), convolving.weightShape());
    var upstream = tensor(convolving.upstream(), convolving.outputShape());
    var window = convolving.window();
    var forward = LibtorchNetwork.convolution(weight, new TensorOptional(), window, 1);
    var inputOnly = new BoolPointer(3).put(0, true).put(1, false).put(2, false);
    var weightOnly = new BoolPointer(3).put(0, false).put(1, true).put(2, false);
    return withoutGradients(
        switch (convolving.pass()) {
          case FORWARD -> () -> forward.apply(x);
          case INPUT -> () -> gradients(upstream, x, weight, window, inputOnly).get0();
          case WEIGHT -> () -> gradients(upstream, x, weight, window, weightOnly).get1();
        });
  }

  private static T_TensorTensorTensor_T gradients(
      Tensor upstream, Tensor x, Tensor weight, Window window, BoolPointer wanted) {
    long[] stride = {window.strideAlong(0), window.strideAlong(1)};
    long[] padding = {window.paddingBefore(0), window.paddingBefore(1)};
    long[] dilation = {window.dilationAlong(0), window.dilationAlong(1)};
    long[] none = {0, 0};
    return torch.convolution_backward(
        upstream,
        x,
        weight,
        new LongArrayRefOptional(),
        stride,
        padding,
        dilation,
        false,
        none,
        1,
        wanted);
  }

  private static Tensor tensor(float[] values, int... sizes) {
    return Tensor.create(values, Arrays.stream(sizes).asLongStream().toArray());
  }

  private static Work elements(Elements elements) {
    var x = operand(elements, 0);
    var y = operand(elements, 1);
    var z = operand(elements, 2);
    var half = new Scalar(0.5f);
    var result = torch.empty_like(x);
    var total = torch.sum(x);
    var means = torch.mean(x, -1);
    return withoutGradients(
        switch (elements.function()) {
          case GELU -> () -> torch.gelu_out(result, x);
          case SOFTMAX -> () -> torch.softmax_out(result, x, -1);
          case CHAIN -> () -> torch.mul_out(result, x, y).add_(z).relu_().mul_(half);
          case SUM -> () -> torch.sum_out(total, x);
          case MEAN -> () -> torch.mean_out(means, x, -1);
          case LAYER_NORM -> layerNorm(x);
          case BATCH_NORM -> batchNorm(x.view(sizes(Elements.IMAGES)));
          case MAX_POOL -> {
            var images = x.view(sizes(Elements.IMAGES));
            var pool = LibtorchNetwork.maxPool(Elements.POOL);
            yield () -> pool.apply(images);
          }
        });
  }

  private static Supplier<Tensor> layerNorm(Tensor x) {
    long[] row = {Elements.COLUMNS};
    var scale = new TensorOptional(torch.ones(row));
    var shift = new TensorOptional(torch.zeros(row));
    return () -> torch.layer_norm(x, row, scale, shift, Elements.EPSILON, false);
  }

  private static Supplier<Tensor> batchNorm(Tensor images) {
    var scale = new TensorOptional(torch.ones(Elements.CHANNELS));
    var shift = new TensorOptional(torch.zeros(Elements.CHANNELS));
    var mean = new TensorOptional(torch.zeros(Elements.CHANNELS));
    var variance = new TensorOptional(torch.ones(Elements.CHANNELS));
    double epsilon = Elements.EPSILON;
    return () ->
        torch.batch_norm(images, scale, shift, mean, variance, true, 0.1, epsilon, false);
  }

  private static Tensor operand(Elements elements, int which) {
    return Tensor.create(elements.operand(which), Elements.ROWS, Elements.COLUMNS);
  }

  private static Work withoutGradients(Supplier<Tensor> call) {
    var guard = new NoGradGuard(); // for this thread, as long as the process lives
    return new Work() {
      @Override
      public void run() {
        try (var _ = new PointerScope()) {
          call.get();
        }
      }

      @Override
      public float[] check() {
        if (guard.isNull()) {
          throw new IllegalStateException("gradients are recorded");
        }
        return Numbers.sample(floats(call.get()));
      }
    };
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.contiguous().data_ptr_float().get(values);
    return values;
  }

  private static Work training(Training training) {
    var network = new LibtorchNetwork(training.network(), training.batches(), true);
    var optimizer = optimizer(training.rule(), network.parameters);
    return new Work() {
      private int step;

      private double step() {
        try (var _ = new PointerScope()) {
          optimizer.zero_grad();
          var logits = network.logits(step);
          var labels = network.labels.get(step++ % network.labels.size());
          var loss = torch.cross_entropy_loss(logits, labels);
          loss.backward();
          optimizer.step();
          return loss.item_float();
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

  private static Work inference(Inference inference) {
    var network = new LibtorchNetwork(inference.network(), inference.batches(), false);
    int[] step = {0};
    return withoutGradients(() -> network.logits(step[0]++));
  }

  private static Work update(Update update) {
    var weights = Tensor.create(update.weights(), Update.WEIGHTS).set_requires_grad(true);
    weights.mutable_grad().put(Tensor.create(update.gradient(), Update.WEIGHTS));
    var optimizer = optimizer(update.rule(), new TensorVector(weights));
    return new Work() {
      @Override
      public void run() {
        try (var _ = new PointerScope()) {
          optimizer.step();
        }
      }

      @Override
      public float[] check() {
        Update.checked(this::run);
        return Numbers.sample(floats(weights.detach()));
      }
    };
  }

  private static Optimizer optimizer(UpdateRule rule, TensorVector weights) {
    return switch (rule) {
      case io.atelier.optim.Sgd sgd -> {
        var options = new SGDOptions(sgd.rate());
        options.momentum().put(sgd.momentum());
        yield new SGD(weights, options);
      }
      case io.atelier.optim.Adam adam -> new Adam(weights, new AdamOptions(adam.rate()));
      default -> throw new UnsupportedOperationException("no such optimiser here: " + rule);
    };
  }
}
