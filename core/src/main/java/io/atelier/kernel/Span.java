package io.atelier.kernel;

/**
 * The places of a window along one axis: window {@code i} covers the values {@code i stride -
 * before}, {@code i stride - before + dilation}, and so on, of which some may lie outside.
 *
 * @param in how many values the axis has
 * @param size how many of them a window covers
 * @param stride from window to window
 * @param dilation from value to value under a window
 * @param before how far the first window begins before the first value
 * @param out how many windows there are
 */
public record Span(int in, int size, int stride, int dilation, int before, int out) {
  /** Which tap of window {@code i} is the first inside. */
  public int firstTap(int i) {
    return Math.max(0, Math.ceilDiv(before - i * stride, dilation));
  }

  /** The tap behind the last inside. */
  public int endTap(int i) {
    return Math.clamp(Math.ceilDiv(in + before - i * stride, dilation), 0, size);
  }

  /** The value under a tap of window {@code i}. */
  public int place(int i, int tap) {
    return i * stride - before + tap * dilation;
  }
}
