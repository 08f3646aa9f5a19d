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
  private static final int MOST_PARTS = 16;

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
          var seen = new Seen(sizes, x, x0 + image * sizes.channels * sizes.inputs());
          for (int group = 0; group < sizes.groups; group++) {
            int first = group * filters;
            Gemm.multiply(
                filters,
                places,
                depth,
                new Gemm.Matrix(w, w0 + first * depth, depth, false),
                seen.group(group),
                y,
                y0 + (image * sizes.filters + first) * places,
                places,
                new Epilogue.Channel(bias, bias0 + first, rectified),
                parts);
          }
        });
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

  /** An image as the window of a convolution sees it. */
  private static final class Seen {
    private final Sizes sizes;
    private final float[] x;
    private final int x0;
    private final Patches.@Nullable Image image;
    private final int[] taps;

    Seen(Sizes sizes, float[] x, int x0) {
      this.sizes = sizes;
      this.x = x;
      this.x0 = x0;
      var down = sizes.vertical;
      var right = sizes.horizontal;
      if (sizes.isPointwise()) {
        image = null;
        taps = new int[0];
        return;
      }
      image =
          padded(
              x,
              x0,
              sizes.channels,
              down.input,
              right.input,
              down.before,
              down.after(),
              right.before,
              right.after());
      taps = new int[sizes.taps()];
      for (int tap = 0; tap < taps.length; tap++) {
        taps[tap] =
            tap / right.size * down.dilation * image.row() + tap % right.size * right.dilation;
      }
    }

    /** The patches of one group, [depth, places]. */
    Operand group(int group) {
      int channel = group * sizes.groupChannels();
      if (image == null) {
        return new Gemm.Matrix(x, x0 + channel * sizes.inputs(), sizes.inputs(), false);
      }
      var grid =
          new Patches.Grid(
              sizes.horizontal.output,
              sizes.vertical.stride * image.row(),
              sizes.horizontal.stride);
      return new Patches(image, channel, taps, grid, false);
    }

    /** The same, [places, depth]. */
    Operand turned(int group) {
      return switch (group(group)) {
        case Gemm.Matrix matrix -> matrix.transpose();
        case Patches patches -> patches.transpose();
      };
    }
  }

  /** Copies an image into memory of this thread, zeros around it. */
  private static Patches.Image padded(
      float[] x,
      int x0,
      int channels,
      int height,
      int width,
      int above,
      int below,
      int left,
      int right) {
    int row = left + width + right;
    int plane = (above + height + below) * row;
    float[] values = MEMORY.get().image(channels * plane + Lanes.COUNT);
    for (int channel = 0; channel < channels; channel++) {
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
    return new Patches.Image(values, plane, row);
  }

  /**
   * The gradient with respect to the images.
   *
   * <p>The elements of x that are equal modulo the stride see the same taps: for each such phase it
   * is a convolution of dy by these taps.
   */
  public static void inputGradient(
      Sizes sizes, float[] dy, int dy0, float[] w, int w0, float[] dx, int dx0) {
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

  /** One phase of one image; returns where the weights of the next one begin. */
  private static int phase(
      Sizes sizes,
      Patches.Image seen,
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
    var grid = new Patches.Grid(Math.max(1, right.count), seen.row(), 1);
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
        for (int channel = 0; channel < sizes.channels; channel++) {
          int group = channel / sizes.groupChannels();
          for (int filter = 0; filter < sizes.groupFilters(); filter++) {
            int from =
                w0
                    + ((group * sizes.groupFilters() + filter) * sizes.groupChannels()
                            + channel % sizes.groupChannels())
                        * sizes.taps();
            for (int i : down.taps) {
              for (int j : right.taps) {
                weights[to++] = w[from + i * sizes.horizontal.size + j];
              }
            }
          }
        }
      }
    }
    return weights;
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
   * <p>The images are cut into parts by their number and the size of the weights alone. A part adds
   * its images in order, and the parts are added in order.
   */
  public static void weightGradient(
      Sizes sizes, float[] x, int x0, float[] dy, int dy0, float[] dw, int dw0) {
    int filters = sizes.groupFilters();
    int depth = sizes.depth();
    int places = sizes.places();
    int size = sizes.filters * depth;
    int parts =
        Math.clamp(PARTS_MEMORY / Math.max(1, size), 2, Math.clamp(sizes.batch, 2, MOST_PARTS));
    int step = Math.max(1, Math.ceilDiv(sizes.batch, parts));
    boolean turned = turns(sizes);
    float[] sums = MEMORY.get().sums(parts * size);
    Workers.run(
        parts,
        part -> {
          Arrays.fill(sums, part * size, (part + 1) * size, 0f);
          for (int image = part * step; image < Math.min(sizes.batch, (part + 1) * step); image++) {
            var seen = new Seen(sizes, x, x0 + image * sizes.channels * sizes.inputs());
            for (int group = 0; group < sizes.groups; group++) {
              int from = dy0 + (image * sizes.filters + group * filters) * places;
              var derivatives = new Gemm.Matrix(dy, from, places, turned);
              int to = part * size + group * filters * depth;
              var add = new Epilogue.Add();
              if (turned) {
                var patches = seen.group(group);
                Gemm.multiply(
                    depth, filters, places, patches, derivatives, sums, to, filters, add, 1);
              } else {
                var patches = seen.turned(group);
                Gemm.multiply(
                    filters, depth, places, derivatives, patches, sums, to, depth, add, 1);
              }
            }
          }
        });
    addParts(sizes, parts, turned, sums, dw, dw0);
  }

  /** Whether it is cheaper to compute the transpose of the weights' gradient. */
  private static boolean turns(Sizes sizes) {
    int filters = sizes.groupFilters();
    int depth = sizes.depth();
    var none = new float[0];
    var matrix = new Gemm.Matrix(none, 0, 1, false);
    var patches =
        new Patches(new Patches.Image(none, 0, 0), 0, new int[0], new Patches.Grid(1, 1, 1), false);
    Operand rows = sizes.isPointwise() ? matrix : patches;
    Operand columns = sizes.isPointwise() ? matrix.transpose() : patches.transpose();
    return Gemm.cost(depth, filters, sizes.places(), rows, matrix.transpose())
        < Gemm.cost(filters, depth, sizes.places(), matrix, columns);
  }

  private static void addParts(
      Sizes sizes, int parts, boolean turned, float[] sums, float[] dw, int dw0) {
    int filters = sizes.groupFilters();
    int depth = sizes.depth();
    int size = sizes.filters * depth;
    Loops.splitRows(
        sizes.filters,
        depth * parts,
        (from, count) -> {
          for (int filter = from; filter < from + count; filter++) {
            int group = filter / filters * filters * depth;
            int start = turned ? group + filter % filters : filter * depth;
            int stride = turned ? filters : 1;
            for (int i = 0; i < depth; i++) {
              int at = start + i * stride;
              float sum = sums[at];
              for (int part = 1; part < parts; part++) {
                sum += sums[at + part * size];
              }
              dw[dw0 + filter * depth + i] = sum;
            }
          }
        });
  }
}
