package io.atelier.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * The sizes on which a convolution and its derivatives are proven.
 *
 * @param image [N, C, H, W]
 * @param weight [F, C/groups, h, w]
 */
record ConvolutionSamples(Shape image, Shape weight, Window window, int groups) {
  /** Stride, padding, dilation and groups by each other, on odd sizes; and special cases. */
  static List<ConvolutionSamples> all() {
    var samples = new ArrayList<ConvolutionSamples>();
    for (int stride = 1; stride <= 3; stride++) {
      for (int padding = 0; padding <= 2; padding++) {
        for (int dilation = 1; dilation <= 2; dilation++) {
          for (int groups = 1; groups <= 2; groups++) {
            var moved = Window.of(3, 2).stride(stride, 1).padding(padding, 1).dilation(dilation, 1);
            samples.add(of(moved, groups, Shape.of(2, 2, 5 + stride, 7), 2));
          }
        }
      }
    }
    samples.add(of(Window.of(1), 1, Shape.of(2, 3, 4, 5), 2)); // a product at every pixel
    samples.add(of(Window.of(1).stride(2), 1, Shape.of(1, 2, 5, 4), 3));
    samples.add(of(Window.of(2).stride(3), 1, Shape.of(1, 1, 8, 7), 1)); // skips pixels
    samples.add(of(Window.of(3).padding(1), 4, Shape.of(1, 4, 3, 3), 8)); // depth-wise
    samples.add(of(Window.of(4).same(), 1, Shape.of(1, 1, 5, 5), 1)); // uneven padding
    samples.add(of(Window.of(1, 5).stride(1, 2).padding(0, 4), 1, Shape.of(2, 1, 1, 20), 2));
    samples.add(of(Window.of(3), 1, Shape.of(0, 2, 5, 5), 2)); // an empty batch
    samples.add(of(Window.of(3).padding(1), 1, Shape.of(3, 2, 21, 19), 9)); // several chains
    samples.add(of(Window.of(5), 1, Shape.of(1, 17, 5, 6), 7)); // a deep window
    return samples;
  }

  private static ConvolutionSamples of(Window window, int groups, Shape image, int filters) {
    var over = window.over(2);
    var weight = Shape.of(filters, image.size(1) / groups, over.sizeAlong(0), over.sizeAlong(1));
    return new ConvolutionSamples(image, weight, window, groups);
  }

  /** The shape of the convolution's result. */
  Shape result() {
    var over = window.over(2);
    return Shape.of(
        image.size(0),
        weight.size(0),
        over.outputs(0, image.size(2)),
        over.outputs(1, image.size(3)));
  }
}
