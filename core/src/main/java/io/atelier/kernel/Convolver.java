package io.atelier.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of images and its derivatives, as products in which one operand is what a window sees
 * ({@link Patches}).
 *
 * <p>Every image is padded once into memory of its thread, and patches are copied from there
 * straight into panels. Threads share the images; a single image is cut by {@link Gemm}.
 *
 * <p>Source: Chetlur and others 2014, "cuDNN: efficient primitives for deep learning", section 3.
 */
public final class Convolver {
  /**
   * One axis of an image.
   *
   * @param input its size
   * @param size of the window
   * @param stride of the window
   * @param dilation of the window
   * @param before zeros in front of the image
   * @param output places of the window
   */
  public record Axis(int input, int size, int stride, int dilation, int before, int output) {
    /** The element under a tap when the window is at a place; negative in the zeros in front. */
    int seen(int place, int tap) {
      return place * stride - before + tap * dilation;
    }

    /** How far the window reaches beyond the last element of the image; at least 0. */
    int after() {
      return Math.max(0, (output - 1) * stride + dilation * (size - 1) + 1 - before - input);
    }
  }

  /**
   * The sizes of a convolution: x [batch, channels, ...], w [filters, channels/groups, ...], y
   * [batch, filters, ...].
   */
  public record Sizes(
      int batch, int channels, int filters, int groups, Axis vertical, Axis horizontal) {
    /** Elements of a channel of an image. */
    int inputs() {
      return vertical.input * horizontal.input;
    }

    /** Places of the window. */
    public int places() {
      return vertical.output * horizontal.output;
    }

    /** Elements under the window, of one channel. */
    public int taps() {
      return vertical.size * horizontal.size;
    }

    /** Channels of a group. */
    public int groupChannels() {
      return channels / groups;
    }

    /** Filters of a group. */
    public int groupFilters() {
      return filters / groups;
    }

    /** Elements under the window, of the channels of one group. */
    public int depth() {
      return groupChannels() * taps();
    }

    /** Whether the window is one element that stands on every element of the image. */
    boolean isPointwise() {
      return taps() == 1
          && vertical.input == vertical.output
          && horizontal.input == horizontal.output
          && vertical.before == 0
          && horizontal.before == 0;
    }
  }

  /** The most parts into which the images are cut for a gradient of the weights. */
  private static final int MOST_PARTS = 8;

  /** Channels below which most of a tile would be empty. */
  private static final int FEW = 4;

  /** Floats that the parts of a gradient of the weights may take together. */
  private static final int PARTS_MEMORY = 1 << 22;

  private static final ThreadLocal<Memory> MEMORY = ThreadLocal.withInitial(Memory::new);

  private Convolver() {}

  /** Working memory of one thread; grows to what its largest convolution needs. */
  private static final class Memory {
    private float[] image = new float[0];
    private float[] weights = new float[0];
    private float[] sums = new float[0];

    float[] image(int length) {
      image = image.length < length ? new float[length] : image;
      return image;
    }

    float[] weights(int length) {
      weights = weights.length < length ? new float[length] : weights;
      return weights;
    }

    float[] sums(int length) {
      sums = sums.length < length ? new float[length] : sums;
      return sums;
    }
  }

  /**
   * {@code y = x * w + bias}, and {@code max(y, 0)} if {@code rectified}.
   *
   * @param bias [filters] from {@code bias0}, or null
   */
  public static void forward(
      Sizes sizes,
      float[] x,
      int x0,
      float[] w,
      int w0,
      float @Nullable [] bias,
      int bias0,
      boolean rectified,
      float[] y,
      int y0) {
    int filters = sizes.groupFilters();
    int depth = sizes.depth();
    int places = sizes.places();
    eachImage(
        sizes.batch,
        (image, parts) -> {
          var seen = new Seen(sizes, x, x0 + image * sizes.channels * sizes.inputs(), 1);
          for (int group = 0; group < sizes.groups; group++) {
            int first = group * filters;
            Gemm.multiply(
                filters,
                places,
                depth,
                new Gemm.Matrix(w, w0 + first * depth, depth, false),
                columns(sizes, seen, group),
                y,
                y0 + (image * sizes.filters + first) * places,
                places,
                new Epilogue.Channel(bias, bias0 + first, rectified),
                parts);
          }
        });
  }

  /** What the window sees of one image; where it sees all at once, that image as it lies. */
  private static Operand columns(Sizes sizes, Seen seen, int group) {
    if (!sizes.isPointwise()) {
      return seen.group(group);
    }
    int from = seen.images.from() + group * sizes.groupChannels() * sizes.inputs();
    return new Gemm.Matrix(seen.images.values(), from, sizes.inputs(), false);
  }

  /** What is done with one image, in so many parts if it is the only one. */
  private interface ImageTask {
    void run(int image, int parts);
  }

  /** Threads take whole images, or share each if there are too few. */
  private static void eachImage(int images, ImageTask task) {
    int threads = Workers.threads();
    if (images < threads) {
      for (int image = 0; image < images; image++) {
        task.run(image, threads);
      }
      return;
    }
    Workers.run(images, image -> task.run(image, 1));
  }

  /** Some images as the window of a convolution sees them. */
  private static final class Seen {
    private final Sizes sizes;
    private final Patches.Images images;
    private final Patches.Grid grid;
    private final int[] taps;

    Seen(Sizes sizes, float[] x, int x0, int count) {
      this.sizes = sizes;
      var down = sizes.vertical;
      var right = sizes.horizontal;
      int pixels = sizes.inputs();
      if (sizes.isPointwise()) { // every image is one row, as it lies
        images = new Patches.Images(x, x0, sizes.channels * pixels, pixels, pixels);
        grid = new Patches.Grid(1, pixels, 0, 1);
        taps = new int[1];
        return;
      }
      images =
          padded(
              x,
              x0,
              count,
              sizes.channels,
              down.input,
              right.input,
              down.before,
              down.after(),
              right.before,
              right.after());
      int row = images.row();
      grid = new Patches.Grid(down.output, right.output, down.stride * row, right.stride);
      taps = new int[sizes.taps()];
      for (int tap = 0; tap < taps.length; tap++) {
        taps[tap] = tap / right.size * down.dilation * row + tap % right.size * right.dilation;
      }
    }

    /** The patches of one group, [depth, places]. */
    Patches group(int group) {
      return new Patches(images, group * sizes.groupChannels(), taps, grid, false);
    }
  }

  /** Copies images into memory of this thread, zeros around them. */
  private static Patches.Images padded(
      float[] x,
      int x0,
      int count,
      int channels,
      int height,
      int width,
      int above,
      int below,
      int left,
      int right) {
    int row = left + width + right;
    int plane = (above + height + below) * row;
    float[] values = MEMORY.get().image(count * channels * plane + row + 2 * Lanes.COUNT);
    for (int channel = 0; channel < count * channels; channel++) {
      int at = channel * plane;
      Arrays.fill(values, at, at + above * row, 0f);
      at += above * row;
      int from = x0 + channel * height * width;
      for (int i = 0; i < height; i++, at += row, from += width) {
        for (int j = 0; j < left; j++) {
          values[at + j] = 0f;
        }
        System.arraycopy(x, from, values, at + left, width);
        for (int j = left + width; j < row; j++) {
          values[at + j] = 0f;
        }
      }
      Arrays.fill(values, at, at + below * row, 0f);
    }
    return new Patches.Images(values, 0, channels * plane, plane, row);
  }

  /**
   * The gradient with respect to the images.
   *
   * <p>The elements of x that are equal modulo the stride see the same taps: for each such phase it
   * is a convolution of dy by these taps. Images of few channels would leave most of a tile empty:
   * there each tap is a row of a product of its own, added up where the tap stands.
   */
  public static void inputGradient(
      Sizes sizes, float[] dy, int dy0, float[] w, int w0, float[] dx, int dx0) {
    if (sizes.groupChannels() < FEW) {
      eachImage(
          sizes.batch,
          (image, parts) ->
              spread(
                  sizes,
                  dy,
                  dy0 + image * sizes.filters * sizes.places(),
                  w,
                  w0,
                  dx,
                  dx0 + image * sizes.channels * sizes.inputs(),
                  parts));
      return;
    }
    var down = Phase.of(sizes.vertical);
    var right = Phase.of(sizes.horizontal);
    float[] weights = phaseWeights(sizes, down, right, w, w0);
    eachImage(
        sizes.batch,
        (image, parts) -> {
          var seen =
              padded(
                  dy,
                  dy0 + image * sizes.filters * sizes.places(),
                  1,
                  sizes.filters,
                  sizes.vertical.output,
                  sizes.horizontal.output,
                  Phase.before(down),
                  Phase.after(down),
                  Phase.before(right),
                  Phase.after(right));
          int at = dx0 + image * sizes.channels * sizes.inputs();
          int from = 0;
          for (var i : down) {
            for (var j : right) {
              from = phase(sizes, seen, down, right, i, j, weights, from, dx, at, parts);
            }
          }
        });
  }

  /** The gradient of one image of few channels, tap by tap. */
  private static void spread(
      Sizes sizes, float[] dy, int dy0, float[] w, int w0, float[] dx, int dx0, int parts) {
    int filters = sizes.groupFilters();
    int depth = sizes.depth();
    int places = sizes.places();
    float[] taps = MEMORY.get().sums(depth * places);
    Arrays.fill(dx, dx0, dx0 + sizes.channels * sizes.inputs(), 0f);
    for (int group = 0; group < sizes.groups; group++) {
      var weights = new Gemm.Matrix(w, w0 + group * filters * depth, depth, true);
      var results = new Gemm.Matrix(dy, dy0 + group * filters * places, places, false);
      Gemm.multiply(
          depth, places, filters, weights, results, taps, 0, places, Epilogue.store(), parts);
      for (int row = 0; row < depth; row++) {
        int channel = group * sizes.groupChannels() + row / sizes.taps();
        add(sizes, row % sizes.taps(), taps, row * places, dx, dx0 + channel * sizes.inputs());
      }
    }
  }

  /** Adds what one tap gives at each place to the elements of a channel that it stands on. */
  private static void add(Sizes sizes, int tap, float[] from, int at, float[] dx, int dx0) {
    var down = sizes.vertical;
    var right = sizes.horizontal;
    int column = right.seen(0, tap % right.size);
    int first = Math.max(0, Math.ceilDiv(-column, right.stride));
    int end = Math.min(right.output, Math.floorDiv(right.input - 1 - column, right.stride) + 1);
    for (int i = 0; i < down.output; i++) {
      int row = down.seen(i, tap / right.size);
      if (row >= 0 && row < down.input) {
        int to = dx0 + row * right.input + column;
        for (int j = first; j < end; j++) {
          dx[to + j * right.stride] += from[at + i * right.output + j];
        }
      }
    }
  }

  /** One phase of one image; returns where the weights of the next one begin. */
  private static int phase(
      Sizes sizes,
      Patches.Images seen,
      Phase[] downs,
      Phase[] rights,
      Phase down,
      Phase right,
      float[] weights,
      int from,
      float[] dx,
      int dx0,
      int parts) {
    int channels = sizes.groupChannels();
    int filters = sizes.groupFilters();
    int places = down.count * right.count;
    int[] taps = new int[down.taps.length * right.taps.length];
    for (int tap = 0; tap < taps.length; tap++) {
      taps[tap] =
          (Phase.before(downs) + down.shifts[tap / right.taps.length]) * seen.row()
              + Phase.before(rights)
              + right.shifts[tap % right.taps.length];
    }
    int depth = filters * taps.length;
    var grid = new Patches.Grid(Math.max(1, down.count), Math.max(1, right.count), seen.row(), 1);
    boolean whole = sizes.vertical.stride == 1 && sizes.horizontal.stride == 1;
    float[] target = whole ? dx : MEMORY.get().sums(channels * places);
    for (int group = 0; group < sizes.groups; group++) {
      int to = dx0 + group * channels * sizes.inputs();
      Gemm.multiply(
          channels,
          places,
          depth,
          new Gemm.Matrix(weights, from + group * channels * depth, depth, false),
          new Patches(seen, group * filters, taps, grid, false),
          target,
          whole ? to : 0,
          places,
          Epilogue.store(),
          parts);
      if (!whole) {
        scatter(sizes, down, right, target, dx, to);
      }
    }
    return from + sizes.channels * depth;
  }

  /** Writes the elements of one phase to where they belong. */
  private static void scatter(
      Sizes sizes, Phase down, Phase right, float[] values, float[] dx, int dx0) {
    int from = 0;
    for (int channel = 0; channel < sizes.groupChannels(); channel++) {
      for (int i = 0; i < down.count; i++) {
        int row = down.first + i * sizes.vertical.stride;
        int to = dx0 + (channel * sizes.vertical.input + row) * sizes.horizontal.input;
        to += right.first;
        for (int j = 0; j < right.count; j++) {
          dx[to + j * sizes.horizontal.stride] = values[from++];
        }
      }
    }
  }

  /**
   * The weights of all phases, one behind the other, each [channels, filters/groups, taps]: the
   * transpose of w, with the taps that the phase sees.
   */
  private static float[] phaseWeights(
      Sizes sizes, Phase[] downs, Phase[] rights, float[] w, int w0) {
    float[] weights =
        MEMORY.get().weights(sizes.channels * sizes.groupFilters() * sizes.taps() + Lanes.COUNT);
    int to = 0;
    for (var down : downs) {
      for (var right : rights) {
        int taps = down.taps.length * right.taps.length;
        int start = to;
        Loops.splitRows(
            sizes.channels,
            sizes.groupFilters() * taps,
            (first, count) ->
                transposeWeights(sizes, down, right, w, w0, first, count, weights, start));
        to += sizes.channels * sizes.groupFilters() * taps;
      }
    }
    return weights;
  }

  /** Channels that are written at once while the weights of a filter are read along. */
  private static final int TOGETHER = 16;

  /** The weights of some channels in one phase. */
  private static void transposeWeights(
      Sizes sizes,
      Phase down,
      Phase right,
      float[] w,
      int w0,
      int first,
      int count,
      float[] weights,
      int start) {
    int channels = sizes.groupChannels();
    int filters = sizes.groupFilters();
    int taps = down.taps.length * right.taps.length;
    for (int block = first; block < first + count; block += TOGETHER) {
      int end = Math.min(first + count, block + TOGETHER);
      for (int filter = 0; filter < filters; filter++) {
        for (int channel = block; channel < end; channel++) {
          int group = channel / channels;
          int from = (group * filters + filter) * channels + channel % channels;
          int at = start + (channel * filters + filter) * taps;
          for (int i : down.taps) {
            for (int j : right.taps) {
              weights[at++] = w[w0 + from * sizes.taps() + i * sizes.horizontal.size + j];
            }
          }
        }
      }
    }
  }

  /**
   * Elements of an axis of x that are equal modulo the stride.
   *
   * @param first of them
   * @param count how many there are
   * @param taps of the window that ever stand on them, in order
   * @param shifts for each tap, the place of the window then, less the number of the element
   */
  @SuppressWarnings("ArrayRecordComponent") // for one call, never compared
  private record Phase(int first, int count, int[] taps, int[] shifts, int places) {
    static Phase[] of(Axis axis) {
      var phases = new Phase[Math.min(axis.stride, Math.max(1, axis.input))];
      for (int first = 0; first < phases.length; first++) {
        int[] taps = new int[axis.size];
        int[] shifts = new int[axis.size];
        int count = 0;
        for (int tap = 0; tap < axis.size; tap++) {
          int place = first + axis.before - tap * axis.dilation;
          if (Math.floorMod(place, axis.stride) == 0) {
            taps[count] = tap;
            shifts[count++] = Math.floorDiv(place, axis.stride);
          }
        }
        phases[first] =
            new Phase(
                first,
                Math.ceilDiv(axis.input - first, axis.stride),
                Arrays.copyOf(taps, count),
                Arrays.copyOf(shifts, count),
                axis.output);
      }
      return phases;
    }

    /** Places before the first that are asked for. */
    static int before(Phase[] phases) {
      int before = 0;
      for (var phase : phases) {
        for (int shift : phase.shifts) {
          before = Math.max(before, -shift);
        }
      }
      return before;
    }

    /** Places behind the last that are asked for. */
    static int after(Phase[] phases) {
      int after = 0;
      for (var phase : phases) {
        for (int shift : phase.shifts) {
          after = Math.max(after, shift + phase.count - phase.places);
        }
      }
      return after;
    }
  }

  /**
   * The gradient with respect to the weights: a sum over places and images.
   *
   * <p>The images are cut into parts by their number and the sizes alone. A part adds its images in
   * order, small ones several at once, and the parts are added in order.
   */
  public static void weightGradient(
      Sizes sizes, float[] x, int x0, float[] dy, int dy0, float[] dw, int dw0) {
    int size = sizes.filters * sizes.depth();
    int parts =
        Math.clamp(PARTS_MEMORY / Math.max(1, size), 2, Math.clamp(sizes.batch, 2, MOST_PARTS));
    int step = Math.max(1, Math.ceilDiv(sizes.batch, parts));
    int atOnce = Math.max(1, Gemm.BLOCK / Math.max(1, sizes.places()));
    boolean turned = turns(sizes);
    float[] sums = MEMORY.get().sums(parts * size);
    Workers.run(
        parts,
        part -> {
          Arrays.fill(sums, part * size, (part + 1) * size, 0f);
          int end = Math.min(sizes.batch, (part + 1) * step);
          for (int image = part * step; image < end; image += atOnce) {
            int count = Math.min(atOnce, end - image);
            var seen = new Seen(sizes, x, x0 + image * sizes.channels * sizes.inputs(), count);
            addImages(sizes, seen, dy, dy0, image, count, turned, sums, part * size);
          }
        });
    addParts(sizes, parts, turned, sums, dw, dw0);
  }

  private static void addImages(
      Sizes sizes,
      Seen seen,
      float[] dy,
      int dy0,
      int image,
      int count,
      boolean turned,
      float[] sums,
      int to) {
    int filters = sizes.groupFilters();
    int depth = sizes.depth();
    int places = sizes.places();
    int from = dy0 + image * sizes.filters * places;
    var results = new Patches.Images(dy, from, sizes.filters * places, places, places);
    var grid = new Patches.Grid(1, places, 0, 1);
    var add = new Epilogue.Add();
    for (int group = 0; group < sizes.groups; group++) {
      var patches = seen.group(group);
      var derivatives = new Patches(results, group * filters, new int[1], grid, false);
      int k = count * places;
      int at = to + group * filters * depth;
      if (turned) {
        var columns = derivatives.transpose();
        Gemm.multiply(depth, filters, k, patches, columns, sums, at, filters, add, 1);
      } else {
        var columns = patches.transpose();
        Gemm.multiply(filters, depth, k, derivatives, columns, sums, at, depth, add, 1);
      }
    }
  }

  /** Whether it is cheaper to compute the transpose of the weights' gradient. */
  private static boolean turns(Sizes sizes) {
    int filters = sizes.groupFilters();
    int depth = sizes.depth();
    var images = new Patches.Images(new float[0], 0, 0, 0, 0);
    var rows = new Patches(images, 0, new int[1], new Patches.Grid(1, 1, 0, 1), false);
    var columns = rows.transpose();
    return Gemm.cost(depth, filters, sizes.places(), rows, columns)
        < Gemm.cost(filters, depth, sizes.places(), rows, columns);
  }

  /** Adds up the parts, and turns the sum where it is the transpose. */
  private static void addParts(
      Sizes sizes, int parts, boolean turned, float[] sums, float[] dw, int dw0) {
    int size = sizes.filters * sizes.depth();
    float[] target = turned ? sums : dw;
    int to = turned ? 0 : dw0;
    Loops.splitRows(
        size,
        parts,
        (from, count) -> {
          for (int i = from; i < from + count; i++) {
            target[to + i] = sums[i] + sums[size + i];
          }
          for (int part = 2; part < parts; part++) {
            int start = part * size;
            for (int i = from; i < from + count; i++) {
              target[to + i] += sums[start + i];
            }
          }
        });
    if (turned) {
      int filters = sizes.groupFilters();
      int depth = sizes.depth();
      for (int group = 0; group < sizes.groups; group++) {
        int at = group * filters * depth;
        Pack.transpose(sums, at, filters, depth, filters, dw, dw0 + at, depth);
      }
    }
  }
}
