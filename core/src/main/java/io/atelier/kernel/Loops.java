package io.atelier.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/**
 * Element-wise loops, compiled once per operation.
 *
 * <p>Java has no templates: one loop that several operations share would call each of them through
 * a pointer. So {@link UnaryLoop} and {@link BinaryLoop} are written once and defined anew, as a
 * hidden class, for every operation; the operation is a constant of that class, and the compiler
 * inlines it.
 */
public final class Loops {
  /** {@code y = f(x, p)} on vectors; {@code p} is the loop's argument in every lane. */
  @FunctionalInterface
  public interface Unary {
    FloatVector apply(FloatVector x, FloatVector p);
  }

  /** {@code y = f(a, b)} on vectors. */
  @FunctionalInterface
  public interface Binary {
    FloatVector apply(FloatVector a, FloatVector b);
  }

  /** {@code y[y0 + i] = f(x[x0 + i], p)} for {@code i < n}. */
  public interface UnaryKernel {
    void run(float[] x, int x0, float p, float[] y, int y0, int n);
  }

  /** {@code y[y0 + i] = f(a[a0 + i], b[b0 + i])} for {@code i < n}. */
  public interface BinaryKernel {
    void run(float[] a, int a0, float[] b, int b0, float[] y, int y0, int n);
  }

  /** Values that one thread handles before a second one is worth waking. */
  private static final int WORTH_SPLITTING = 1 << 17;

  private Loops() {}

  /** A loop for {@code operation}, which must not capture anything. */
  public static UnaryKernel unary(Unary operation) {
    var kernel = (UnaryKernel) define(UnaryLoop.class, operation);
    return (x, x0, p, y, y0, n) ->
        split(n, (from, count) -> kernel.run(x, x0 + from, p, y, y0 + from, count));
  }

  /** {@code y = f(x, p)} on single values. */
  @FunctionalInterface
  public interface Scalar {
    double apply(double x, double p);
  }

  /** A plain loop for an operation that has no vector form; rounded once, at the end. */
  public static UnaryKernel scalar(Scalar operation) {
    return (x, x0, p, y, y0, n) ->
        split(
            n,
            (from, count) -> {
              for (int i = from; i < from + count; i++) {
                y[y0 + i] = (float) operation.apply(x[x0 + i], p);
              }
            });
  }

  /** A loop for {@code operation}, which must not capture anything. */
  public static BinaryKernel binary(Binary operation) {
    var kernel = (BinaryKernel) define(BinaryLoop.class, operation);
    return (a, a0, b, b0, y, y0, n) ->
        split(n, (from, count) -> kernel.run(a, a0 + from, b, b0 + from, y, y0 + from, count));
  }

  /** A part of the values of a loop. */
  @FunctionalInterface
  public interface Range {
    /** Handles {@code count} values from {@code from} on. */
    void run(int from, int count);
  }

  /** Runs a loop over {@code n} values, shared by the threads if they are many. */
  public static void split(int n, Range range) {
    if (n < WORTH_SPLITTING) {
      range.run(0, n);
      return;
    }
    int step = Gemm.ceilDiv(Gemm.ceilDiv(n, Workers.threads()), Sums.LANES) * Sums.LANES;
    Workers.run(
        Gemm.ceilDiv(n, step), part -> range.run(part * step, Math.min(step, n - part * step)));
  }

  /** Splits whole rows of {@code columns} values. */
  static void splitRows(int rows, int columns, Range range) {
    if ((long) rows * columns < WORTH_SPLITTING) {
      range.run(0, rows);
      return;
    }
    int step = Gemm.ceilDiv(rows, Workers.threads());
    Workers.run(
        Gemm.ceilDiv(rows, step),
        part -> range.run(part * step, Math.min(step, rows - part * step)));
  }

  /** The operation for which a template was defined. */
  static <T> T operation(MethodHandles.Lookup template, Class<T> type) {
    try {
      return MethodHandles.classData(template, ConstantDescs.DEFAULT_NAME, type);
    } catch (IllegalAccessException e) {
      throw new LinkageError("reading the operation of a loop", e);
    }
  }

  private static Object define(Class<?> template, Object operation) {
    String name = template.getSimpleName() + ".class";
    try (var bytes = template.getResourceAsStream(name)) {
      var lookup =
          MethodHandles.lookup()
              .defineHiddenClassWithClassData(bytes.readAllBytes(), operation, true);
      return lookup.lookupClass().getDeclaredConstructor().newInstance();
    } catch (IOException e) {
      throw new UncheckedIOException("reading the loop template " + name, e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("defining the loop template " + name, e);
    }
  }
}
