package io.atelier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The layout is that of PyTorch's print; widths and line breaks were counted by hand. */
class PrinterTest {
  @Test
  void aMatrixHasAlignedColumns() {
    var x = Tensor.of(new float[] {1, -2.5f, 1 / 3f, 40}, 2, 2);
    assertThat(x)
        .hasToString(
            """
            tensor([[ 1.0000, -2.5000],
                    [ 0.3333, 40.0000]], FLOAT [2, 2])\
            """);
  }

  @Test
  void matricesOfAStackStandApart() {
    assertThat(Tensor.arange(0, 12).reshape(2, 3, 2))
        .hasToString(
            """
            tensor([[[ 0,  1],
                     [ 2,  3],
                     [ 4,  5]],

                    [[ 6,  7],
                     [ 8,  9],
                     [10, 11]]], LONG [2, 3, 2])\
            """);
  }

  @Test
  void everyElementTypeIsPrintedAsItIs() {
    assertThat(Tensor.scalar(3)).hasToString("tensor(3.0000, FLOAT [])");
    assertThat(Tensor.of(new double[] {0.25}, 1)).hasToString("tensor([0.2500], DOUBLE [1])");
    assertThat(Tensor.of(new int[] {-7, 10}, 2)).hasToString("tensor([-7, 10], INT [2])");
    assertThat(Tensor.of(new boolean[] {true, false}, 2))
        .hasToString("tensor([ true, false], BOOL [2])");
    assertThat(Tensor.of(new long[] {Long.MAX_VALUE}, 1))
        .hasToString("tensor([9223372036854775807], LONG [1])");
    assertThat(Tensor.zeros(0, 3)).hasToString("tensor([], FLOAT [0, 3])");
  }

  @Test
  void aWideRangeIsWrittenInPowersOfTen() {
    var small = Tensor.of(new double[] {1e-5, -2, 0, 123456}, 2, 2);
    assertThat(small)
        .hasToString(
            """
            tensor([[ 1.0000e-05, -2.0000e+00],
                    [ 0.0000e+00,  1.2346e+05]], DOUBLE [2, 2])\
            """);
    assertThat(Tensor.of(new double[] {0.001, 1}, 2))
        .hasToString("tensor([0.0010, 1.0000], DOUBLE [2])");
    assertThat(Tensor.of(new double[] {2e8}, 1)).hasToString("tensor([2.0000e+08], DOUBLE [1])");
  }

  @Test
  void whatIsNoFiniteNumberDoesNotChangeTheFormat() {
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(Tensor.of(new double[] {Double.NaN, infinity, -infinity, 0.5}, 4))
        .hasToString("tensor([   nan,    inf,   -inf, 0.5000], DOUBLE [4])");
    assertThat(Tensor.of(new double[] {Double.NaN}, 1)).hasToString("tensor([nan], DOUBLE [1])");
  }

  @Test
  void aLongRowIsBrokenAtEightyCharacters() {
    assertThat(Tensor.arange(0, 20))
        .hasToString(
            """
            tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
                    18, 19], LONG [20])\
            """);
  }

  @Test
  void theMiddleOfALargeTensorIsLeftOut() {
    assertThat(Tensor.arange(0, 1001))
        .hasToString("tensor([   0,    1,    2, ...,  998,  999, 1000], LONG [1001])");
    assertThat(Tensor.arange(0, 2800).reshape(7, 2, 200))
        .hasToString(
            """
            tensor([[[   0,    1,    2, ...,  197,  198,  199],
                     [ 200,  201,  202, ...,  397,  398,  399]],

                    [[ 400,  401,  402, ...,  597,  598,  599],
                     [ 600,  601,  602, ...,  797,  798,  799]],

                    [[ 800,  801,  802, ...,  997,  998,  999],
                     [1000, 1001, 1002, ..., 1197, 1198, 1199]],

                    ...,

                    [[1600, 1601, 1602, ..., 1797, 1798, 1799],
                     [1800, 1801, 1802, ..., 1997, 1998, 1999]],

                    [[2000, 2001, 2002, ..., 2197, 2198, 2199],
                     [2200, 2201, 2202, ..., 2397, 2398, 2399]],

                    [[2400, 2401, 2402, ..., 2597, 2598, 2599],
                     [2600, 2601, 2602, ..., 2797, 2798, 2799]]], LONG [7, 2, 200])\
            """);
    assertThat(Tensor.arange(0, 1000).toString()).doesNotContain("...");
  }

  @Test
  void aTensorOfAnEndedStepSaysSo() {
    Tensor inside;
    try (var _ = Step.inference()) {
      inside = Tensor.zeros(2, 3).plus(1);
      assertThat(inside.toString()).contains("1.0000");
    }
    assertThat(inside).hasToString("tensor(FLOAT [2, 3] of an inference step that has ended)");
  }

  @Test
  void theLocaleDoesNotMatter() {
    var before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(Tensor.of(new float[] {1.5f, -2}, 2))
          .hasToString("tensor([ 1.5000, -2.0000], FLOAT [2])");
    } finally {
      Locale.setDefault(before);
    }
  }
}
