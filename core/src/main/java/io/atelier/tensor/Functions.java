package io.atelier.tensor;

import io.atelier.kernel.Loops;
import io.atelier.kernel.Reference;
import io.atelier.kernel.VectorMath;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** The functions of analysis, of each element alone: powers, logarithms, angles. */
sealed interface Functions permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** {@code 1 / x}. */
  default Tensor reciprocal() {
    return new Reciprocal().apply(self());
  }

  /** The square root; not a number below 0. */
  default Tensor sqrt() {
    return new Sqrt().apply(self());
  }

  /** {@code x^exponent}, as {@code Math.pow} has it. */
  default Tensor power(double exponent) {
    return new Power(exponent).apply(self());
  }

  /** {@code e^x}. */
  default Tensor exp() {
    return new Exp().apply(self());
  }

  /** The natural logarithm: minus infinity at 0, not a number below. */
  default Tensor log() {
    return new Log().apply(self());
  }

  /** {@code ln(1 + x)}, exact for small {@code |x|} too; minus infinity at -1. */
  default Tensor log1p() {
    return new Log1p().apply(self());
  }

  /** {@code e^x - 1}, exact for small {@code |x|} too. */
  default Tensor expm1() {
    return new Expm1().apply(self());
  }

  /** The error function, {@code 2 / sqrt(pi)} times the integral of {@code e^(-t^2)} to x. */
  default Tensor erf() {
    return new Erf().apply(self());
  }

  /** The sine of an angle in radians. */
  default Tensor sin() {
    return new Sin().apply(self());
  }

  /** The cosine of an angle in radians. */
  default Tensor cos() {
    return new Cos().apply(self());
  }

  /** A function of one variable. */
  sealed interface Rule extends Elementwise.Unary
      permits Reciprocal, Sqrt, Power, Exp, Log, Log1p, Expm1, Erf, Sin, Cos {}

  /** {@code 1 / x}; derivative {@code -y^2}. */
  record Reciprocal() implements Rule {
    private static final Loops.UnaryKernel LOOP =
        Loops.unary((x, _) -> FloatVector.broadcast(x.species(), 1f).div(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return 1 / x;
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.squared().negated();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Reciprocal(), 0.5, 4);
    }
  }

  /** The square root; derivative {@code 1 / (2 y)}. */
  record Sqrt() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> x.sqrt());

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Math.sqrt(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y.times(2).reciprocal();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Sqrt(), 0.1, 4);
    }
  }

  /** {@code x^exponent}; derivative {@code exponent x^(exponent - 1)}. */
  record Power(double exponent) implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.scalar(StrictMath::pow);

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double argument() {
      return exponent;
    }

    @Override
    public double reference(double x) {
      return StrictMath.pow(x, exponent);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.power(exponent - 1).times(exponent);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Power(2.5), 0.5, 3);
    }
  }

  /** {@code e^x}. */
  record Exp() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.exp(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.exp(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return y;
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Exp(), -4, 4);
    }
  }

  /** {@code ln x}. */
  record Log() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.log(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.log(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return Tensor.filled(1, x.shape(), x.elementType()).dividedBy(x);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Log(), 0.1, 4);
    }
  }

  /** {@code ln(1 + x)}; derivative {@code 1 / (1 + x)}. */
  record Log1p() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.log1p(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.log1p(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.plus(1).reciprocal();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Log1p(), -0.9, 4);
    }
  }

  /** {@code e^x - 1}; derivative {@code e^x}. */
  record Expm1() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.expm1(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.expm1(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.exp();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Expm1(), -4, 4);
    }
  }

  /** The error function; derivative {@code 2 / sqrt(pi) e^(-x^2)}. */
  record Erf() implements Rule {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.erf(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return Reference.erf(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.squared().negated().exp().times(TWO_OVER_SQRT_PI);
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Erf(), -4, 4);
    }
  }

  /** The sine; derivative the cosine. */
  record Sin() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.sin(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.sin(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.cos();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Sin(), -4, 4);
    }
  }

  /** The cosine; derivative minus the sine. */
  record Cos() implements Rule {
    private static final Loops.UnaryKernel LOOP = Loops.unary((x, _) -> VectorMath.cos(x));

    @Override
    public Loops.UnaryKernel loop() {
      return LOOP;
    }

    @Override
    public double reference(double x) {
      return StrictMath.cos(x);
    }

    @Override
    public Tensor slope(Tensor x, Tensor y) {
      return x.sin().negated();
    }

    static List<Sample> samples() {
      return Elementwise.Unary.samples(new Cos(), -4, 4);
    }
  }
}
