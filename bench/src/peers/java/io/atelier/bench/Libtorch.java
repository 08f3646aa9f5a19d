package io.atelier.bench;

import io.atelier.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
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
    var result = Tensor.create(new float[product.rows() * product.columns()], product.rows(), product.columns());
    return withoutGradients(() -> torch.mm_out(result, left, right), () -> result);
  }

  private static Work elements(Elements elements) {
    var x = operand(elements, 0);
    var y = operand(elements, 1);
    var z = operand(elements, 2);
    var half = new Scalar(0.5f);
    var result =
        switch (elements.function()) {
          case GELU, SOFTMAX, CHAIN -> torch.empty_like(x);
          case SUM -> torch.sum(x);
          case MEAN -> torch.mean(x, -1);
        };
    Runnable run =
        switch (elements.function()) {
          case GELU -> () -> torch.gelu_out(result, x);
          case SOFTMAX -> () -> torch.softmax_out(result, x, -1);
          case CHAIN -> () -> torch.mul_out(result, x, y).add_(z).relu_().mul_(half);
          case SUM -> () -> torch.sum_out(result, x);
          case MEAN -> () -> torch.mean_out(result, x, -1);
        };
    return withoutGradients(run, () -> result);
  }

  private static Tensor operand(Elements elements, int which) {
    return Tensor.create(elements.operand(which), Elements.ROWS, Elements.COLUMNS);
  }

  private static Work withoutGradients(Runnable call, Supplier<Tensor> result) {
    var guard = new NoGradGuard(); // for this thread, as long as the process lives
    return new Work() {
      @Override
      public void run() {
        try (var _ = new PointerScope()) {
          call.run();
        }
      }

      @Override
      public float[] check() {
        run();
        if (guard.isNull()) {
          throw new IllegalStateException("gradients are recorded");
        }
        return Numbers.sample(floats(result.get()));
      }
    };
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.contiguous().data_ptr_float().get(values);
    return values;
  }

  /** The network of {@link Digits}, and its batches as tensors. */
  private static final class Network {
    final Tensor hidden;
    final Tensor hiddenBias;
    final Tensor output;
    final Tensor outputBias;
    final TensorOptional hiddenBiasArgument;
    final TensorOptional outputBiasArgument;
    final List<Tensor> inputs = new ArrayList<>();
    final List<Tensor> labels = new ArrayList<>();

    Network(Digits digits, boolean trained) {
      int width = digits.width();
      hidden = Tensor.create(digits.hidden(), width, Digits.PIXELS).set_requires_grad(trained);
      hiddenBias = Tensor.create(digits.hiddenBias(), width).set_requires_grad(trained);
      output = Tensor.create(digits.output(), Digits.CLASSES, width).set_requires_grad(trained);
      outputBias = Tensor.create(digits.outputBias(), Digits.CLASSES).set_requires_grad(trained);
      hiddenBiasArgument = new TensorOptional(hiddenBias);
      outputBiasArgument = new TensorOptional(outputBias);
      for (var batch : digits.batches()) {
        inputs.add(Tensor.create(batch.inputs().toFloats(), batch.size(), Digits.PIXELS));
        labels.add(Tensor.create(batch.labels().to(ElementType.LONG).toLongs(), batch.size()));
      }
    }

    Tensor logits(int step) {
      var inner = torch.linear(inputs.get(step % inputs.size()), hidden, hiddenBiasArgument);
      return torch.linear(torch.relu(inner), output, outputBiasArgument);
    }

    TensorVector parameters() {
      return new TensorVector(hidden, hiddenBias, output, outputBias);
    }
  }

  private static Work training(Training training) {
    var network = new Network(training.digits(), true);
    var sgd = new SGD(network.parameters(), new SGDOptions(Training.RATE));
    return new Work() {
      private int step;

      private double step() {
        try (var _ = new PointerScope()) {
          sgd.zero_grad();
          var logits = network.logits(step);
          var labels = network.labels.get(step++ % network.labels.size());
          var loss = torch.cross_entropy_loss(logits, labels);
          loss.backward();
          sgd.step();
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
    var network = new Network(inference.digits(), false);
    int[] step = {0};
    return withoutGradients(() -> network.logits(step[0]++), () -> network.logits(0));
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

  private static Optimizer optimizer(Update.Rule rule, TensorVector weights) {
    return switch (rule) {
      case MOMENTUM -> {
        var options = new SGDOptions(Update.RATE);
        options.momentum().put(Update.MOMENTUM);
        yield new SGD(weights, options);
      }
      case ADAM -> new Adam(weights, new AdamOptions(Update.RATE));
    };
  }
}
