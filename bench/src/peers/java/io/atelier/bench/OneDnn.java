package io.atelier.bench;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;

/** oneDNN, for products only. */
final class OneDnn implements Peer {
  @Override
  public Work prepare(Problem problem, int threads) {
    if (!(problem instanceof Product(int rows, int inner, int columns))) {
      throw Peer.unsupported(problem);
    }
    var product = (Product) problem;
    var left = new FloatPointer(product.left());
    var right = new FloatPointer(product.right());
    var result = new FloatPointer((long) rows * columns);
    return new Work() {
      @Override
      public void run() {
        byte asIs = 'N';
        dnnl.dnnl_sgemm(
            asIs, asIs, rows, columns, inner, 1, left, inner, right, columns, 0, result, columns);
      }

      @Override
      public float[] check() {
        run();
        float[] values = new float[rows * columns];
        result.get(values);
        return Numbers.sample(values);
      }
    };
  }
}
