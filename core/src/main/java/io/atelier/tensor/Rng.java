package io.atelier.tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Random numbers that depend on three longs and nothing else: seed, stream and counter.
 *
 * <p>The generator is Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as
 * easy as 1, 2, 3"): the seed is its key, stream and counter are encrypted. A stream can therefore
 * be entered anywhere, and {@link #split} makes as many as one likes. Thread-confined.
 *
 * <p>Random tensors are drawn here and not by {@link Tensor}, as NumPy's generators do it: {@code
 * rng.normal(0, 1, 2, 3)}. Their elements are drawn row by row, and they have memory of their own.
 */
public final class Rng {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  private final long seed;
  private final long stream;
  private long counter;
  private final int[] block = new int[4];
  private long blockNumber = -1;

  private Rng(long seed, long stream, long counter) {
    this.seed = seed;
    this.stream = stream;
    this.counter = counter;
  }

  /** The first stream of a seed. */
  public static Rng of(long seed) {
    return new Rng(seed, 0, 0);
  }

  /** The place in a stream that {@link #position} described. */
  public static Rng at(Position position) {
    return new Rng(position.seed, position.stream, position.counter);
  }

  /**
   * A place in a stream.
   *
   * @param seed the key
   * @param stream which sequence of the seed
   * @param counter how many 32-bit words of it have been drawn
   */
  public record Position(long seed, long stream, long counter) {}

  /** Where this cursor stands; everything that a checkpoint needs. */
  public Position position() {
    return new Position(seed, stream, counter);
  }

  /** A new, independent stream; draws its number from this one. */
  public Rng split() {
    return new Rng(seed, nextLong(), 0);
  }

  /** The stream of this seed that belongs to a key, wherever this cursor stands. */
  public Rng keyed(long key) {
    return new Rng(seed, Rng.at(new Position(stream, key, 0)).nextLong(), 0);
  }

  /** 32 random bits. */
  public int nextInt() {
    long wanted = counter >>> 2;
    if (wanted != blockNumber) {
      philox(seed, wanted, stream, block);
      blockNumber = wanted;
    }
    return block[(int) (counter++ & 3)];
  }

  /** 64 random bits. */
  public long nextLong() {
    long low = nextInt() & 0xFFFFFFFFL;
    return (long) nextInt() << 32 | low;
  }

  /** A whole number from 0 to {@code bound - 1}, all equally likely (Lemire 2019). */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, got " + bound);
    }
    long product = (nextInt() & 0xFFFFFFFFL) * bound;
    if ((product & 0xFFFFFFFFL) < bound) {
      long rejected = (1L << 32) % bound;
      while ((product & 0xFFFFFFFFL) < rejected) {
        product = (nextInt() & 0xFFFFFFFFL) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /** A multiple of 2^-24 in [0, 1). */
  public float nextFloat() {
    return (nextInt() >>> 8) * 0x1p-24f;
  }

  /** A multiple of 2^-53 in [0, 1). */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * A number from the standard normal distribution: {@code sqrt(-2 ln(u)) cos(2 pi v)} of two
   * uniform ones, four words of the stream.
   *
   * <p>Source: Box and Muller 1958, "A note on the generation of random normal deviates".
   */
  public double nextGaussian() {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble())); // 1 - u is never 0
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }

  /**
   * FLOAT numbers, all equally likely, in [low, high).
   *
   * @throws IllegalArgumentException if {@code low} is not below {@code high}, as floats
   */
  public Tensor uniform(double low, double high, int... sizes) {
    if (!((float) low < (float) high) || !Float.isFinite((float) high - (float) low)) {
      throw new IllegalArgumentException(
          "uniform(" + low + " to " + high + "): needs finite ends, the low below the high");
    }
    var shape = Shape.of(sizes);
    float[] values = new float[Tensor.length(shape)];
    float below = Math.nextDown((float) high); // rounding may reach high
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.min((float) (low + (high - low) * nextDouble()), below);
    }
    return Tensor.wrap(values, shape);
  }

  /**
   * FLOAT numbers from the normal distribution.
   *
   * @throws IllegalArgumentException if the mean or the standard deviation is not finite, or the
   *     deviation is below 0
   */
  public Tensor normal(double mean, double deviation, int... sizes) {
    if (!Double.isFinite(mean) || !Double.isFinite(deviation) || deviation < 0) {
      throw new IllegalArgumentException(
          "normal(mean "
              + mean
              + ", deviation "
              + deviation
              + "): needs finite numbers, the deviation not below 0");
    }
    var shape = Shape.of(sizes);
    float[] values = new float[Tensor.length(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + deviation * nextGaussian());
    }
    return Tensor.wrap(values, shape);
  }

  /**
   * INT numbers, all equally likely, from {@code from} to {@code to - 1}.
   *
   * @throws IllegalArgumentException if there is none, or more than an int counts
   */
  public Tensor integers(int from, int to, int... sizes) {
    long choices = (long) to - from;
    if (choices < 1 || choices > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "integers("
              + from
              + " to before "
              + to
              + "): there must be 1 to 2,147,483,647 numbers to choose from, got "
              + choices);
    }
    var shape = Shape.of(sizes);
    int[] values = new int[Tensor.length(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = from + nextInt((int) choices);
    }
    return Tensor.wrap(values, shape);
  }

  /**
   * BOOL, each true with a probability: a mask.
   *
   * @throws IllegalArgumentException if the probability lies outside [0, 1]
   */
  public Tensor bernoulli(double probability, int... sizes) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "bernoulli(" + probability + "): a probability lies within 0 to 1");
    }
    var shape = Shape.of(sizes);
    boolean[] values = new boolean[Tensor.length(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = nextDouble() < probability;
    }
    return Tensor.wrap(values, shape);
  }

  /**
   * Places drawn in proportion to their weights, each as often as it comes; PyTorch's {@code
   * multinomial} with replacement.
   *
   * <p>Shapes: weights [..., K] -> INT [..., draws].
   *
   * @param weights of any type, not below 0; they need not add up to 1
   * @throws IllegalArgumentException if a weight is below 0 or not finite, or a row has none above
   *     0
   */
  public Tensor multinomial(Tensor weights, int draws) {
    return drawn("multinomial", weights, draws, 1, this::repeatedly);
  }

  /**
   * Places drawn in proportion to their weights, none twice, in the order in which they were drawn;
   * PyTorch's {@code multinomial} as it is by default.
   *
   * <p>Each place waits for a time of the exponential distribution with its weight as the rate; the
   * shortest are taken. Source: Efraimidis and Spirakis 2006.
   *
   * <p>Shapes: weights [..., K] -> INT [..., draws].
   *
   * @param weights of any type, not below 0; they need not add up to 1
   * @throws IllegalArgumentException if a weight is below 0 or not finite, or a row has fewer above
   *     0 than are drawn
   */
  public Tensor multinomialWithoutReplacement(Tensor weights, int draws) {
    return drawn("multinomialWithoutReplacement", weights, draws, draws, this::once);
  }

  /** How so many places are drawn from a row of weights. */
  private interface Drawing {
    int[] draw(double[] weights, int draws);
  }

  /** The places that {@code drawing} takes from each row, if enough of its weights are above 0. */
  private static Tensor drawn(String name, Tensor weights, int draws, int least, Drawing drawing) {
    String call = name + "(" + weights.described() + ", " + draws + " draws)";
    var shape = weights.shape();
    if (draws < 0 || shape.rank() == 0) {
      throw new ShapeException(call, "needs a last axis to draw from, and at least 0 draws");
    }
    int choices = shape.size(-1);
    int[] places = new int[Tensor.length(shape.with(-1, draws))];
    for (int i = 0; i * draws < places.length; i++) {
      double[] row = new double[choices];
      for (int k = 0; k < choices; k++) {
        row[k] = weights.number(i * choices + k);
        if (!(row[k] >= 0 && row[k] < Double.POSITIVE_INFINITY)) {
          throw new IllegalArgumentException(
              call + ": weights must be finite and not below 0, got " + row[k] + " in row " + i);
        }
      }
      long positive = Arrays.stream(row).filter(weight -> weight > 0).count();
      if (positive < least) {
        throw new IllegalArgumentException(
            call + ": row " + i + " has " + positive + " weights above 0, needs " + least);
      }
      System.arraycopy(drawing.draw(row, draws), 0, places, i * draws, draws);
    }
    return Tensor.wrap(places, shape.with(-1, draws));
  }

  /** Places in proportion to their weights, each as often as it comes. */
  private int[] repeatedly(double[] weights, int draws) {
    double scale = Arrays.stream(weights).max().orElse(1); // so that the sum is finite
    double[] sums = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < sums.length; i++) {
      sum += weights[i] / scale;
      sums[i] = sum;
    }
    double total = sum;
    int[] places = new int[draws];
    Arrays.setAll(places, _ -> firstAbove(nextDouble() * total, sums));
    return places;
  }

  /** The place of the first of ascending numbers that is above a mark; the last is. */
  private static int firstAbove(double mark, double[] ascending) {
    int low = 0;
    int high = ascending.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] > mark) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Places in proportion to their weights, none twice. */
  private int[] once(double[] weights, int draws) {
    double[] times = new double[weights.length];
    for (int i = 0; i < times.length; i++) {
      double time = -StrictMath.log(1 - nextDouble()) / weights[i];
      times[i] = weights[i] > 0 ? Math.min(time, Double.MAX_VALUE) : Double.POSITIVE_INFINITY;
    }
    return IntStream.range(0, times.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> times[i]))
        .limit(draws)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * The numbers {@code 0 .. count - 1} in random order (Fisher and Yates); {@link Tensor#of(int[],
   * int...)} makes a tensor of them.
   */
  public int[] permutation(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Encrypts one counter of 128 bits ({@code low}, {@code high}) under a key of 64. */
  static void philox(long key, long low, long high, int[] out) {
    int x0 = (int) low;
    int x1 = (int) (low >>> 32);
    int x2 = (int) high;
    int x3 = (int) (high >>> 32);
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * (x0 & 0xFFFFFFFFL);
      long p1 = MULTIPLIER_1 * (x2 & 0xFFFFFFFFL);
      x0 = (int) (p1 >>> 32) ^ x1 ^ k0;
      x2 = (int) (p0 >>> 32) ^ x3 ^ k1;
      x1 = (int) p1;
      x3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
  }
}
