package io.atelier.data;

import io.atelier.tensor.Shape;

/** Some examples of a data set. */
final class Selection implements Dataset {
  private final Dataset source;
  private final int[] indices;

  Selection(Dataset source, int... indices) {
    this.source = source;
    this.indices = indices.clone();
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Shape shape() {
    return source.shape();
  }

  @Override
  public int classes() {
    return source.classes();
  }

  @Override
  public Batch batch(int... wanted) {
    int[] numbers = new int[wanted.length];
    for (int i = 0; i < wanted.length; i++) {
      numbers[i] = indices[wanted[i]];
    }
    return source.batch(numbers);
  }
}
