package io.atelier.explain;

import static io.atelier.explain.Evaluation.doubles;
import static io.atelier.explain.Evaluation.like;
import static io.atelier.explain.Evaluation.requireAlike;
import static io.atelier.explain.Evaluation.requireAtLeastOne;

import io.atelier.tensor.Rng;
import io.atelier.tensor.ShapeException;
import io.atelier.tensor.Tensor;
import java.util.function.IntFunction;

/**
 * How much each value of an input contributes to a score.
 *
 * <p>Every method takes one input [...] and returns a tensor of its shape and element type. The
 * baseline is an input that says nothing, a black picture say. {@link Shapley} is the one that
 * shares out what parts of the input achieve together.
 */
public final class Attribution {
  private Attribution() {}

  /**
   * The derivative of the score: how it changes with each value near this input.
   *
   * <p>Source: Simonyan, Vedaldi, Zisserman 2014, "Deep inside convolutional networks".
   */
  public static Tensor gradient(Score score, Tensor x) {
    return like(x, meanGradient(score, x.count(), 1, _ -> x));
  }

  /** {@link #gradient} times the input: of a linear score without bias, each value's share. */
  public static Tensor inputTimesGradient(Score score, Tensor x) {
    return gradient(score, x).times(x.detached());
  }

  /**
   * The mean {@link #gradient} of the input with noise, which shows what small changes have in
   * common.
   *
   * <p>Source: Smilkov, Thorat, Kim, Viégas, Wattenberg 2017, "SmoothGrad".
   *
   * @param deviation of the normal noise, about a tenth or fifth of the range of the values
   */
  public static Tensor smoothGradient(
      Score score, Tensor x, double deviation, int samples, Rng rng) {
    requireAtLeastOne("sample", samples);
    int[] sizes = x.shape().toArray();
    return like(
        x,
        meanGradient(
            score,
            x.count(),
            samples,
            _ -> x.detached().plus(rng.normal(0, deviation, sizes).to(x.elementType()))));
  }

  /**
   * {@code (x - baseline)} times the mean derivative on the straight way from baseline to input.
   *
   * <p>The contributions add up to {@code score(x) - score(baseline)}, up to the error of the mean,
   * which is taken at the middles of {@code steps} equal parts.
   *
   * <p>Source: Sundararajan, Taly, Yan 2017, "Axiomatic attribution for deep networks", eq. 1.
   *
   * @throws ShapeException if the baseline has another shape or element type
   */
  public static Tensor integratedGradients(Score score, Tensor x, Tensor baseline, int steps) {
    requireAlike("integratedGradients", x, baseline);
    requireAtLeastOne("step", steps);
    double[] end = doubles(x);
    double[] start = doubles(baseline);
    double[] mean =
        meanGradient(score, x.count(), steps, i -> between(x, start, end, (i + 0.5) / steps));
    double[] shares = new double[end.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = (end[i] - start[i]) * mean[i];
    }
    return like(x, shares);
  }

  /**
   * The mean of {@link #integratedGradients} over many baselines: each sample draws one of them and
   * a place on the way to the input.
   *
   * <p>The contributions add up to {@code score(x)} less the mean score of the baselines, up to
   * chance. They are estimates of {@linkplain Shapley Shapley values}.
   *
   * <p>Source: Erion, Janizek, Sturmfels, Lundberg, Lee 2021, "Improving performance of deep
   * learning models with axiomatic attribution priors and expected gradients".
   *
   * @param baselines [N, ...], inputs as they usually are
   * @throws ShapeException if the baselines have another shape or element type
   */
  public static Tensor expectedGradients(
      Score score, Tensor x, Tensor baselines, int samples, Rng rng) {
    requireBatch(x, baselines);
    requireAtLeastOne("sample", samples);
    double[] end = doubles(x);
    int[] chosen = new int[samples];
    double[] places = new double[samples];
    for (int i = 0; i < samples; i++) {
      chosen[i] = rng.nextInt(baselines.shape().size(0));
      places[i] = rng.nextDouble();
    }
    double[] shares = new double[end.length];
    Evaluation.derivatives(
        score,
        samples,
        i -> between(x, doubles(baselines.select(0, chosen[i])), end, places[i]),
        (i, derivative) -> {
          double[] start = doubles(baselines.select(0, chosen[i]));
          for (int j = 0; j < shares.length; j++) {
            shares[j] += (end[j] - start[j]) * derivative[j] / samples;
          }
        });
    return like(x, shares);
  }

  /**
   * How far the score falls when a square of the input is covered by the baseline; where squares
   * overlap, the mean.
   *
   * <p>Source: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks".
   *
   * @param side of the square, which moves over the last two axes (of the only axis of a vector)
   * @param stride how far it moves, at most its side
   * @throws ShapeException if the baseline has another shape or element type
   */
  public static Tensor occlusion(Score score, Tensor x, Tensor baseline, int side, int stride) {
    requireAlike("occlusion", x, baseline);
    var patches = Patches.overlapping(x.shape(), side, stride);
    double whole = score.at(x);
    double[] covered =
        Evaluation.values(score, patches.count(), i -> patches.covered(x, baseline, i));
    double[] sums = new double[x.count()];
    int[] times = new int[x.count()];
    for (int i = 0; i < covered.length; i++) {
      for (int at : patches.places(i)) {
        sums[at] += whole - covered[i];
        times[at]++;
      }
    }
    for (int at = 0; at < sums.length; at++) {
      sums[at] /= times[at];
    }
    return like(x, sums);
  }

  private static double[] meanGradient(
      Score score, int length, int count, IntFunction<Tensor> inputs) {
    double[] sum = new double[length];
    Evaluation.derivatives(
        score,
        count,
        inputs,
        (_, derivative) -> {
          for (int j = 0; j < derivative.length; j++) {
            sum[j] += derivative[j] / count;
          }
        });
    return sum;
  }

  /** {@code start + place (end - start)} with the shape and element type of x. */
  private static Tensor between(Tensor x, double[] start, double[] end, double place) {
    double[] values = new double[end.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = start[i] + place * (end[i] - start[i]);
    }
    return like(x, values);
  }

  private static void requireBatch(Tensor x, Tensor baselines) {
    int rank = baselines.shape().rank();
    if (rank == 0 || baselines.shape().size(0) == 0) {
      throw new ShapeException(
          "expectedGradients(input " + x.shape() + ", baselines " + baselines.shape() + ")",
          "needs at least one baseline, [N, ...]");
    }
    requireAlike("expectedGradients", x, baselines.select(0, 0));
  }
}
