package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is moved where, by hand; and that storage is shared where nothing moves. */
class MovementTest {
  /** 0 to 5. */
  private static final Tensor X = ReductionTest.counting(2, 3);

  @Test
  void reshapeFindsTheSizeThatIsLeftOpen() {
    assertThat(X.reshape(3, -1).shape()).isEqualTo(Shape.of(3, 2));
    assertThat(X.reshape(-1).shape()).isEqualTo(Shape.of(6));
    assertThat(X.reshape(-1).doubles()).isSameAs(X.doubles());
    refuses(
        () -> X.reshape(4, -1),
        "reshape([2, 3] to [4, -1]): the other sizes leave no whole number of 6 elements for -1,"
            + " which may stand once");
    refuses(
        () -> X.reshape(-1, -1),
        "reshape([2, 3] to [-1, -1]): the other sizes leave no whole number of 6 elements for -1,"
            + " which may stand once");
    refuses(() -> X.reshape(4), "reshape([2, 3] to [4]): 6 elements do not fill 4");
  }

  @Test
  void axesOfSizeOneComeAndGo() {
    assertThat(X.unsqueeze(0).shape()).isEqualTo(Shape.of(1, 2, 3));
    assertThat(X.unsqueeze(-1).shape()).isEqualTo(Shape.of(2, 3, 1));
    assertThat(X.unsqueeze(1).squeeze(1).shape()).isEqualTo(X.shape());
    assertThat(X.reshape(1, 2, 1, 3, 1).squeeze().shape()).isEqualTo(X.shape());
    refuses(
        () -> X.squeeze(1),
        "squeeze([2, 3], axis 1): only an axis of size 1 can be left out, got 3");
    refuses(
        () -> X.unsqueeze(3), "unsqueeze([2, 3], axis 3): the result has 3 axes and no such axis");
  }

  @Test
  void axesAreExchanged() {
    assertThat(X.transpose().toDoubles()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(X.transpose(0, -1).toDoubles()).containsExactly(0, 3, 1, 4, 2, 5);
    var cube = ReductionTest.counting(2, 3, 2);
    var moved = cube.permute(1, 2, 0);
    assertThat(moved.shape()).isEqualTo(Shape.of(3, 2, 2));
    assertThat(moved.toDoubles()).containsExactly(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11);
    assertThat(moved.permute(2, 0, 1).toDoubles()).isEqualTo(cube.toDoubles());
    assertThat(cube.permute(0, 1, 2)).isSameAs(cube);
    refuses(
        cube::transpose,
        "transpose([2, 3, 2]): needs 2 axes, got 3; transpose(axis, axis) exchanges any two");
    refuses(
        () -> cube.permute(0, 0, 1),
        "permute([2, 3, 2] to axes [0, 0, 1]): must name each of the 3 axes once");
  }

  @Test
  void everyElementTypeIsMoved() {
    assertThat(Tensor.of(new int[] {1, 2, 3, 4}, 2, 2).transpose().toInts())
        .containsExactly(1, 3, 2, 4);
    assertThat(Tensor.of(new long[] {1, 2, 3, 4}, 2, 2).flip(0).toLongs())
        .containsExactly(3, 4, 1, 2);
    assertThat(Tensor.of(new boolean[] {true, false}, 2, 1).expanded(2, 2).toBooleans())
        .containsExactly(true, true, false, false);
    assertThat(Tensor.of(new boolean[] {true, false}, 2).pad(0, 1, 0, 1).toBooleans())
        .containsExactly(true, true, false);
    assertThat(Tensor.of(new float[] {1, 2}, 2).flip(0).toFloats()).containsExactly(2, 1);
  }

  @Test
  void repeatingLaysTheWholeEndToEnd() {
    assertThat(X.repeat(2, 1).toDoubles()).containsExactly(0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5);
    assertThat(X.repeat(1, 2).toDoubles()).containsExactly(0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
    assertThat(X.repeat(3, 1, 1).shape()).isEqualTo(Shape.of(3 * 1, 2, 3));
    assertThat(X.repeat(0, 1).shape()).isEqualTo(Shape.of(0, 3));
    refuses(() -> X.repeat(2), "repeat([2, 3], [2]): needs a number for each of the 2 axes, got 1");
  }

  @Test
  void slicesTakePartsAndTheFirstAxisSharesStorage() {
    assertThat(X.slice(1, 1, 3).toDoubles()).containsExactly(1, 2, 4, 5);
    assertThat(X.slice(1, 0, 3, 2).toDoubles()).containsExactly(0, 2, 3, 5);
    var row = X.slice(0, 1, 2);
    assertThat(row.toDoubles()).containsExactly(3, 4, 5);
    assertThat(row.doubles()).isSameAs(X.doubles());
    assertThat(row.slice(1, 1, 3).doubles()).isSameAs(X.doubles());
    assertThat(row.slice(1, 1, 3).plus(1).toDoubles()).containsExactly(5, 6);
    assertThat(X.slice(1, 2, 2).shape()).isEqualTo(Shape.of(2, 0));
    assertThat(X.select(0, -1).toDoubles()).containsExactly(3, 4, 5);
    assertThat(X.select(1, 0).toDoubles()).containsExactly(0, 3);
    refuses(
        () -> X.slice(1, 1, 4),
        "slice([2, 3], axis 1, 1 to 4 by 1): must lie within 0 to 3, in ascending order");
    refuses(
        () -> X.slice(1, 0, 3, -1),
        "slice([2, 3], axis 1, 0 to 3 by -1): the step must be at least 1; flip(axis) reverses");
    refuses(
        () -> X.select(0, 2),
        "select([2, 3], axis 0, index 2): axis 0 has size 2 and no such index");
  }

  @Test
  void whatReadsASliceBeginsAtItsOffset() {
    var x = Op.Sample.uniform(-1, 1, 5, 19).to(ElementType.FLOAT);
    var part = x.slice(0, 2, 4);
    var copy = part.kept();
    assertThat(part.sum(1).toFloats()).isEqualTo(copy.sum(1).toFloats());
    assertThat(part.sum(0).toFloats()).isEqualTo(copy.sum(0).toFloats());
    assertThat(part.softmax().toFloats()).isEqualTo(copy.softmax().toFloats());
    assertThat(part.logSumExp(1).toFloats()).isEqualTo(copy.logSumExp(1).toFloats());
    assertThat(part.cumulativeSum(1).toFloats()).isEqualTo(copy.cumulativeSum(1).toFloats());
    assertThat(part.transpose().toFloats()).isEqualTo(copy.transpose().toFloats());
    assertThat(part.flip(1).toFloats()).isEqualTo(copy.flip(1).toFloats());
    assertThat(part.pad(1, 1, 1, 0).toFloats()).isEqualTo(copy.pad(1, 1, 1, 0).toFloats());
    assertThat(part.sort(1).values().toFloats()).isEqualTo(copy.sort(1).values().toFloats());
    assertThat(part.matmul(x.transpose()).toFloats())
        .isEqualTo(copy.matmul(x.transpose()).toFloats());
    assertThat(part.relu().toFloats()).isEqualTo(copy.relu().toFloats());
  }

  @Test
  void partsAreSplitAndPutTogether() {
    var parts = X.split(1, 1, 2);
    assertThat(parts.get(1).toDoubles()).containsExactly(1, 2, 4, 5);
    assertThat(Tensor.concatenate(-1, parts.get(1), parts.get(0)).toDoubles())
        .containsExactly(1, 2, 0, 4, 5, 3);
    assertThat(X.chunk(1, 3)).hasSize(3).allMatch(part -> part.shape().equals(Shape.of(2, 1)));
    assertThat(Tensor.stack(0, X, X).shape()).isEqualTo(Shape.of(2, 2, 3));
    assertThat(Tensor.stack(-1, X, X).toDoubles())
        .containsExactly(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5);
    refuses(
        () -> X.split(1, 1, 1), "split([2, 3], axis 1 into [1, 1]): the parts must add up to 3");
    refuses(
        () -> X.chunk(1, 2),
        "chunk([2, 3], axis 1 into 2): 3 does not divide into 2 equal parts; split takes a size"
            + " for each");
    refuses(
        () -> Tensor.concatenate(0, X, X.transpose()),
        "concatenate(DOUBLE [2, 3], DOUBLE [3, 2]): all sizes but that of axis 0 must be equal");
    refuses(
        () -> Tensor.concatenate(0, X, Tensor.of(new int[3], 1, 3)),
        "concatenate(DOUBLE [2, 3], INT [1, 3]): operands must have one element type; to(...)"
            + " converts");
    refuses(() -> Tensor.concatenate(0), "concatenate(): needs at least one tensor");
    refuses(() -> Tensor.stack(0), "concatenate(): needs at least one tensor");
    refuses(
        () -> Tensor.stack(0, X, X.transpose()), "stack([2, 3], [3, 2]): all shapes must be equal");
  }

  @Test
  void paddingSurroundsAndRollingGoesRound() {
    assertThat(X.pad(1, 1, 0, -1).toDoubles()).containsExactly(-1, 0, 1, 2, -1, 3, 4, 5);
    assertThat(X.pad(0, 0, 1, 9).toDoubles()).containsExactly(0, 1, 2, 3, 4, 5, 9, 9, 9);
    assertThat(X.flip(1).toDoubles()).containsExactly(2, 1, 0, 5, 4, 3);
    assertThat(X.roll(1, 1).toDoubles()).containsExactly(2, 0, 1, 5, 3, 4);
    assertThat(X.roll(1, -4).toDoubles()).containsExactly(1, 2, 0, 4, 5, 3);
    assertThat(X.roll(0, 2)).isSameAs(X);
    refuses(
        () -> X.pad(1, -1, 0, 0),
        "pad([2, 3], axis 1, -1 and 0): padding must be >= 0; slice(axis, from, to) cuts off");
    refuses(() -> Tensor.of(new int[1], 1).pad(0, 1, 0, 0.5), "INT [2]: cannot hold 0.5");
  }

  @Test
  void firstAndSecondDerivativesOfWhatIsComposedEqualDifferences() {
    var x = Op.Sample.uniform(-2, 2, 2, 3, 4);
    ReductionTest.proves(x, y -> y.repeat(2, 1, 3));
    ReductionTest.proves(x, y -> y.transpose(0, 2));
    ReductionTest.proves(x, y -> y.slice(2, 1, 4, 2));
    ReductionTest.proves(x, y -> y.select(1, -1));
    ReductionTest.proves(x, y -> y.roll(2, 3));
    ReductionTest.proves(x, y -> y.flip(1));
    ReductionTest.proves(x, y -> y.pad(1, 2, 1, 5));
    ReductionTest.proves(x, y -> Tensor.stack(1, y, y.times(2)));
    ReductionTest.proves(x, y -> y.split(2, 1, 3).get(1));
    ReductionTest.proves(x, y -> Tensor.concatenate(0, y.chunk(2, 2).toArray(Tensor[]::new)));
  }

  private static void refuses(ThrowingCallable call, String text) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(text);
  }
}
