package io.atelier.datasets;

import io.atelier.data.Batch;
import io.atelier.data.ByteDataset;
import io.atelier.data.Dataset;
import io.atelier.tensor.Shape;
import io.atelier.tensor.ShapeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pictures that are decoded each time a batch of them is made.
 *
 * @param shape of one of them: [1, H, W] or [3, H, W]
 */
record Pictures(List<Picture> pictures, Shape shape, int classes) implements Dataset {
  /** What an array holds. */
  static final int MOST_VALUES = Integer.MAX_VALUE - 8;

  /** A file and its class. */
  record Picture(Path file, int label) {}

  Pictures {
    pictures = List.copyOf(pictures);
  }

  @Override
  public int size() {
    return pictures.size();
  }

  @Override
  public Batch batch(int... indices) {
    var batch = decoded(indices);
    return batch.batch(IntStream.range(0, indices.length).toArray());
  }

  /** The same pictures, decoded now and kept if they are no more bytes than this. */
  Dataset within(long mostBytes) {
    return size() * shape.count() <= mostBytes
        ? decoded(IntStream.range(0, size()).toArray())
        : this;
  }

  /** Decoded by all processors; of several broken pictures the first is told. */
  private ByteDataset decoded(int... indices) {
    int length = (int) shape.count();
    long count = (long) indices.length * length;
    if (count > MOST_VALUES) {
      throw new ShapeException(
          "batch of " + indices.length + " pictures " + shape,
          count + " values do not fit a Java array of 2,147,483,639");
    }
    var values = new byte[indices.length * length];
    var labels = new byte[indices.length];
    var failures = new RuntimeException[indices.length];
    IntStream.range(0, indices.length)
        .parallel()
        .forEach(i -> {
          var picture = pictures.get(indices[i]);
          labels[i] = (byte) picture.label();
          try {
            decode(picture.file(), values, i * length);
          } catch (RuntimeException failure) {
            failures[i] = failure;
          }
        });
    for (var failure : failures) {
      if (failure != null) {
        throw failure;
      }
    }
    return new ByteDataset(values, labels, shape, classes);
  }

  private void decode(Path file, byte[] values, int at) {
    int target = at;
    for (var plane : shape.size(0) == 1 ? List.of(GreyPicture.read(file)) : colours(file)) {
      var shades = plane.filling(shape.size(2), shape.size(1)).shades;
      System.arraycopy(shades, 0, values, target, shades.length);
      target += shades.length;
    }
  }

  /** Red, green and blue of a picture on a white ground, upright. */
  private static List<GreyPicture> colours(Path path) {
    var file = PictureFile.read(path);
    var planes = new ArrayList<GreyPicture>();
    for (int colour = 0; colour < 3; colour++) {
      var shades = file.colours()[colour % file.colours().length];
      var onWhite = shades.clone();
      for (int i = 0; i < file.opacities().length; i++) {
        int opacity = file.opacities()[i] & 0xFF;
        onWhite[i] = (byte) (((shades[i] & 0xFF) * opacity + 255 * (255 - opacity) + 127) / 255);
      }
      planes.add(new GreyPicture(file.width(), file.height(), onWhite).upright(file.orientation()));
    }
    return planes;
  }
}
