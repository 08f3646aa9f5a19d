package io.atelier.bench;

import io.atelier.data.Batch;
import io.atelier.nn.Activation;
import io.atelier.nn.BatchNorm;
import io.atelier.nn.Convolution;
import io.atelier.nn.Flatten;
import io.atelier.nn.GlobalAveragePool;
import io.atelier.nn.Layer;
import io.atelier.nn.Linear;
import io.atelier.nn.MaxPool;
import io.atelier.nn.Residual;
import io.atelier.nn.Sequential;
import io.atelier.tensor.ElementType;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Window;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/** A network of Atelier as calls of libtorch, with the same weights and batches. */
final class LibtorchNetwork {
  final TensorVector parameters = new TensorVector();
  final List<Tensor> inputs;
  final List<Tensor> labels;

  private final boolean trained;
  private final MemoryFormat format;
  private final UnaryOperator<Tensor> forward;

  LibtorchNetwork(Network network, List<Batch> batches, boolean trained) {
    this.trained = trained;
    // what was measured to be the faster of the two
    boolean grey = network.input().size(0) == 1;
    format = trained && grey ? MemoryFormat.Contiguous : MemoryFormat.ChannelsLast;
    forward = call(network.model());
    inputs = batches.stream().map(batch -> tensor(batch.inputs())).toList();
    labels =
        batches.stream()
            .map(batch ->
                Tensor.create(batch.labels().to(ElementType.LONG).toLongs(), batch.size()))
            .toList();
  }

  Tensor logits(int step) {
    return forward.apply(inputs.get(step % inputs.size()));
  }

  private Tensor tensor(io.atelier.tensor.Tensor tensor) {
    var made = Tensor.create(tensor.toFloats(), sizes(tensor.shape()));
    return tensor.shape().rank() == 4 ? made.contiguous(format) : made;
  }

  static long[] sizes(Shape shape) {
    return Arrays.stream(shape.toArray()).asLongStream().toArray();
  }

  private UnaryOperator<Tensor> call(Layer layer) {
    return switch (layer) {
      case Sequential sequence -> {
        var calls = sequence.layers().stream().map(this::call).toList();
        yield x -> {
          for (var each : calls) {
            x = each.apply(x);
          }
          return x;
        };
      }
      case Linear linear -> {
        var weight = parameter(linear.weight());
        var bias = new TensorOptional(parameter(linear.bias()));
        yield x -> torch.linear(x, weight, bias);
      }
      case Convolution convolution -> {
        var weight = parameter(convolution.weight());
        var bias = optional(convolution.bias());
        yield convolution(weight, bias, convolution.window(), convolution.groups());
      }
      case BatchNorm norm -> batchNorm(norm);
      case MaxPool pool -> maxPool(pool.window());
      case Residual residual -> {
        var through = call(residual.layer());
        var shortcut = residual.shortcut();
        UnaryOperator<Tensor> around = shortcut == null ? x -> x : call(shortcut);
        yield x -> through.apply(x).add_(around.apply(x));
      }
      case GlobalAveragePool _ -> x -> x.mean(2, 3);
      case Flatten _ -> x -> x.flatten(1, -1);
      case Activation activation when activation == Activation.RELU -> Tensor::relu_;
      default -> throw new UnsupportedOperationException("no such layer here: " + layer);
    };
  }

  private Tensor parameter(Parameter parameter) {
    var tensor = tensor(parameter.value()).set_requires_grad(trained);
    parameters.push_back(tensor);
    return tensor;
  }

  private TensorOptional optional(@Nullable Parameter parameter) {
    return parameter == null ? new TensorOptional() : new TensorOptional(parameter(parameter));
  }

  static UnaryOperator<Tensor> convolution(
      Tensor weight, TensorOptional bias, Window window, int groups) {
    long[] stride = {window.strideAlong(0), window.strideAlong(1)};
    long[] padding = {window.paddingBefore(0), window.paddingBefore(1)};
    long[] dilation = {window.dilationAlong(0), window.dilationAlong(1)};
    return x -> torch.conv2d(x, weight, bias, stride, padding, dilation, groups);
  }

  static UnaryOperator<Tensor> maxPool(Window window) {
    long[] size = {window.sizeAlong(0), window.sizeAlong(1)};
    long[] stride = {window.strideAlong(0), window.strideAlong(1)};
    long[] padding = {window.paddingBefore(0), window.paddingBefore(1)};
    long[] dilation = {window.dilationAlong(0), window.dilationAlong(1)};
    return x -> torch.max_pool2d(x, size, stride, padding, dilation, false);
  }

  private UnaryOperator<Tensor> batchNorm(BatchNorm norm) {
    var weight = optional(norm.weight());
    var bias = optional(norm.bias());
    var mean = new TensorOptional(tensor(norm.runningMean().value()));
    var variance = new TensorOptional(tensor(norm.runningVar().value()));
    double momentum = norm.momentum();
    double epsilon = norm.epsilon();
    return x ->
        torch.batch_norm(x, weight, bias, mean, variance, trained, momentum, epsilon, false);
  }
}
