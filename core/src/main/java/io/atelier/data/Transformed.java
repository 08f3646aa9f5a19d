package io.atelier.data;

import io.atelier.tensor.Rng;
import io.atelier.tensor.Shape;
import io.atelier.tensor.Tensor;

/** The images of a data set as transforms make them. */
final class Transformed implements Dataset {
  private final Dataset source;
  private final Transforms transforms;
  private final Rng rng; // never drawn from: only the streams of its keys are
  private final Shape shape;

  Transformed(Dataset source, Transforms transforms, Rng rng) {
    this.source = source;
    this.transforms = transforms;
    this.rng = rng;
    this.shape = transforms.steps().isEmpty() ? source.shape() : transforms.output(source.shape());
  }

  @Override
  public int size() {
    return source.size();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int classes() {
    return source.classes();
  }

  @Override
  public Batch batch(int... indices) {
    var batch = source.batch(indices);
    if (transforms.isEmpty() || indices.length == 0) {
      return batch;
    }
    var images = new Tensor[indices.length];
    float[] shares = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      var own = rng.keyed(indices[i]);
      images[i] = transforms.apply(batch.inputs().select(0, i), own);
      shares[i] = transforms.mixUp().map(mixing -> mixing.share(own)).orElse(1f);
    }
    var changed = new Batch(Tensor.stack(0, images), batch.labels()); // [N, C, H, W]
    return transforms.mixUp().map(mixing -> mixing.mix(changed, shares, classes())).orElse(changed);
  }
}
