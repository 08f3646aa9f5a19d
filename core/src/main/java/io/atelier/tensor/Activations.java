package io.atelier.tensor;

import io.atelier.kernel.Loops;
import io.atelier.kernel.Reference;
import io.atelier.kernel.VectorMath;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Activation functions: what makes a network of layers more than one layer. */
sealed interface Activations permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** The rectified linear unit {@code max(x, 0)}; derivative 0 at the kink, as PyTorch has it. */
  default Tensor relu() {
    return new Relu().apply(self());
  }

  /** 1 where {@code x > 0}, else 0; its derivative is 0 everywhere. */
  default Tensor positive() {
    return new Positive().apply(self());
  }

  /** The logistic function {@code 1 / (1 + e^-x)}. */
  default Tensor sigmoid() {
    return new Sigmoid().apply(self());
  }

  /** The hyperbolic tangent. */
  default Tensor tanh() {
    return new Tanh().apply(self());
  }

  /** {@code ln(1 + e^x)}, exact for large {@code |x|} too. */
  default Tensor softplus() {
    return new Softplus().apply(self());
  }

  /**
   * The exponential linear unit: x where {@code x > 0}, else {@code alpha (e^x - 1)}.
   *
   * <p>Source: Clevert, Unterthiner, Hochreiter 2015.
   */
  default Tensor elu(double alpha) {
    return new Elu(alpha).apply(self());
  }

  /**
   * The scaled exponential linear unit: {@code 1.0507 elu(x, 1.67326)}, with more digits.
   *
   * <p>Source: Klambauer, Unterthiner, Mayr, Hochreiter 2017.
   */
  default Tensor selu() {
    return elu(1.6732632423543772).times(1.0507009873554805);
  }

  /**
   * The Gaussian error linear unit {@code x Phi(x)}, exact.
   *
   * <p>Source: Hendrycks and Gimpel 2016.
   */
  default Tensor gelu() {
    return new Gelu().apply(self());
  }

  /** {@code Phi(x)}, the distribution function of the standard normal distribution. */
  default Tensor normalCdf() {
    return new NormalCdf().apply(self());
  }

  /** {@code phi(x) = e^(-x^2/2) / sqrt(2 pi)}, the density of the standard normal distribution. */
  default Tensor normalDensity() {
    return new NormalDensity().apply(self());
  }

  /** x where {@code x > 0}, else {@code slope x}. */
  default Tensor leakyRelu(double slope) {
    return new LeakyRelu(slope).apply(self());
  }

  /** {@code ln(1 / (1 + e^-x))}, exact for large {@code |x|} too. */
  default Tensor logSigmoid() {
    return new LogSigmoid().apply(self());
  }

  /**
   * GELU by the hyperbolic tangent: {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}.
   *
   * <p>Source: Hendrycks and Gimpel 2016; the form that GPT-2 uses.
   */
  default Tensor geluTanh() {
    var x = self();
    var inner = x.squared().times(0.044715).plus(1).times(x).times(0.7978845608028654);
    return inner.tanh().plus(1).times(x).times(0.5);
  }

  /** {@code x / (1 + e^-x)}, also called swish. Source: Elfwing, Uchibe, Doya 2017. */
  default Tensor silu() {
    return self().times(self().sigmoid());
  }

  /** {@code x tanh(ln(1 + e^x))}. Source: Misra 2019. */
  default Tensor mish() {
    return self().times(self().softplus().tanh());
  }

  /** {@code clamp(x / 6 + 1/2, 0, 1)}; derivative 0 at both kinks, as PyTorch has it. */
  default Tensor hardSigmoid() {
    return new HardSigmoid().apply(self());
  }

  /**
   * {@code x hardSigmoid(x)}; derivative 0 at -3 and 1 at 3, as PyTorch has it.
   *
   * <p>Source: Howard et al. 2019, "Searching for MobileNetV3".
   */
  default Tensor hardSwish() {
    return self().times(self().hardSigmoid());
  }

  /** An activation function. */
  sealed interface Rule extends Elementwise.Unary
      permits Relu,
          LeakyRelu,
          Positive,
          Sigmoid,
          Tanh,
          Softplus,
          LogSigmoid,
          HardSigmoid,
          Elu,
          Gelu,
          NormalCdf,
          NormalDensity {}

  /** {@code max(x, 0)}; derivative 0 at 0. */
  record Relu() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> x.max(0f));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Math.max(x, 0);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.positive();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Relu(), -2, 2);
    }
  }

  /** x above 0, {@code slope x} below; derivative {@code slope} at 0. */
  record LeakyRelu(double slope) implements Rule {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, slope) -> x.mul(slope).blend(x, x.compare(VectorOperators.GT, 0f)));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return slope;
    }

    @Override
    public double reference(double x) {
      return x > 0 ? x : slope * x;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.positive().times(1 - slope).plus(slope);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new LeakyRelu(0.1), -2, 2);
    }
  }

  /** 1 where {@code x > 0}, else 0. */
  record Positive() implements Rule {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary(
            (x, _) -> FloatVector.zero(x.species()).blend(1f, x.compare(VectorOperators.GT, 0f)));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return x > 0 ? 1 : 0;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(0, x.shape(), x.elementType());
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Positive(), -2, 2);
    }
  }

  /** {@code 1 / (1 + e^-x)}; derivative {@code y (1 - y)}. */
  record Sigmoid() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.sigmoid(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.sigmoid(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.times(y.negated().plus(1));
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Sigmoid(), -4, 4);
    }
  }

  /** tanh; derivative {@code 1 - y^2}. */
  record Tanh() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.tanh(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.tanh(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.squared().negated().plus(1);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Tanh(), -3, 3);
    }
  }

  /** {@code ln(1 + e^x)}; derivative the logistic function. */
  record Softplus() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.softplus(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.softplus(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.sigmoid();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Softplus(), -4, 4);
    }
  }

  /** {@code -ln(1 + e^-x)}; derivative the logistic function of -x. */
  record LogSigmoid() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.logSigmoid(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.logSigmoid(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.negated().sigmoid();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new LogSigmoid(), -4, 4);
    }
  }

  /** {@code clamp(x / 6 + 1/2, 0, 1)}; derivative 1/6 strictly between -3 and 3. */
  record HardSigmoid() implements Rule {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, _) -> x.add(3f).max(0f).min(6f).div(6f));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Math.min(Math.max(x + 3, 0), 6) / 6;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.plus(3).positive().times(x.negated().plus(3).positive()).times(1.0 / 6);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new HardSigmoid(), -5, 5);
    }
  }

  /** x above 0, {@code alpha (e^x - 1)} below; derivative {@code alpha} at 0. */
  record Elu(double alpha) implements Rule {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, alpha) ->
            VectorMath.expm1(x).mul(alpha).blend(x, x.compare(VectorOperators.GT, 0f)));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return alpha;
    }

    @Override
    public double reference(double x) {
      return x > 0 ? x : alpha * StrictMath.expm1(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return below(x).times(alpha).plus(x.positive());
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Elu(0.7), -3, 3);
    }
  }

  /** {@code x Phi(x)}; derivative {@code Phi(x) + x phi(x)}. */
  record Gelu() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.gelu(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.gelu(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.normalCdf().plus(x.times(x.normalDensity()));
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Gelu(), -4, 4);
    }
  }

  /** Phi, the distribution function of the standard normal distribution; derivative phi. */
  record NormalCdf() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.normalCdf(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.normalCdf(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.normalDensity();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new NormalCdf(), -4, 4);
    }
  }

  /** phi, the density of the standard normal distribution; derivative {@code -x phi(x)}. */
  record NormalDensity() implements Rule {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, _) -> VectorMath.normalDensity(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.normalDensity(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.times(y).negated();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new NormalDensity(), -4, 4);
    }
  }

  /** {@code e^min(x, 0)} where x is not above 0, else 0. */
  private static Tensor below(Tensor x) {
    return x.negated().relu().negated().exp().times(x.positive().negated().plus(1));
  }
}
