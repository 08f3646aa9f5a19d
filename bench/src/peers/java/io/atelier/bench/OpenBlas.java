package io.atelier.bench;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/** OpenBLAS, for products only. */
final class OpenBlas implements Peer {
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
        openblas_nolapack.cblas_sgemm(
            openblas_nolapack.CblasRowMajor,
            openblas_nolapack.CblasNoTrans,
            openblas_nolapack.CblasNoTrans,
            rows,
            columns,
            inner,
            1,
            left,
            inner,
            right,
            columns,
            0,
            result,
            columns);
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
