package io.atelier.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A network of 5 to 30 operations, chosen by a seed: values are read several times and by operands
 * of other shapes.
 *
 * <p>It is built by being computed in DOUBLE, so that every value is known to be finite, at most 4
 * in size, and away from the kinks of what reads it. Its result adds up every value that nobody
 * read, so each operation matters.
 */
final class RandomGraph {
  private static final double LARGEST_VALUE = 4;
  private static final int LARGEST_COUNT = 64;

  /** How far values stay from a kink: far more than differences and FLOAT move them. */
  private static final double MARGIN = 0.01;

  private static final List<Map.Entry<String, UnaryOperator<Tensor>>> SMOOTH =
      List.of(
          Map.entry("tanh", Tensor::tanh),
          Map.entry("sigmoid", Tensor::sigmoid),
          Map.entry("sin", Tensor::sin),
          Map.entry("cos", Tensor::cos),
          Map.entry("exp", Tensor::exp),
          Map.entry("squared", Tensor::squared),
          Map.entry("softplus", Tensor::softplus),
          Map.entry("gelu", Tensor::gelu),
          Map.entry("silu", Tensor::silu),
          Map.entry("negated", Tensor::negated),
          Map.entry("times 0.7", x -> x.times(0.7)),
          Map.entry("plus 0.3", x -> x.plus(0.3)),
          Map.entry("log of 1 + x^2", x -> x.squared().plus(1).log()),
          Map.entry("root of 1 + x^2", x -> x.squared().plus(1).sqrt()));

  private static final List<Map.Entry<String, UnaryOperator<Tensor>>> KINKED =
      List.of(
          Map.entry("relu", Tensor::relu),
          Map.entry("leakyRelu", x -> x.leakyRelu(0.1)),
          Map.entry("abs", Tensor::abs),
          Map.entry("elu", x -> x.elu(0.7)),
          Map.entry("atLeast 0", x -> x.atLeast(0)));

  private static final List<Map.Entry<String, BinaryOperator<Tensor>>> BROADCAST =
      List.of(
          Map.entry("plus", Tensor::plus),
          Map.entry("minus", Tensor::minus),
          Map.entry("times", Tensor::times),
          Map.entry("divided by 1 + y^2", (x, y) -> x.dividedBy(y.squared().plus(1))));

  /**
   * One operation.
   *
   * @param operands the places of what it reads: leaves first, then operations, in order
   */
  record Node(String name, List<Integer> operands, Function<List<Tensor>, Tensor> operation) {}

  /** Stands at every value when it is made, and at every reading of it. */
  @FunctionalInterface
  interface Tap {
    /** At the making of a value {@code reader} is {@code source}. */
    Tensor pass(int source, int reader, Tensor value);
  }

  private final Rng rng;
  private final List<Tensor> leaves = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();

  /** All values, in DOUBLE: those of the leaves, then those of the operations. */
  private final List<Tensor> values = new ArrayList<>();

  RandomGraph(long seed) {
    rng = Rng.of(seed);
    for (int[] sizes : new int[][] {{3, 4}, {4}, {3, 1}, {4, 4}, {2, 3, 4}}) {
      leaves.add(uniform(sizes));
    }
    values.addAll(leaves);
    int wanted = 5 + rng.nextInt(26);
    while (nodes.size() < wanted) {
      propose().ifPresent(this::addIfTame);
    }
  }

  /** DOUBLE values that FLOAT can hold. */
  List<Tensor> leaves() {
    return leaves;
  }

  /** The number of values: leaves and operations. */
  int size() {
    return values.size();
  }

  /** A value as it is in DOUBLE. */
  Tensor value(int place) {
    return values.get(place);
  }

  /** The scalar that the network computes from these leaves, FLOAT or DOUBLE. */
  Tensor run(List<Tensor> from, Tap tap) {
    var type = from.getFirst().elementType();
    var made = new ArrayList<Tensor>();
    boolean[] read = new boolean[size()];
    for (int place = 0; place < size(); place++) {
      Tensor value;
      if (place < from.size()) {
        value = from.get(place);
      } else {
        var node = nodes.get(place - leaves.size());
        var operands = new ArrayList<Tensor>();
        for (int operand : node.operands()) {
          operands.add(tap.pass(operand, place, made.get(operand)));
          read[operand] = true;
        }
        value = node.operation().apply(operands);
      }
      made.add(tap.pass(place, place, value));
    }
    return IntStream.range(0, size())
        .filter(place -> !read[place])
        .mapToObj(
            place -> tap.pass(place, size(), made.get(place)).times(weights(place, type)).sum())
        .reduce(Tensor::plus)
        .orElseThrow();
  }

  /** A fixed factor for each element of a value that nobody read: 1, 1/2, 1/4, 1/8, 1, ... */
  private Tensor weights(int place, ElementType type) {
    double[] weights = new double[values.get(place).count()];
    Arrays.setAll(weights, i -> 1.0 / (1 << (i % 4)));
    return Tensor.of(weights, values.get(place).shape().toArray()).to(type);
  }

  private Tensor uniform(int... sizes) {
    float[] numbers = new float[(int) Shape.of(sizes).count()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 2 * rng.nextFloat() - 1;
    }
    return Tensor.of(numbers, sizes).to(ElementType.DOUBLE);
  }

  private void addIfTame(Node node) {
    var value = node.operation().apply(node.operands().stream().map(values::get).toList());
    boolean tame =
        value.count() > 0
            && value.count() <= LARGEST_COUNT
            && Arrays.stream(value.toDoubles()).allMatch(x -> Math.abs(x) <= LARGEST_VALUE);
    if (tame) {
      nodes.add(node);
      values.add(value);
    }
  }

  /** One of the last four values half of the time, else any: depth, and many readers. */
  private int pick() {
    return rng.nextInt(2) == 0 ? size() - 1 - rng.nextInt(4) : rng.nextInt(size());
  }

  private <T> T any(List<T> choices) {
    return choices.get(rng.nextInt(choices.size()));
  }

  private Optional<Node> propose() {
    int a = pick();
    int b = pick();
    return switch (rng.nextInt(8)) {
      case 0, 1 -> {
        var choice = any(SMOOTH);
        yield one(choice.getKey(), a, choice.getValue());
      }
      case 2 -> {
        var choice = any(KINKED);
        yield isAway(values.get(a)) ? one(choice.getKey(), a, choice.getValue()) : Optional.empty();
      }
      case 3 -> broadcast(a, b);
      case 4 -> reduction(a);
      case 5 -> product(a, b);
      case 6 -> movement(a, b);
      default -> alongAnAxis(a);
    };
  }

  private Optional<Node> one(String name, int a, UnaryOperator<Tensor> operation) {
    return Optional.of(new Node(name, List.of(a), x -> operation.apply(x.getFirst())));
  }

  private Optional<Node> two(String name, int a, int b, BinaryOperator<Tensor> operation) {
    return Optional.of(
        new Node(name, List.of(a, b), x -> operation.apply(x.getFirst(), x.getLast())));
  }

  private Optional<Node> broadcast(int a, int b) {
    int[] left = values.get(a).shape().toArray();
    int[] right = values.get(b).shape().toArray();
    for (int i = 1; i <= Math.min(left.length, right.length); i++) {
      int m = left[left.length - i];
      int n = right[right.length - i];
      if (m != n && m != 1 && n != 1) {
        return Optional.empty();
      }
    }
    if (rng.nextInt(4) == 0 && isAway(values.get(a).minus(values.get(b)))) {
      return two("maximum", a, b, Tensor::maximum);
    }
    var choice = any(BROADCAST);
    return two(choice.getKey(), a, b, choice.getValue());
  }

  private Optional<Node> reduction(int a) {
    int rank = values.get(a).shape().rank();
    if (rank == 0) {
      return Optional.empty();
    }
    int axis = rng.nextInt(rank);
    var axes = rng.nextInt(2) == 0 ? Axes.of(axis) : Axes.of(axis).kept();
    return switch (rng.nextInt(6)) {
      case 0 -> one("sum over " + axes, a, x -> x.sum(axes));
      case 1 -> one("mean over " + axes, a, x -> x.mean(axes));
      case 2 -> one("variance over " + axes, a, x -> x.variance(axes));
      case 3 -> one("logSumExp over " + axes, a, x -> x.logSumExp(axes));
      case 4 -> one("norm of 1 + x^2 over " + axes, a, x -> x.squared().plus(1).norm(axes));
      default ->
          isApart(values.get(a)) ? one("max over " + axes, a, x -> x.max(axes)) : Optional.empty();
    };
  }

  private Optional<Node> product(int a, int b) {
    var left = values.get(a).shape();
    var right = values.get(b).shape();
    if (left.rank() < 1 || right.rank() != 2) {
      return Optional.empty();
    }
    if (left.size(-1) == right.size(1) && rng.nextInt(2) == 0) {
      return two("linear", a, b, (x, y) -> x.linear(y, y.mean(1)));
    }
    if (left.rank() != 2) {
      return Optional.empty();
    }
    if (left.size(1) == right.size(0)) {
      return two("matmul", a, b, Tensor::matmul);
    }
    return left.size(0) == right.size(0)
        ? two("transposed matmul", a, b, (x, y) -> x.transpose().matmul(y))
        : two("matmul of x x^T and y y^T", a, a, (x, y) -> x.matmul(y.transpose()));
  }

  private Optional<Node> movement(int a, int b) {
    var shape = values.get(a).shape();
    if (shape.rank() == 0) {
      return one("expanded", a, x -> x.expanded(2, 3));
    }
    int axis = rng.nextInt(shape.rank());
    int size = shape.size(axis);
    return switch (rng.nextInt(9)) {
      case 0 -> one("transpose", a, x -> x.transpose(axis, -1));
      case 1 -> one("flat", a, x -> x.reshape(-1));
      case 2 -> one("slice", a, x -> x.slice(axis, size / 2, size));
      case 3 -> one("every other", a, x -> x.slice(axis, 0, size, 2));
      case 4 -> one("flip", a, x -> x.flip(axis));
      case 5 -> one("roll", a, x -> x.roll(axis, 1));
      case 6 -> one("pad", a, x -> x.pad(axis, 1, 1, 0.5));
      case 7 -> one("select", a, x -> x.select(axis, -1));
      default ->
          shape.equals(values.get(b).shape())
              ? two("concatenate", a, b, (x, y) -> Tensor.concatenate(axis, x, y))
              : one("unsqueeze", a, x -> x.unsqueeze(axis));
    };
  }

  private Optional<Node> alongAnAxis(int a) {
    var shape = values.get(a).shape();
    if (shape.rank() == 0) {
      return Optional.empty();
    }
    int axis = rng.nextInt(shape.rank());
    int[] places = IntStream.generate(() -> rng.nextInt(shape.size(axis))).limit(3).toArray();
    var indices = Tensor.of(places, places.length);
    return switch (rng.nextInt(6)) {
      case 0 -> one("softmax", a, x -> x.softmax(axis));
      case 1 -> one("logSoftmax", a, x -> x.logSoftmax(axis));
      case 2 -> one("cumulativeSum", a, x -> x.cumulativeSum(axis));
      case 3 -> one("indexSelect", a, x -> x.indexSelect(axis, indices));
      case 4 -> {
        var mask = uniform(shape.toArray()).greater(Tensor.of(new double[1], 1));
        yield one("where", a, x -> mask.where(x, x.times(0.5)));
      }
      default -> crossEntropy(a, shape);
    };
  }

  private Optional<Node> crossEntropy(int a, Shape shape) {
    if (shape.rank() != 2) {
      return Optional.empty();
    }
    int[] numbers =
        IntStream.generate(() -> rng.nextInt(shape.size(1))).limit(shape.size(0)).toArray();
    var labels = Tensor.of(numbers, numbers.length);
    return one("crossEntropy", a, x -> Criterion.crossEntropy(x, labels));
  }

  /** Whether every value is away from 0. */
  private static boolean isAway(Tensor x) {
    return Arrays.stream(x.toDoubles()).allMatch(value -> Math.abs(value) > MARGIN);
  }

  /** Whether all values are away from each other. */
  private static boolean isApart(Tensor x) {
    double[] sorted = Arrays.stream(x.toDoubles()).sorted().toArray();
    return IntStream.range(1, sorted.length).allMatch(i -> sorted[i] - sorted[i - 1] > MARGIN);
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int place = 0; place < size(); place++) {
      text.append(System.lineSeparator()).append(place).append(": ");
      if (place >= leaves.size()) {
        var node = nodes.get(place - leaves.size());
        text.append(node.name()).append(" of ").append(node.operands()).append(" -> ");
      }
      text.append(values.get(place).shape());
    }
    return text.toString();
  }
}
