package io.atelier.tensor;

import io.atelier.kernel.ChannelNorm;
import io.atelier.kernel.ChannelNorm.Moments;
import io.atelier.kernel.RowNorm;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Values shifted and scaled to mean 0 and variance 1, then to a weight and a bias of one's own:
 * {@code y = (x - mean) / sqrt(variance + epsilon) weight + bias}, with the biased variance. The
 * methods differ in what the moments are taken over. The layers are in {@code io.atelier.nn}.
 */
sealed interface Normalization permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * Batch normalisation in training: the moments of each channel are those of this batch.
   *
   * <p>Shapes: x [N, C, ...]; weight, bias [C]; values as x; mean, variance [C].
   *
   * <p>Source: Ioffe and Szegedy 2015, "Batch Normalization", algorithm 1.
   *
   * @throws ShapeException if shapes do not fit or a channel has less than two values
   */
  default BatchNormalized batchNorm(Tensor weight, Tensor bias, double epsilon) {
    return new BatchNorm(epsilon, Moments.of(0)).normalize(self(), weight, bias);
  }

  /**
   * Batch normalisation in inference: the moments of each channel are given.
   *
   * <p>Shapes: x [N, C, ...]; mean, variance, weight, bias [C]; result as x.
   *
   * @throws ShapeException if shapes do not fit
   */
  default Tensor normalized(
      Tensor mean, Tensor variance, Tensor weight, Tensor bias, double epsilon) {
    return new Normalize(epsilon).apply(self(), mean, variance, weight, bias);
  }

  /**
   * Layer normalisation: the moments of each example are taken over the last axes, those of the
   * weight.
   *
   * <p>Shapes: x [..., D...]; weight, bias [D...], one axis or several; result as x.
   *
   * <p>Source: Ba, Kiros, Hinton 2016, "Layer Normalization", eq. 4.
   *
   * @throws ShapeException if shapes do not fit or there is nothing to normalise
   */
  default Tensor layerNorm(Tensor weight, Tensor bias, double epsilon) {
    return new LayerNorm(epsilon).apply(self(), weight, bias);
  }

  /**
   * Group normalisation: the moments of each example are taken over each of several groups of
   * channels that lie next to each other. With a group for each channel it is instance
   * normalisation.
   *
   * <p>Shapes: x [N, C, ...]; weight, bias [C]; result as x.
   *
   * <p>Source: Wu and He 2018, "Group Normalization"; Ulyanov, Vedaldi, Lempitsky 2016, "Instance
   * Normalization".
   *
   * @throws ShapeException if shapes do not fit, the groups do not divide the channels, or a group
   *     has less than two values
   */
  default Tensor groupNorm(int groups, Tensor weight, Tensor bias, double epsilon) {
    var x = self();
    var shape = x.shape();
    var call = "groupNorm(" + x.described() + ", " + groups + " groups)";
    if (shape.rank() < 2 || groups < 1 || shape.size(1) % groups != 0) {
      throw new ShapeException(
          call, "the groups must divide the channels\n  rule: [N, C, ...] -> [N, C, ...]");
    }
    int channels = shape.size(1);
    requireChannels(call, channels, weight, bias);
    int n = shape.size(0);
    int values = shape.product(1, shape.rank()) / groups;
    if (values < 2) {
      throw new ShapeException(call, "needs more than one value in a group, got " + values);
    }
    var rows = x.reshape(1, n * groups, values);
    if (groups == channels) {
      var weights = weight.expanded(n, channels).reshape(n * channels);
      var biases = bias.expanded(n, channels).reshape(n * channels);
      return rows.batchNorm(weights, biases, epsilon).values().reshape(shape);
    }
    var one = Tensor.filled(1, Shape.of(n * groups), x.elementType());
    var zero = Tensor.filled(0, Shape.of(n * groups), x.elementType());
    var normalized = rows.batchNorm(one, zero, epsilon).values().reshape(shape);
    return normalized
        .times(weight.reshape(perChannel(shape)))
        .plus(bias.reshape(perChannel(shape)));
  }

  /** The shape [C, 1, ...] that broadcasts against x [N, C, ...]. */
  private static Shape perChannel(Shape x) {
    int[] sizes = new int[x.rank() - 1];
    Arrays.fill(sizes, 1);
    sizes[0] = x.size(1);
    return Shape.of(sizes);
  }

  private static void requireChannels(String call, int channels, Tensor... perChannel) {
    for (var operand : perChannel) {
      if (!operand.shape().equals(Shape.of(channels))) {
        throw new ShapeException(
            call,
            "there are "
                + channels
                + " channels, so that what there is for each must have shape ["
                + channels
                + "], got "
                + operand.shape()
                + "\n  rule: x [N, C, ...], each of the rest [C] -> [N, C, ...]");
      }
    }
  }

  /** {@code z = (x - mean) / sqrt(variance + epsilon)} in tensor operations. */
  private static Tensor standardized(Tensor x, Axes kept, double epsilon) {
    var centred = x.minus(x.mean(kept));
    return centred.times(inverse(centred.squared().mean(kept), epsilon));
  }

  private static Tensor inverse(Tensor variance, double epsilon) {
    return variance.plus(epsilon).sqrt().reciprocal();
  }

  /**
   * The derivative with respect to x, given g, that of z: {@code (g - mean(g) - z mean(g z)) /
   * sqrt(variance + epsilon)}.
   */
  private static Tensor derivative(Tensor g, Tensor z, Tensor x, Axes kept, double epsilon) {
    var rest = g.minus(g.mean(kept)).minus(z.times(g.times(z).mean(kept)));
    return rest.times(inverse(x.variance(kept), epsilon));
  }

  /** Whether the fast derivative serves: nobody wants to differentiate it in turn. */
  private static boolean isFast(Op.Chain chain) {
    return chain.upstream().elementType() == ElementType.FLOAT
        && !chain.upstream().isTracked()
        && chain.inputs().stream().noneMatch(Tensor::isTracked);
  }

  private static Tensor[] detached(Tensor... inputs) {
    return Arrays.stream(inputs).map(Tensor::detached).toArray(Tensor[]::new);
  }

  /** All axes but that of the channels, which stay. */
  private static Axes allButChannels(Shape shape) {
    return Axes.of(IntStream.range(0, shape.rank()).filter(axis -> axis != 1).toArray()).kept();
  }

  /** An operation that normalises. */
  sealed interface Rule extends Op permits ChannelRule, LayerNorm {}

  /** One of x [N, C, ...] and of operands [C]. */
  sealed interface ChannelRule extends Rule permits BatchNorm, Normalize {
    /** Neighbouring values of a channel below which axes are exchanged for the fast kernels. */
    int FEW = 16;

    @Override
    default Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var x = inputs[0].shape();
      if (x.rank() < 2) {
        throw new ShapeException(
            call(inputs),
            "x must have channels\n  rule: x [N, C, ...], each of the rest [C] -> [N, C, ...]");
      }
      requireChannels(call(inputs), x.size(1), Arrays.copyOfRange(inputs, 1, inputs.length));
      return x;
    }

    /** How the fast kernels see x [N, C, ...]. */
    static ChannelNorm layout(Shape x) {
      int inner = x.product(2, x.rank());
      return inner < FEW
          ? new ChannelNorm(1, x.size(1), x.size(0) * inner)
          : new ChannelNorm(x.size(0), x.size(1), inner);
    }

    /** What the fast kernels read of x [N, C, ...], or write: perhaps [C, N, ...]. */
    static Tensor turned(Tensor x) {
      return x.shape().product(2, x.shape().rank()) < FEW ? x.detached().transpose(0, 1) : x;
    }

    /** A new FLOAT tensor as the fast kernels write it, for x [N, C, ...]. */
    static Tensor empty(Shape x) {
      return Tensor.floats(x.product(2, x.rank()) < FEW ? swapped(x) : x);
    }

    /** What the fast kernels wrote, as x [N, C, ...]. */
    static Tensor back(Tensor y, Shape x) {
      return x.product(2, x.rank()) < FEW ? y.transpose(0, 1) : y;
    }

    private static Shape swapped(Shape x) {
      return x.with(0, x.size(1)).with(1, x.size(0));
    }
  }

  /**
   * Batch normalisation in training. Each application has moments of its own.
   *
   * <p>x [N, C, ...], weight [C], bias [C] -> [N, C, ...]
   */
  record BatchNorm(double epsilon, Moments moments) implements ChannelRule {
    @Override
    public Tensor apply(Tensor... inputs) {
      return normalize(inputs).values();
    }

    BatchNormalized normalize(Tensor... inputs) {
      int channels = shape(inputs).size(1);
      var found = Moments.of(channels);
      var values = new BatchNorm(epsilon, found).applyOnce(inputs);
      var type = inputs[0].elementType();
      return new BatchNormalized(
          values,
          Tensor.wrap(found.mean(), Shape.of(channels)).to(type),
          Tensor.wrap(found.variance(), Shape.of(channels)).to(type));
    }

    private Tensor applyOnce(Tensor... inputs) {
      return ChannelRule.super.apply(inputs);
    }

    @Override
    public Shape shape(Tensor... inputs) {
      var x = ChannelRule.super.shape(inputs);
      long values = x.size(0) * (long) x.product(2, x.rank());
      if (values < 2) {
        throw new ShapeException(
            call(inputs),
            "needs more than one value per channel in training, got "
                + values
                + "; in a larger batch there are more");
      }
      return x;
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      return inputs[0].elementType() == ElementType.FLOAT
          ? fast(shape, inputs)
          : definition(detached(inputs));
    }

    private Tensor fast(Shape shape, Tensor... inputs) {
      var x = ChannelRule.turned(inputs[0]);
      var weight = inputs[1];
      var bias = inputs[2];
      var y = ChannelRule.empty(shape);
      ChannelRule.layout(shape)
          .normalize(
              x.floats(),
              x.offset(),
              weight.floats(),
              weight.offset(),
              bias.floats(),
              bias.offset(),
              epsilon,
              moments,
              y.floats());
      return ChannelRule.back(y, shape);
    }

    private Tensor definition(Tensor... inputs) {
      var x = inputs[0];
      var kept = allButChannels(x.shape());
      copy(x.mean(kept), moments.mean());
      copy(x.variance(kept), moments.variance());
      return standardized(x, kept, epsilon)
          .times(inputs[1].reshape(perChannel(x.shape())))
          .plus(inputs[2].reshape(perChannel(x.shape())));
    }

    private static void copy(Tensor values, double[] to) {
      System.arraycopy(values.toDoubles(), 0, to, 0, to.length);
    }

    /**
     * {@code dbias = sum dy}, {@code dweight = sum dy z}, {@code dx = weight / sqrt(variance +
     * epsilon) (dy - mean(dy) - z mean(dy z))}, where z is the normalised x.
     */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      if (isFast(chain)) {
        return inTwoPasses(chain);
      }
      var x = chain.input(0);
      var kept = allButChannels(x.shape());
      var dy = chain.upstream();
      var z = standardized(x, kept, epsilon);
      var weight = chain.input(1).reshape(perChannel(x.shape()));
      var shape = chain.input(1).shape();
      return Arrays.asList(
          chain.needs(0) ? derivative(dy.times(weight), z, x, kept, epsilon) : null,
          chain.needs(1) ? dy.times(z).sum(kept).reshape(shape) : null,
          chain.needs(2) ? dy.sum(kept).reshape(shape) : null);
    }

    private List<@Nullable Tensor> inTwoPasses(Chain chain) {
      var shape = chain.input(0).shape();
      var x = ChannelRule.turned(chain.input(0));
      var dy = ChannelRule.turned(chain.upstream());
      var weight = chain.input(1);
      var dx = ChannelRule.empty(shape);
      var dweight = Tensor.floats(weight.shape());
      var dbias = Tensor.floats(weight.shape());
      ChannelRule.layout(shape)
          .derive(
              dy.floats(),
              dy.offset(),
              x.floats(),
              x.offset(),
              weight.floats(),
              weight.offset(),
              epsilon,
              moments,
              dx.floats(),
              dweight.floats(),
              dbias.floats());
      return Arrays.asList(ChannelRule.back(dx, shape), dweight, dbias);
    }

    static List<Sample> samples() {
      return List.of(
          sample(5, 3),
          sample(2, 1),
          sample(40, 7),
          sample(3, 2, 5),
          sample(1, 3, 2),
          sample(2, 3, 17),
          sample(3, 2, 5, 7),
          sample(1, 2, 1031),
          sample(4, 0, 3));
    }

    private static Sample sample(int... sizes) {
      return Sample.of(
          new BatchNorm(1e-5, Moments.of(0)),
          Sample.uniform(-2, 3, sizes),
          Sample.uniform(0.5, 1.5, sizes[1]),
          Sample.uniform(-1, 1, sizes[1]));
    }
  }

  /**
   * Batch normalisation in inference, of given moments.
   *
   * <p>x [N, C, ...], mean [C], variance [C], weight [C], bias [C] -> [N, C, ...]
   */
  record Normalize(double epsilon) implements ChannelRule {
    @Override
    public String name() {
      return "normalized";
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      if (inputs[0].elementType() == ElementType.FLOAT) {
        return fast(shape, inputs);
      }
      var operands = detached(inputs);
      var per = perChannel(shape);
      return operands[0]
          .minus(operands[1].reshape(per))
          .times(inverse(operands[2], epsilon).times(operands[3]).reshape(per))
          .plus(operands[4].reshape(per));
    }

    private Tensor fast(Shape shape, Tensor... inputs) {
      var x = ChannelRule.turned(inputs[0]);
      var weight = inputs[3];
      var bias = inputs[4];
      var y = ChannelRule.empty(shape);
      ChannelRule.layout(shape)
          .apply(
              x.floats(),
              x.offset(),
              weight.floats(),
              weight.offset(),
              bias.floats(),
              bias.offset(),
              epsilon,
              moments(inputs),
              y.floats());
      return ChannelRule.back(y, shape);
    }

    private static Moments moments(Tensor... inputs) {
      return new Moments(
          inputs[1].to(ElementType.DOUBLE).toDoubles(),
          inputs[2].to(ElementType.DOUBLE).toDoubles());
    }

    /**
     * With {@code r = 1 / sqrt(variance + epsilon)}: {@code dx = dy weight r}, {@code dmean = -sum
     * dy weight r}, {@code dvariance = -sum dy (x - mean) weight r^3 / 2}, {@code dweight = sum dy
     * (x - mean) r}, {@code dbias = sum dy}.
     */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var x = chain.input(0);
      var dy = chain.upstream();
      var weight = chain.input(3);
      var inverse = inverse(chain.input(2), epsilon);
      var scale = weight.times(inverse);
      var dx = chain.needs(0) ? dy.times(scale.reshape(perChannel(x.shape()))) : null;
      if (!chain.needs(1) && !chain.needs(2) && !chain.needs(3) && !chain.needs(4)) {
        return Arrays.asList(dx, null, null, null, null);
      }
      var sums = sums(chain);
      var sum = sums.getFirst();
      var product = sums.getLast();
      return Arrays.asList(
          dx,
          chain.needs(1) ? sum.times(scale).negated() : null,
          chain.needs(2) ? product.times(scale).times(inverse.squared()).times(-0.5) : null,
          chain.needs(3) ? product.times(inverse) : null,
          chain.needs(4) ? sum : null);
    }

    /** The sums of {@code dy} and {@code dy (x - mean)} over each channel: [C], [C]. */
    private static List<Tensor> sums(Chain chain) {
      var shape = chain.input(0).shape();
      var mean = chain.input(1);
      if (!isFast(chain)) {
        var kept = allButChannels(shape);
        var dy = chain.upstream();
        var centred = chain.input(0).minus(mean.reshape(perChannel(shape)));
        return List.of(
            dy.sum(kept).reshape(mean.shape()), dy.times(centred).sum(kept).reshape(mean.shape()));
      }
      var x = ChannelRule.turned(chain.input(0));
      var dy = ChannelRule.turned(chain.upstream());
      double[] sum = new double[mean.count()];
      double[] product = new double[mean.count()];
      var moments = moments(chain.inputs().toArray(Tensor[]::new));
      ChannelRule.layout(shape)
          .sums(dy.floats(), dy.offset(), x.floats(), x.offset(), moments, sum, product);
      return List.of(
          Tensor.wrap(sum, mean.shape()).to(ElementType.FLOAT),
          Tensor.wrap(product, mean.shape()).to(ElementType.FLOAT));
    }

    static List<Sample> samples() {
      return List.of(
          sample(5, 3),
          sample(1, 1),
          sample(0, 3),
          sample(3, 2, 5),
          sample(2, 3, 17),
          sample(2, 3, 4, 5),
          sample(1, 2, 1031));
    }

    private static Sample sample(int... sizes) {
      int channels = sizes[1];
      return Sample.of(
          new Normalize(1e-5),
          Sample.uniform(-2, 3, sizes),
          Sample.uniform(-1, 1, channels),
          Sample.uniform(0.4, 2, channels),
          Sample.uniform(0.5, 1.5, channels),
          Sample.uniform(-1, 1, channels));
    }
  }

  /**
   * Layer normalisation over the last axes.
   *
   * <p>x [..., D...], weight [D...], bias [D...] -> [..., D...]
   */
  record LayerNorm(double epsilon) implements Rule {
    @Override
    public Shape shape(Tensor... inputs) {
      requireFloating(inputs);
      var x = inputs[0].shape();
      var weight = inputs[1].shape();
      int rest = x.rank() - weight.rank();
      if (weight.rank() == 0
          || rest < 0
          || !weight.equals(Shape.of(Arrays.copyOfRange(x.toArray(), rest, x.rank())))) {
        throw new ShapeException(
            call(inputs),
            "the weight must have the shape of the last axes of x"
                + "\n  rule: x [..., D...], weight [D...], bias [D...] -> [..., D...]");
      }
      if (!inputs[2].shape().equals(weight)) {
        throw new ShapeException(
            call(inputs),
            "the bias must have the shape " + weight + " of the weight, got " + inputs[2].shape());
      }
      if (weight.count() == 0) {
        throw new ShapeException(call(inputs), "needs at least one value to normalise");
      }
      return x;
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      if (inputs[0].elementType() == ElementType.FLOAT) {
        var x = inputs[0];
        var weight = inputs[1];
        var bias = inputs[2];
        var y = Tensor.floats(shape);
        int n = weight.count();
        RowNorm.normalize(
            x.floats(),
            x.offset(),
            weight.floats(),
            weight.offset(),
            bias.floats(),
            bias.offset(),
            epsilon,
            y.floats(),
            y.count() / n,
            n);
        return y;
      }
      var operands = detached(inputs);
      return standardized(operands[0], last(operands[1]), epsilon)
          .times(operands[1])
          .plus(operands[2]);
    }

    /** The axes of the weight, counted from the last of x. */
    private static Axes last(Tensor weight) {
      return Axes.of(IntStream.range(-weight.shape().rank(), 0).toArray()).kept();
    }

    /**
     * With {@code g = dy weight} and z the normalised x: {@code dx = (g - mean(g) - z mean(g z)) /
     * sqrt(variance + epsilon)}; over the examples {@code dweight = sum dy z}, {@code dbias = sum
     * dy}.
     */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var x = chain.input(0);
      var weight = chain.input(1);
      var dy = chain.upstream();
      if (isFast(chain)) {
        return inOnePass(x, weight, dy);
      }
      var kept = last(weight);
      var z = standardized(x, kept, epsilon);
      return Arrays.asList(
          chain.needs(0) ? derivative(dy.times(weight), z, x, kept, epsilon) : null,
          chain.needs(1) ? overExamples(dy.times(z), weight.shape()) : null,
          chain.needs(2) ? overExamples(dy, weight.shape()) : null);
    }

    /** The sum over the axes in front: [..., D...] -> [D...]. */
    private static Tensor overExamples(Tensor x, Shape shape) {
      int n = (int) shape.count();
      return x.reshape(x.count() / n, n).sum(0).reshape(shape);
    }

    private List<@Nullable Tensor> inOnePass(Tensor x, Tensor weight, Tensor dy) {
      var dx = Tensor.floats(x.shape());
      var dweight = Tensor.floats(weight.shape());
      var dbias = Tensor.floats(weight.shape());
      int n = weight.count();
      RowNorm.derive(
          dy.floats(),
          dy.offset(),
          x.floats(),
          x.offset(),
          weight.floats(),
          weight.offset(),
          epsilon,
          dx.floats(),
          dweight.floats(),
          dbias.floats(),
          x.count() / n,
          n);
      return Arrays.asList(dx, dweight, dbias);
    }

    static List<Sample> samples() {
      return List.of(
          sample(1, 5, 7),
          sample(1, 5),
          sample(1, 3, 2),
          sample(1, 70, 17),
          sample(2, 3, 4, 5),
          sample(3, 2, 1, 3, 4),
          sample(1, 2, 1031),
          sample(1, 0, 3));
    }

    /** Over so many last axes. */
    private static Sample sample(int axes, int... sizes) {
      int[] last = Arrays.copyOfRange(sizes, sizes.length - axes, sizes.length);
      return Sample.of(
          new LayerNorm(1e-5),
          Sample.uniform(-2, 3, sizes),
          Sample.uniform(0.5, 1.5, last),
          Sample.uniform(-1, 1, last));
    }
  }
}
