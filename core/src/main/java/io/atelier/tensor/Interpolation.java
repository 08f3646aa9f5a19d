package io.atelier.tensor;

/** How {@link Tensor#resize} finds values between those that are there. */
public enum Interpolation {
  /** The value at {@code floor(i in / out)}: copies only. PyTorch's "nearest". */
  NEAREST,

  /**
   * Weighted by the distance to the two next values along each axis, where a value fills its pixel:
   * {@code (i + 1/2) in / out - 1/2}. PyTorch's "bilinear" with {@code align_corners=False}.
   */
  LINEAR,

  /**
   * The same where first and last values stay first and last: {@code i (in - 1) / (out - 1)}.
   * PyTorch's "bilinear" with {@code align_corners=True}.
   */
  LINEAR_ALIGNED
}
