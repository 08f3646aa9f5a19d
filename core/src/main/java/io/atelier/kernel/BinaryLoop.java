package io.atelier.kernel;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The template of a loop over two arrays; see {@link Loops}. */
final class BinaryLoop implements Loops.BinaryKernel {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final Loops.Binary OPERATION =
      Loops.operation(MethodHandles.lookup(), Loops.Binary.class);

  BinaryLoop() {}

  @Override
  public void run(float[] a, int a0, float[] b, int b0, float[] y, int y0, int n) {
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      var left = FloatVector.fromArray(SPECIES, a, a0 + i);
      var right = FloatVector.fromArray(SPECIES, b, b0 + i);
      OPERATION.apply(left, right).intoArray(y, y0 + i);
    }
    if (i < n) {
      var mask = SPECIES.indexInRange(i, n);
      var left = FloatVector.fromArray(SPECIES, a, a0 + i, mask);
      var right = FloatVector.fromArray(SPECIES, b, b0 + i, mask);
      OPERATION.apply(left, right).intoArray(y, y0 + i, mask);
    }
  }
}
