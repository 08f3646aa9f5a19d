package io.atelier.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector width that this machine prefers. */
public final class Lanes {
  /** The widest float vector that runs well here. */
  public static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Floats in one vector: 4, 8 or 16. */
  public static final int COUNT = SPECIES.length();

  private Lanes() {}
}
