/** Tensors, derivatives, layers, optimisers and batches, on nothing but the JDK. */
module io.atelier.core {
  requires jdk.incubator.vector;
  requires static transitive org.jspecify;

  exports io.atelier.tensor;
  exports io.atelier.nn;
  exports io.atelier.optim;
  exports io.atelier.data;
}
