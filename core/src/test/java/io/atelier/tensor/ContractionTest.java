package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Products against their definition, element by element. */
class ContractionTest {
  private final int threads = Machine.threads();

  @AfterEach
  void restoreThreads() {
    Machine.useThreads(threads);
  }

  @Test
  void vectorsMatricesAndBatchesFollowOneDefinition() {
    check(List.of(5), List.of(5), List.of());
    check(List.of(0), List.of(0), List.of());
    check(List.of(5), List.of(5, 3), List.of(3));
    check(List.of(4, 5), List.of(5), List.of(4));
    check(List.of(4, 5), List.of(5, 3), List.of(4, 3));
    check(List.of(2, 4, 5), List.of(5), List.of(2, 4));
    check(List.of(5), List.of(2, 5, 3), List.of(2, 3));
    check(List.of(2, 4, 5), List.of(5, 3), List.of(2, 4, 3));
    check(List.of(4, 5), List.of(2, 5, 3), List.of(2, 4, 3));
    check(List.of(2, 4, 5), List.of(2, 5, 3), List.of(2, 4, 3));
    check(List.of(3, 1, 4, 5), List.of(2, 5, 1), List.of(3, 2, 4, 1));
    check(List.of(3, 1, 2, 2), List.of(1, 2, 2, 2), List.of(3, 2, 2, 2));
    check(List.of(0, 4, 5), List.of(5, 3), List.of(0, 4, 3));
    check(List.of(2, 4, 0), List.of(2, 0, 3), List.of(2, 4, 3));
    check(List.of(2, 3, 385), List.of(2, 385, 17), List.of(2, 3, 17));
  }

  @Test
  void aBatchHasTheBitsOfItsProductsForAnyNumberOfThreads() {
    int[][] cases = {{61, 33, 40, 35}, {2, 90, 400, 70}, {13, 65, 260, 64}}; // batch, M, K, N
    for (int[] sizes : cases) {
      var a = single(Op.Sample.uniform(-1, 1, sizes[0], sizes[1], sizes[2]));
      var b = single(Op.Sample.uniform(-1, 1, sizes[0], sizes[2], sizes[3]));
      Machine.useThreads(1);
      float[] expected = oneByOne(a, b);
      for (int count = 1; count <= 3; count++) {
        Machine.useThreads(count);
        assertThat(a.matmul(b).toFloats()).isEqualTo(expected);
      }
    }
  }

  @Test
  void aStepTellsOfItsProductsInTheirOrder() {
    var x = single(Op.Sample.uniform(-1, 1, 3, 4, 5));
    var y = single(Op.Sample.uniform(-1, 1, 3, 5, 2));
    var told = new ArrayList<Step.Product>();
    try (var step = Step.training(Rng.of(1))) {
      x.matmul(y); // before it was asked to
      step.timingProducts(told::add);
      x.tracked().matmul(y).sum().backward();
    }
    x.matmul(y); // the step has ended
    assertThat(told)
        .extracting(
            Step.Product::count,
            Step.Product::m,
            Step.Product::n,
            Step.Product::k,
            Step.Product::transposedLeft,
            Step.Product::transposedRight,
            Step.Product::multiplyAdds)
        .containsExactly(
            tuple(3, 4, 2, 5, false, false, 120L), tuple(3, 4, 5, 2, false, true, 120L));
  }

  @Test
  void rowsOfABatchLaidTogetherHaveTheBitsOfTheBatch() {
    var a = single(Op.Sample.uniform(-1, 1, 3, 7, 400));
    var b = single(Op.Sample.uniform(-1, 1, 400, 9));
    assertThat(a.matmul(b).toFloats()).isEqualTo(a.matmul(b.unsqueeze(0)).toFloats());
  }

  @Test
  void operandsBeginAtTheirOffsets() {
    var a = single(Op.Sample.uniform(-1, 1, 5, 3, 4));
    var b = single(Op.Sample.uniform(-1, 1, 5, 4, 2));
    var product = a.slice(0, 2, 4).matmul(b.slice(0, 1, 3));
    assertThat(product.toFloats())
        .isEqualTo(a.slice(0, 2, 4).kept().matmul(b.slice(0, 1, 3).kept()).toFloats());
    assertThat(product.select(0, 1).toFloats())
        .isEqualTo(a.select(0, 3).matmul(b.select(0, 2)).toFloats());
  }

  @Test
  void firstAndSecondDerivativesEqualDifferences() {
    var x = Op.Sample.uniform(-1, 1, 2, 3, 4);
    var vector = Op.Sample.uniform(-1, 1, 4);
    ReductionTest.proves(x, y -> y.matmul(y.transpose(1, 2)));
    ReductionTest.proves(x, y -> y.slice(0, 0, 1).transpose(1, 2).matmul(y));
    ReductionTest.proves(x, y -> y.matmul(vector).squared());
    ReductionTest.proves(x, y -> y.matmul(y.select(0, 1).transpose()));
    ReductionTest.proves(x, y -> y.select(0, 0).matmul(y.transpose(1, 2)));
    ReductionTest.proves(vector, y -> y.matmul(y));
    ReductionTest.proves(vector, y -> x.matmul(y));
    ReductionTest.proves(vector, y -> y.matmul(x.transpose(1, 2)));
    ReductionTest.proves(vector, y -> y.outer(y.slice(0, 1, 4)));
  }

  @Test
  void outerMultipliesEveryPair() {
    var column = Tensor.of(new double[] {1, -2, 3}, 3);
    var row = Tensor.of(new double[] {5, 7}, 2);
    assertThat(column.outer(row).shape()).isEqualTo(Shape.of(3, 2));
    assertThat(column.outer(row).toDoubles()).containsExactly(5, 7, -10, -14, 15, 21);
    refuses(
        () -> column.outer(row.unsqueeze(0)),
        "outer([3], [1, 2]): both operands must be vectors\n  rule: [M], [N] -> [M, N]");
  }

  @Test
  void sizesThatDoNotFitAreNamedWithTheRuleOfTheirAxes() {
    refuses(
        () -> zeros(3).matmul(zeros(4)),
        "matmul([3], [4]): elements of the left (3) must equal elements of the right (4)\n"
            + "  rule: [K] . [K] -> []");
    refuses(
        () -> zeros(3).matmul(zeros(4, 3)),
        "matmul([3], [4, 3]): elements of the left (3) must equal rows of the right (4); is the"
            + " right operand transposed?\n  rule: [K] . [K, N] -> [N]");
    refuses(
        () -> zeros(3, 2).matmul(zeros(3)),
        "matmul([3, 2], [3]): columns of the left (2) must equal elements of the right (3)\n"
            + "  rule: [M, K] . [K] -> [M]");
    refuses(
        () -> zeros(7, 3, 2).matmul(zeros(3, 2)),
        "matmul([7, 3, 2], [3, 2]): columns of the left (2) must equal rows of the right (3); is"
            + " the right operand transposed?\n  rule: [..., M, K] . [..., K, N] -> [..., M, N]");
    refuses(
        () -> zeros(7, 3, 2).matmul(zeros(3)),
        "matmul([7, 3, 2], [3]): columns of the left (2) must equal elements of the right (3)\n"
            + "  rule: [..., M, K] . [K] -> [..., M]");
    refuses(
        () -> zeros(2).matmul(zeros(7, 3, 2)),
        "matmul([2], [7, 3, 2]): elements of the left (2) must equal rows of the right (3); is the"
            + " right operand transposed?\n  rule: [K] . [..., K, N] -> [..., N]");
  }

  @Test
  void batchesThatDoNotBroadcastAreRefused() {
    refuses(
        () -> zeros(6, 2, 3, 4).matmul(zeros(5, 4, 6)),
        "matmul([6, 2, 3, 4], [5, 4, 6]): batch sizes at axis -3 must be equal or 1, got 2 and 5\n"
            + "  rule: [..., M, K] . [..., K, N] -> [..., M, N]");
    refuses(
        () -> zeros(2, 1, 3, 4).matmul(zeros(5, 1, 4, 6)),
        "matmul([2, 1, 3, 4], [5, 1, 4, 6]): batch sizes at axis -4 must be equal or 1, got 2 and"
            + " 5\n  rule: [..., M, K] . [..., K, N] -> [..., M, N]");
  }

  @Test
  void scalarsAndOtherElementTypesAreRefused() {
    refuses(
        () -> zeros(2, 3).matmul(Tensor.scalar(1)),
        "matmul([2, 3], []): needs vectors or matrices, got a scalar; times(...) scales");
    refuses(
        () -> zeros(2, 2, 3).matmul(Tensor.scalar(1)),
        "matmul([2, 2, 3], []): needs vectors or matrices, got a scalar; times(...) scales");
    refuses(
        () -> zeros(2).matmul(Tensor.of(new int[2], 2)),
        "matmul([2], INT [2]): operands must have one element type, got FLOAT and INT; to(...)"
            + " converts");
    refuses(
        () -> zeros(2).matmul(Tensor.of(new double[2], 2)),
        "matmul([2], DOUBLE [2]): operands must have one element type, got FLOAT and DOUBLE;"
            + " to(...) converts");
  }

  private static void check(List<Integer> left, List<Integer> right, List<Integer> shape) {
    var a = Op.Sample.uniform(-1, 1, sizes(left));
    var b = Op.Sample.uniform(-1, 1, sizes(right));
    double[] expected = definition(a, b, sizes(shape));
    var exact = a.matmul(b);
    assertThat(exact.shape()).isEqualTo(Shape.of(sizes(shape)));
    assertThat(exact.toDoubles()).containsExactly(expected, within(1e-12));
    var fast = single(a).matmul(single(b)).to(ElementType.DOUBLE);
    assertThat(fast.shape()).isEqualTo(Shape.of(sizes(shape)));
    assertThat(fast.toDoubles()).containsExactly(expected, within(1e-4));
  }

  /** For every index of the result its sum over k, each operand read at its own index. */
  private static double[] definition(Tensor a, Tensor b, int... shape) {
    boolean row = a.shape().rank() == 1;
    boolean column = b.shape().rank() == 1;
    int length = a.shape().size(-1);
    double[] c = new double[(int) Shape.of(shape).count()];
    for (int at = 0; at < c.length; at++) {
      var index = index(at, shape);
      int j = column ? 0 : index.removeLast();
      int i = row ? 0 : index.removeLast();
      for (int k = 0; k < length; k++) {
        c[at] +=
            element(a, index, row ? List.of(k) : List.of(i, k))
                * element(b, index, column ? List.of(k) : List.of(k, j));
      }
    }
    return c;
  }

  private static List<Integer> index(int at, int... shape) {
    var index = new ArrayList<Integer>();
    int rest = at;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index.addFirst(rest % shape[axis]);
      rest /= shape[axis];
    }
    return index;
  }

  /** The element of one matrix of a batch, whose axes of size 1 have that one index only. */
  private static double element(Tensor x, List<Integer> batch, List<Integer> place) {
    var shape = x.shape();
    var index = new ArrayList<>(batch);
    index.addAll(place);
    int at = 0;
    for (int axis = -shape.rank(); axis < 0; axis++) {
      int i = index.get(index.size() + axis);
      at = at * shape.size(axis) + (shape.size(axis) == 1 ? 0 : i);
    }
    return x.number(at);
  }

  private static float[] oneByOne(Tensor a, Tensor b) {
    int batch = a.shape().size(0);
    var products = new Tensor[batch];
    for (int i = 0; i < batch; i++) {
      products[i] = a.select(0, i).matmul(b.select(0, i));
    }
    return Tensor.stack(0, products).toFloats();
  }

  private static int[] sizes(List<Integer> shape) {
    return shape.stream().mapToInt(Integer::intValue).toArray();
  }

  private static Tensor single(Tensor x) {
    return x.to(ElementType.FLOAT);
  }

  private static Tensor zeros(int... sizes) {
    return Tensor.of(new float[(int) Shape.of(sizes).count()], sizes);
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(text);
  }
}
