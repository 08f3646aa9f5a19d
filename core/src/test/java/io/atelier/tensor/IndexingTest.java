package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Elements picked by index, by mask and by order, as PyTorch picks them. */
class IndexingTest {
  private static final Tensor X = Tensor.of(new double[] {10, 20, 30, 40, 50, 60}, 2, 3);

  @Test
  void gatherPicksAlongAnAxis() {
    var indices = Tensor.of(new int[] {2, 0, 1, 1}, 2, 2);
    assertThat(X.gather(1, indices).toDoubles()).containsExactly(30, 10, 50, 50);
    var rows = Tensor.of(new long[] {1, 0, 1}, 1, 3);
    assertThat(X.gather(0, rows).toDoubles()).containsExactly(40, 20, 60);
    var whole = Tensor.of(new long[] {1, 1, 0}, 3, 1);
    assertThat(X.gather(0, whole).toDoubles()).containsExactly(40, 50, 60, 40, 50, 60, 10, 20, 30);
    assertThat(Tensor.of(new boolean[] {true, false}, 2).gather(0, vector(1, 0, 0)).toBooleans())
        .containsExactly(false, true, true);
  }

  @Test
  void derivativesOfAnEmbeddingAddUp() {
    var table = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2).tracked();
    var words = Tensor.of(new int[] {2, 0, 2, 2}, 2, 2);
    var found = table.indexSelect(0, words);
    assertThat(found.shape()).isEqualTo(Shape.of(2, 2, 2));
    assertThat(found.toDoubles()).containsExactly(5, 6, 1, 2, 5, 6, 5, 6);
    assertThat(found.sum().backward().of(table).toDoubles()).containsExactly(1, 1, 0, 0, 3, 3);
    assertThat(X.indexSelect(1, Tensor.of(new int[] {2})).toDoubles()).containsExactly(30, 60);
    assertThat(X.indexSelect(-1, vector(2, 2)).toDoubles()).containsExactly(30, 30, 60, 60);
  }

  @Test
  void scatterAddAddsWhereAnIndexComesTwice() {
    var zeros = Tensor.of(new double[3], 3);
    var source = Tensor.of(new double[] {1, 2, 4, 8}, 4);
    assertThat(zeros.scatterAdd(0, vector(2, 0, 2, 2), source).toDoubles())
        .containsExactly(2, 0, 13);
    assertThat(zeros.toDoubles()).containsOnly(0);
    assertThat(vector(5, 6).scatterAdd(0, vector(1, 1), vector(1, 2)).toInts())
        .containsExactly(5, 9);
  }

  @Test
  void oneHotHasAOneAtEachIndex() {
    var hot = vector(2, 0).oneHot(3);
    assertThat(hot.elementType()).isEqualTo(ElementType.FLOAT);
    assertThat(hot.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(hot.toFloats()).containsExactly(0, 0, 1, 1, 0, 0);
  }

  @Test
  void masksFillAndSelect() {
    var mask = Tensor.of(new boolean[] {true, false, true}, 3);
    assertThat(X.maskedFill(mask, -1).toDoubles()).containsExactly(-1, 20, -1, -1, 50, -1);
    assertThat(X.maskedSelect(mask).toDoubles()).containsExactly(10, 30, 40, 60);
    assertThat(vector(1, 2, 3).maskedFill(mask, 7).toInts()).containsExactly(7, 2, 7);
    refuses(
        () -> vector(1, 2, 3).maskedFill(mask, 0.5),
        "maskedFill(INT [3], 0.5): INT cannot hold 0.5");
    ReductionTest.proves(X, x -> x.maskedFill(mask, 3));
    ReductionTest.proves(X, x -> x.maskedSelect(mask));
  }

  @Test
  void whereTakesOneOfTwoOfAnyElementType() {
    var mask = Tensor.of(new boolean[] {true, false, true}, 3);
    assertThat(mask.where(vector(1, 2, 3), vector(7)).toInts()).containsExactly(1, 7, 3);
    assertThat(mask.where(Tensor.arange(0, 2).reshape(2, 1), Tensor.arange(5, 8)).toLongs())
        .containsExactly(0, 6, 0, 1, 6, 1);
    assertThat(mask.where(mask.not(), mask).toBooleans()).containsExactly(false, false, false);
    var rows = X.tracked();
    var chosen = mask.where(rows, rows.negated());
    assertThat(chosen.toDoubles()).containsExactly(10, -20, 30, 40, -50, 60);
    assertThat(chosen.sum().backward().of(rows).toDoubles()).containsExactly(1, -1, 1, 1, -1, 1);
    refuses(
        () -> X.where(X, X),
        "where(DOUBLE [2, 3], DOUBLE [2, 3], DOUBLE [2, 3]): the mask must be BOOL; a comparison"
            + " says what is true");
    refuses(
        () -> mask.where(vector(1), X),
        "where(INT [1], DOUBLE [2, 3]): operands must have one element type, got INT and DOUBLE;"
            + " to(...) converts");
  }

  @Test
  void sortingIsStableAndPutsNotANumberLast() {
    var x = Tensor.of(new float[] {3, Float.NaN, -1, 3, 0f, -0f}, 6);
    assertThat(x.sort(0).indices().toInts()).containsExactly(2, 4, 5, 0, 3, 1);
    assertThat(x.sortDescending(0).indices().toInts()).containsExactly(1, 0, 3, 4, 5, 2);
    var sorted = Tensor.of(new double[] {3, 1, 2, 4, 6, 5}, 2, 3).sort(0);
    assertThat(sorted.values().toDoubles()).containsExactly(3, 1, 2, 4, 6, 5);
    var columns = Tensor.of(new long[] {3, 1, 2, 0}, 2, 2).sort(0);
    assertThat(columns.values().toLongs()).containsExactly(2, 0, 3, 1);
    assertThat(columns.indices().toInts()).containsExactly(1, 1, 0, 0);
  }

  @Test
  void sortingEqualsThatOfTheJdk() {
    double[] values = Op.Sample.uniform(-1, 1, 1031).toDoubles();
    int[] expected =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(i -> i)
            .toArray();
    assertThat(Tensor.of(values, 1031).sort(0).indices().toInts()).isEqualTo(expected);
  }

  @Test
  void topKTakesTheLargest() {
    var x = Tensor.of(new double[] {1, 9, 5, 7, 2, 8}, 2, 3);
    var top = x.topK(2, 1);
    assertThat(top.values().toDoubles()).containsExactly(9, 5, 8, 7);
    assertThat(top.indices().toInts()).containsExactly(1, 2, 2, 0);
    ReductionTest.proves(x, y -> y.topK(2, -1).values());
    ReductionTest.proves(x, y -> y.sort(0).values());
    refuses(
        () -> x.topK(4, 1),
        "topK(4 of [2, 3], axis 1): k must lie within 0 to the size of the axis, 3");
  }

  private static Tensor vector(int... values) {
    return Tensor.of(values, values.length);
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(text);
  }
}
