package io.atelier.tensor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comparisons, what is made of their results, and the choice between two tensors. */
sealed interface Logic permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /** Where {@code a > b}, broadcast: BOOL. */
  default Tensor greater(Tensor other) {
    return new Compare(Comparison.GREATER).broadcast(self(), other);
  }

  /** Where {@code a >= b}, broadcast: BOOL. */
  default Tensor greaterOrEqual(Tensor other) {
    return new Compare(Comparison.GREATER_OR_EQUAL).broadcast(self(), other);
  }

  /** Where {@code a < b}, broadcast: BOOL. */
  default Tensor less(Tensor other) {
    return new Compare(Comparison.LESS).broadcast(self(), other);
  }

  /** Where {@code a <= b}, broadcast: BOOL. */
  default Tensor lessOrEqual(Tensor other) {
    return new Compare(Comparison.LESS_OR_EQUAL).broadcast(self(), other);
  }

  /** Where {@code a = b}, broadcast: BOOL. Not a number equals nothing. */
  default Tensor equalTo(Tensor other) {
    return new Compare(Comparison.EQUAL).broadcast(self(), other);
  }

  /** Where a BOOL tensor is false. */
  default Tensor not() {
    return new Connect(Connective.NOT_BOTH).broadcast(self(), self());
  }

  /** Where two BOOL tensors are true, broadcast. */
  default Tensor and(Tensor other) {
    return new Connect(Connective.AND).broadcast(self(), other);
  }

  /** Where one of two BOOL tensors is true, or both, broadcast. */
  default Tensor or(Tensor other) {
    return new Connect(Connective.OR).broadcast(self(), other);
  }

  /**
   * Takes {@code yes} where this BOOL tensor is true and {@code no} where it is false; all three
   * are broadcast to one shape. Of any element type.
   *
   * <p>Derivatives pass to the operand that was taken. What was not taken counts as a constant, but
   * it has been computed: a value that is not a number there makes its own derivative not a number.
   *
   * @throws ShapeException if this is not BOOL, or the types of the two differ, or shapes do not
   *     fit
   */
  default Tensor where(Tensor yes, Tensor no) {
    var rule = new Where();
    rule.requireTypes(self(), yes, no);
    var both = Movement.broadcast(rule, yes, no);
    var shape = Movement.broadcast(rule, self(), yes.expanded(both));
    return rule.apply(self().expanded(shape), yes.expanded(shape), no.expanded(shape));
  }

  /** How two numbers compare. */
  enum Comparison {
    GREATER("greater"),
    GREATER_OR_EQUAL("greaterOrEqual"),
    LESS("less"),
    LESS_OR_EQUAL("lessOrEqual"),
    EQUAL("equalTo");

    private final String operation;

    Comparison(String operation) {
      this.operation = operation;
    }

    boolean holds(double a, double b) {
      return switch (this) {
        case GREATER -> a > b;
        case GREATER_OR_EQUAL -> a >= b;
        case LESS -> a < b;
        case LESS_OR_EQUAL -> a <= b;
        case EQUAL -> a == b;
      };
    }

    boolean holds(long a, long b) {
      return switch (this) {
        case GREATER -> a > b;
        case GREATER_OR_EQUAL -> a >= b;
        case LESS -> a < b;
        case LESS_OR_EQUAL -> a <= b;
        case EQUAL -> a == b;
      };
    }
  }

  /** How two truths are joined. */
  enum Connective {
    AND("and"),
    OR("or"),
    NOT_BOTH("not");

    private final String operation;

    Connective(String operation) {
      this.operation = operation;
    }

    boolean holds(boolean a, boolean b) {
      return switch (this) {
        case AND -> a && b;
        case OR -> a || b;
        case NOT_BOTH -> !(a && b);
      };
    }
  }

  /** An operation on truths. */
  sealed interface Rule extends Op permits Compare, Connect, Where {
    /** Repeats sizes of 1 until the shapes agree, then applies. */
    default Tensor broadcast(Tensor a, Tensor b) {
      var shape = Movement.broadcast(this, a, b);
      return apply(a.expanded(shape), b.expanded(shape));
    }
  }

  /** How two tensors of one type compare; no derivative. [...], [...] -> BOOL [...] */
  record Compare(Comparison how) implements Rule {
    @Override
    public String name() {
      return how.operation;
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireOneType(inputs[0], inputs[1]);
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var a = inputs[0];
      var b = inputs[1];
      boolean[] truths = new boolean[Tensor.length(shape)];
      for (int i = 0; i < truths.length; i++) {
        truths[i] =
            a.elementType().isFloating()
                ? how.holds(a.number(i), b.number(i))
                : how.holds(a.whole(i), b.whole(i));
      }
      return Tensor.wrap(truths, shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      throw new GraphException("a comparison has no derivative: its results are true or false");
    }

    static List<Sample> samples() {
      return Arrays.stream(Comparison.values())
          .map(how ->
              Sample.of(
                  new Compare(how), Sample.uniform(-1, 1, 3, 17), Sample.uniform(-1, 1, 3, 17)))
          .toList();
    }
  }

  /** Two truths joined; no derivative. BOOL [...], BOOL [...] -> BOOL [...] */
  record Connect(Connective how) implements Rule {
    @Override
    public String name() {
      return how.operation;
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireOneType(inputs[0], inputs[1]);
      if (inputs[0].elementType() != ElementType.BOOL) {
        throw new ShapeException(call(inputs), "needs BOOL operands: what a comparison yields");
      }
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      boolean[] truths = inputs[0].toBooleans();
      boolean[] others = inputs[1].toBooleans();
      for (int i = 0; i < truths.length; i++) {
        truths[i] = how.holds(truths[i], others[i]);
      }
      return Tensor.wrap(truths, shape);
    }

    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      throw new GraphException("and, or and not have no derivative: their results are truths");
    }

    static List<Sample> samples() {
      var a = Tensor.of(new boolean[] {true, true, false, false}, 4);
      var b = Tensor.of(new boolean[] {true, false, true, false}, 4);
      return Arrays.stream(Connective.values())
          .map(how -> Sample.of(new Connect(how), a, b))
          .toList();
    }
  }

  /** One of two by a mask, of any element type. BOOL [...], yes [...], no [...] -> [...] */
  record Where() implements Rule {
    void requireTypes(Tensor mask, Tensor yes, Tensor no) {
      if (mask.elementType() != ElementType.BOOL) {
        throw new ShapeException(
            call(mask, yes, no), "the mask must be BOOL; a comparison says what is true");
      }
      requireOneType(yes, no);
    }

    @Override
    public Shape shape(Tensor... inputs) {
      requireTypes(inputs[0], inputs[1], inputs[2]);
      return inputs[0].shape();
    }

    @Override
    public Tensor forward(Shape shape, Tensor... inputs) {
      var y = Elements.create(inputs[1].elementType(), shape);
      boolean[] mask = inputs[0].toBooleans();
      int i = 0;
      while (i < mask.length) { // whole runs at once
        int begin = i;
        while (i < mask.length && mask[i] == mask[begin]) {
          i++;
        }
        var source = inputs[mask[begin] ? 1 : 2];
        int from = source.offset() + begin;
        System.arraycopy(Elements.of(source), from, Elements.of(y), begin, i - begin);
      }
      return y;
    }

    /** Each operand gets the derivative where it was taken, and 0 elsewhere. */
    @Override
    public List<@Nullable Tensor> backward(Chain chain) {
      var mask = chain.input(0);
      var upstream = chain.upstream();
      var zero = Tensor.filled(0, Shape.of(), upstream.elementType());
      return Arrays.asList(
          null,
          chain.needs(1) ? mask.where(upstream, zero) : null,
          chain.needs(2) ? mask.where(zero, upstream) : null);
    }

    static List<Sample> samples() {
      var mask = Sample.uniform(-1, 1, 3, 17).greater(Sample.uniform(0, 0, 3, 17));
      return List.of(
          Sample.of(new Where(), mask, Sample.uniform(-1, 1, 3, 17), Sample.uniform(2, 3, 3, 17)),
          Sample.of(
              new Where(),
              Tensor.of(new boolean[] {true, false}, 2),
              Tensor.of(new long[] {1, 2}, 2),
              Tensor.of(new long[] {3, 4}, 2)),
          Sample.of(
              new Where(),
              Tensor.of(new boolean[0], 0),
              Sample.uniform(-1, 1, 0),
              Sample.uniform(-1, 1, 0)));
    }
  }
}
