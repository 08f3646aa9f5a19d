package io.atelier.nn;

import io.atelier.tensor.Buffer;
import io.atelier.tensor.Parameter;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Step;
import io.atelier.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation of each channel: {@code y = (x - mean) / sqrt(variance + epsilon) weight +
 * bias}, for vectors, signals and images.
 *
 * <p>In training, mean and biased variance are those of the batch, and when the optimiser steps the
 * running ones move towards them: {@code running = (1 - momentum) running + momentum batch}, of the
 * unbiased variance. In inference they are the running ones.
 *
 * <p>Shapes: x [N, C, ...]; weight, bias, runningMean, runningVar [C]; numBatchesTracked []; y as
 * x. In files the buffers are called as in PyTorch, {@code running_mean}.
 *
 * <p>Source: Ioffe and Szegedy 2015, "Batch Normalization".
 *
 * @param weight [C], or null for 1
 * @param bias [C], or null for 0
 * @param runningMean [C]
 * @param runningVar [C]
 * @param numBatchesTracked LONG, how many batches the running moments have seen
 * @param momentum how far the running moments move, in [0, 1]
 * @param epsilon added to the variance
 */
public record BatchNorm(
    @Nullable Parameter weight,
    @Nullable Parameter bias,
    Buffer runningMean,
    Buffer runningVar,
    Buffer numBatchesTracked,
    double momentum,
    double epsilon)
    implements Layer {
  /** Checks momentum and epsilon. */
  public BatchNorm {
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException(
          "the momentum of batch norm must lie in [0, 1], got " + momentum);
    }
    Affine.requireEpsilon(epsilon);
  }

  /** A new layer: weight 1, bias 0, momentum 0.1, epsilon 1e-5, as PyTorch has it. */
  public static BatchNorm create(int channels) {
    return new BatchNorm(
        Parameter.of(Tensor.ones(channels)),
        Parameter.of(Tensor.zeros(channels)),
        Buffer.of(Tensor.zeros(channels)),
        Buffer.of(Tensor.ones(channels)),
        Buffer.of(Tensor.of(new long[1])),
        0.1,
        Affine.EPSILON);
  }

  /** The same cells with another momentum. */
  public BatchNorm momentum(double newMomentum) {
    return new BatchNorm(
        weight, bias, runningMean, runningVar, numBatchesTracked, newMomentum, epsilon);
  }

  /** The same cells with another epsilon. */
  public BatchNorm epsilon(double newEpsilon) {
    return new BatchNorm(
        weight, bias, runningMean, runningVar, numBatchesTracked, momentum, newEpsilon);
  }

  /** The same cells without weight and bias. */
  public BatchNorm withoutAffine() {
    return new BatchNorm(null, null, runningMean, runningVar, numBatchesTracked, momentum, epsilon);
  }

  /**
   * The shape of the input.
   *
   * @throws ShapeException if it has another number of channels
   */
  @Override
  public Shape output(Shape input) { // [C, ...] -> [C, ...]
    Affine.requireChannels("batchNorm", input, runningMean.shape().size(0));
    return input;
  }

  @Override
  public Tensor forward(Tensor x) { // [N, C, ...] -> [N, C, ...]
    var scale = Affine.value(weight, 1, runningMean.shape(), x);
    var shift = Affine.value(bias, 0, runningMean.shape(), x);
    if (!Step.trains("batchNorm")) {
      var type = x.elementType();
      return x.normalized(
          runningMean.value().to(type), runningVar.value().to(type), scale, shift, epsilon);
    }
    var batch = x.batchNorm(scale, shift, epsilon);
    double n = (double) x.count() / batch.mean().count(); // values per channel
    runningMean.afterStep(old -> moved(old, batch.mean(), 1));
    runningVar.afterStep(old -> moved(old, batch.variance(), n / (n - 1)));
    numBatchesTracked.afterStep(old -> Tensor.of(new long[] {(long) old.item() + 1}));
    return batch.values();
  }

  private Tensor moved(Tensor old, Tensor batch, double factor) {
    return old.times(1 - momentum).plus(batch.to(old.elementType()).times(momentum * factor));
  }
}
