package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernel of {@link Gemm}: a tile of the result that stays in registers while it runs
 * along {@code k}.
 *
 * <p>Six rows by two vectors fill the 16 registers of AVX2, six by four the 32 of AVX-512 and NEON.
 * Every element is one chain of fused multiply-adds in ascending {@code k}, whatever the shape.
 */
final class Tile {
  /** Rows of a tile. */
  static final int HEIGHT = 6;

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;
  private static final boolean WIDE =
      LANES == 16 || System.getProperty("os.arch").equals("aarch64");

  /** Columns of a tile, and of a panel. */
  static final int WIDTH = (WIDE ? 4 : 2) * LANES;

  private Tile() {}

  /**
   * Computes one tile.
   *
   * @param a rows contiguous in {@code k}, the first at {@code a0}, {@code stride} apart
   * @param height rows that exist, at most {@link #HEIGHT}; the tile repeats the last for the rest
   * @param panel one panel from {@code b0}: {@code depth} rows of {@link #WIDTH} values
   * @param c the target from {@code c0}, rows {@code target} apart
   */
  static void multiply(
      float[] a,
      int a0,
      int stride,
      int height,
      float[] panel,
      int b0,
      int depth,
      float[] c,
      int c0,
      int target) {
    int a1 = height > 1 ? a0 + stride : a0;
    int a2 = height > 2 ? a1 + stride : a1;
    int a3 = height > 3 ? a2 + stride : a2;
    int a4 = height > 4 ? a3 + stride : a3;
    int a5 = height > 5 ? a4 + stride : a4;
    if (WIDE) {
      wide(a, a0, a1, a2, a3, a4, a5, panel, b0, depth, c, c0, target);
    } else {
      narrow(a, a0, a1, a2, a3, a4, a5, panel, b0, depth, c, c0, target);
    }
  }

  private static void narrow(
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      int a4,
      int a5,
      float[] panel,
      int b0,
      int depth,
      float[] c,
      int c0,
      int target) {
    var zero = FloatVector.zero(SPECIES);
    var c00 = zero;
    var c01 = zero;
    var c10 = zero;
    var c11 = zero;
    var c20 = zero;
    var c21 = zero;
    var c30 = zero;
    var c31 = zero;
    var c40 = zero;
    var c41 = zero;
    var c50 = zero;
    var c51 = zero;
    for (int p = 0; p < depth; p++) {
      int at = b0 + p * WIDTH;
      var q0 = FloatVector.fromArray(SPECIES, panel, at);
      var q1 = FloatVector.fromArray(SPECIES, panel, at + LANES);
      var x = FloatVector.broadcast(SPECIES, a[a0 + p]);
      c00 = x.fma(q0, c00);
      c01 = x.fma(q1, c01);
      x = FloatVector.broadcast(SPECIES, a[a1 + p]);
      c10 = x.fma(q0, c10);
      c11 = x.fma(q1, c11);
      x = FloatVector.broadcast(SPECIES, a[a2 + p]);
      c20 = x.fma(q0, c20);
      c21 = x.fma(q1, c21);
      x = FloatVector.broadcast(SPECIES, a[a3 + p]);
      c30 = x.fma(q0, c30);
      c31 = x.fma(q1, c31);
      x = FloatVector.broadcast(SPECIES, a[a4 + p]);
      c40 = x.fma(q0, c40);
      c41 = x.fma(q1, c41);
      x = FloatVector.broadcast(SPECIES, a[a5 + p]);
      c50 = x.fma(q0, c50);
      c51 = x.fma(q1, c51);
    }
    c00.intoArray(c, c0);
    c01.intoArray(c, c0 + LANES);
    c10.intoArray(c, c0 + target);
    c11.intoArray(c, c0 + target + LANES);
    c20.intoArray(c, c0 + 2 * target);
    c21.intoArray(c, c0 + 2 * target + LANES);
    c30.intoArray(c, c0 + 3 * target);
    c31.intoArray(c, c0 + 3 * target + LANES);
    c40.intoArray(c, c0 + 4 * target);
    c41.intoArray(c, c0 + 4 * target + LANES);
    c50.intoArray(c, c0 + 5 * target);
    c51.intoArray(c, c0 + 5 * target + LANES);
  }

  private static void wide(
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      int a4,
      int a5,
      float[] panel,
      int b0,
      int depth,
      float[] c,
      int c0,
      int target) {
    var zero = FloatVector.zero(SPECIES);
    var c00 = zero;
    var c01 = zero;
    var c02 = zero;
    var c03 = zero;
    var c10 = zero;
    var c11 = zero;
    var c12 = zero;
    var c13 = zero;
    var c20 = zero;
    var c21 = zero;
    var c22 = zero;
    var c23 = zero;
    var c30 = zero;
    var c31 = zero;
    var c32 = zero;
    var c33 = zero;
    var c40 = zero;
    var c41 = zero;
    var c42 = zero;
    var c43 = zero;
    var c50 = zero;
    var c51 = zero;
    var c52 = zero;
    var c53 = zero;
    for (int p = 0; p < depth; p++) {
      int at = b0 + p * WIDTH;
      var q0 = FloatVector.fromArray(SPECIES, panel, at);
      var q1 = FloatVector.fromArray(SPECIES, panel, at + LANES);
      var q2 = FloatVector.fromArray(SPECIES, panel, at + 2 * LANES);
      var q3 = FloatVector.fromArray(SPECIES, panel, at + 3 * LANES);
      var x = FloatVector.broadcast(SPECIES, a[a0 + p]);
      c00 = x.fma(q0, c00);
      c01 = x.fma(q1, c01);
      c02 = x.fma(q2, c02);
      c03 = x.fma(q3, c03);
      x = FloatVector.broadcast(SPECIES, a[a1 + p]);
      c10 = x.fma(q0, c10);
      c11 = x.fma(q1, c11);
      c12 = x.fma(q2, c12);
      c13 = x.fma(q3, c13);
      x = FloatVector.broadcast(SPECIES, a[a2 + p]);
      c20 = x.fma(q0, c20);
      c21 = x.fma(q1, c21);
      c22 = x.fma(q2, c22);
      c23 = x.fma(q3, c23);
      x = FloatVector.broadcast(SPECIES, a[a3 + p]);
      c30 = x.fma(q0, c30);
      c31 = x.fma(q1, c31);
      c32 = x.fma(q2, c32);
      c33 = x.fma(q3, c33);
      x = FloatVector.broadcast(SPECIES, a[a4 + p]);
      c40 = x.fma(q0, c40);
      c41 = x.fma(q1, c41);
      c42 = x.fma(q2, c42);
      c43 = x.fma(q3, c43);
      x = FloatVector.broadcast(SPECIES, a[a5 + p]);
      c50 = x.fma(q0, c50);
      c51 = x.fma(q1, c51);
      c52 = x.fma(q2, c52);
      c53 = x.fma(q3, c53);
    }
    c00.intoArray(c, c0);
    c01.intoArray(c, c0 + LANES);
    c02.intoArray(c, c0 + 2 * LANES);
    c03.intoArray(c, c0 + 3 * LANES);
    c10.intoArray(c, c0 + target);
    c11.intoArray(c, c0 + target + LANES);
    c12.intoArray(c, c0 + target + 2 * LANES);
    c13.intoArray(c, c0 + target + 3 * LANES);
    c20.intoArray(c, c0 + 2 * target);
    c21.intoArray(c, c0 + 2 * target + LANES);
    c22.intoArray(c, c0 + 2 * target + 2 * LANES);
    c23.intoArray(c, c0 + 2 * target + 3 * LANES);
    c30.intoArray(c, c0 + 3 * target);
    c31.intoArray(c, c0 + 3 * target + LANES);
    c32.intoArray(c, c0 + 3 * target + 2 * LANES);
    c33.intoArray(c, c0 + 3 * target + 3 * LANES);
    c40.intoArray(c, c0 + 4 * target);
    c41.intoArray(c, c0 + 4 * target + LANES);
    c42.intoArray(c, c0 + 4 * target + 2 * LANES);
    c43.intoArray(c, c0 + 4 * target + 3 * LANES);
    c50.intoArray(c, c0 + 5 * target);
    c51.intoArray(c, c0 + 5 * target + LANES);
    c52.intoArray(c, c0 + 5 * target + 2 * LANES);
    c53.intoArray(c, c0 + 5 * target + 3 * LANES);
  }
}
