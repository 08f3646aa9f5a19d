package io.atelier.tensor;

/**
 * Random numbers that depend on three longs and nothing else: seed, stream and counter.
 *
 * <p>The generator is Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as
 * easy as 1, 2, 3"): the seed is its key, stream and counter are encrypted. A stream can therefore
 * be entered anywhere, and {@link #split} makes as many as one likes. Thread-confined.
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

  /** The numbers {@code 0 .. count - 1} in random order (Fisher and Yates). */
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
