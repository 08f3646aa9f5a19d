package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernel of {@link Gemm}: a tile of the result that stays in registers while it runs
 * along {@code k}.
 *
 * <p>Six rows by two vectors fill the 16 registers of AVX2, six by four the 32 of AVX-512 and NEON.
 * For a product with few columns, eight rows by one vector waste less. Every element is one chain
 * of fused multiply-adds in ascending {@code k}, whatever the shape.
 */
enum Tile {
  /** Six rows by two or four vectors. */
  BROAD(6, (Registers.MANY ? 4 : 2) * Lanes.COUNT),

  /** Eight rows by one vector. */
  TALL(8, Lanes.COUNT);

  /** How many vector registers there are. */
  private static final class Registers {
    static final boolean MANY =
        Lanes.COUNT == 16 || System.getProperty("os.arch").equals("aarch64");
  }

  /** Columns of the panels that {@link #flat} reads. */
  static final int FLAT_WIDTH = 8 * Lanes.COUNT;

  /** The most elements that a tile has. */
  static final int LARGEST = 24 * Lanes.COUNT;

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;
  private static final int BROAD_WIDTH = BROAD.width;

  /** Rows of a tile. */
  final int height;

  /** Columns of a tile, and of a panel. */
  final int width;

  Tile(int height, int width) {
    this.height = height;
    this.width = width;
  }

  /** The tile for a product with so many columns. */
  static Tile of(int columns) {
    return columns <= TALL.width ? TALL : BROAD;
  }

  /**
   * Computes one tile.
   *
   * @param a rows contiguous in {@code k}, the first at {@code a0}, {@code stride} apart
   * @param rows those that exist, at most {@link #height}; the tile repeats the last for the rest
   * @param panel one panel from {@code b0}: {@code depth} rows of {@link #width} values
   * @param c the target from {@code c0}, rows {@code target} apart
   */
  void multiply(
      float[] a,
      int a0,
      int stride,
      int rows,
      float[] panel,
      int b0,
      int depth,
      float[] c,
      int c0,
      int target) {
    int a1 = rows > 1 ? a0 + stride : a0;
    int a2 = rows > 2 ? a1 + stride : a1;
    int a3 = rows > 3 ? a2 + stride : a2;
    int a4 = rows > 4 ? a3 + stride : a3;
    int a5 = rows > 5 ? a4 + stride : a4;
    if (this == TALL) {
      int a6 = rows > 6 ? a5 + stride : a5;
      int a7 = rows > 7 ? a6 + stride : a6;
      tall(a, a0, a1, a2, a3, a4, a5, a6, a7, panel, b0, depth, c, c0, target);
    } else if (Registers.MANY) {
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
      int at = b0 + p * BROAD_WIDTH;
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
      int at = b0 + p * BROAD_WIDTH;
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

  private static void tall(
      float[] a,
      int a0,
      int a1,
      int a2,
      int a3,
      int a4,
      int a5,
      int a6,
      int a7,
      float[] panel,
      int b0,
      int depth,
      float[] c,
      int c0,
      int target) {
    var zero = FloatVector.zero(SPECIES);
    var r0 = zero;
    var r1 = zero;
    var r2 = zero;
    var r3 = zero;
    var r4 = zero;
    var r5 = zero;
    var r6 = zero;
    var r7 = zero;
    for (int p = 0; p < depth; p++) {
      var q = FloatVector.fromArray(SPECIES, panel, b0 + p * LANES);
      r0 = FloatVector.broadcast(SPECIES, a[a0 + p]).fma(q, r0);
      r1 = FloatVector.broadcast(SPECIES, a[a1 + p]).fma(q, r1);
      r2 = FloatVector.broadcast(SPECIES, a[a2 + p]).fma(q, r2);
      r3 = FloatVector.broadcast(SPECIES, a[a3 + p]).fma(q, r3);
      r4 = FloatVector.broadcast(SPECIES, a[a4 + p]).fma(q, r4);
      r5 = FloatVector.broadcast(SPECIES, a[a5 + p]).fma(q, r5);
      r6 = FloatVector.broadcast(SPECIES, a[a6 + p]).fma(q, r6);
      r7 = FloatVector.broadcast(SPECIES, a[a7 + p]).fma(q, r7);
    }
    r0.intoArray(c, c0);
    r1.intoArray(c, c0 + target);
    r2.intoArray(c, c0 + 2 * target);
    r3.intoArray(c, c0 + 3 * target);
    r4.intoArray(c, c0 + 4 * target);
    r5.intoArray(c, c0 + 5 * target);
    r6.intoArray(c, c0 + 6 * target);
    r7.intoArray(c, c0 + 7 * target);
  }

  /** One row by eight vectors: {@code sums[0 .. FLAT_WIDTH]} of a panel that wide. */
  static void flat(float[] a, int a0, float[] panel, int b0, int depth, float[] sums) {
    var zero = FloatVector.zero(SPECIES);
    var s0 = zero;
    var s1 = zero;
    var s2 = zero;
    var s3 = zero;
    var s4 = zero;
    var s5 = zero;
    var s6 = zero;
    var s7 = zero;
    for (int p = 0; p < depth; p++) {
      var x = FloatVector.broadcast(SPECIES, a[a0 + p]);
      int at = b0 + p * FLAT_WIDTH;
      s0 = x.fma(FloatVector.fromArray(SPECIES, panel, at), s0);
      s1 = x.fma(FloatVector.fromArray(SPECIES, panel, at + LANES), s1);
      s2 = x.fma(FloatVector.fromArray(SPECIES, panel, at + 2 * LANES), s2);
      s3 = x.fma(FloatVector.fromArray(SPECIES, panel, at + 3 * LANES), s3);
      s4 = x.fma(FloatVector.fromArray(SPECIES, panel, at + 4 * LANES), s4);
      s5 = x.fma(FloatVector.fromArray(SPECIES, panel, at + 5 * LANES), s5);
      s6 = x.fma(FloatVector.fromArray(SPECIES, panel, at + 6 * LANES), s6);
      s7 = x.fma(FloatVector.fromArray(SPECIES, panel, at + 7 * LANES), s7);
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, LANES);
    s2.intoArray(sums, 2 * LANES);
    s3.intoArray(sums, 3 * LANES);
    s4.intoArray(sums, 4 * LANES);
    s5.intoArray(sums, 5 * LANES);
    s6.intoArray(sums, 6 * LANES);
    s7.intoArray(sums, 7 * LANES);
  }
}
