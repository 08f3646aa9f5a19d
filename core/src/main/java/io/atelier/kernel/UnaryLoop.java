package io.atelier.kernel;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The template of a loop over one array; see {@link Loops}. */
final class UnaryLoop implements Loops.UnaryKernel {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final Loops.Unary OPERATION =
      Loops.operation(MethodHandles.lookup(), Loops.Unary.class);

  UnaryLoop() {}

  @Override
  public void run(float[] x, int x0, float p, float[] y, int y0, int n) {
    var argument = FloatVector.broadcast(SPECIES, p);
    int i = 0;
    for (; i < SPECIES.loopBound(n); i += SPECIES.length()) {
      var value = FloatVector.fromArray(SPECIES, x, x0 + i);
      OPERATION.apply(value, argument).intoArray(y, y0 + i);
    }
    if (i < n) {
      var mask = SPECIES.indexInRange(i, n);
      var value = FloatVector.fromArray(SPECIES, x, x0 + i, mask);
      OPERATION.apply(value, argument).intoArray(y, y0 + i, mask);
    }
  }
}
