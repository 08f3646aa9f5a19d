package io.atelier.tensor;

/**
 * Values in order, and where each of them stood. Immutable.
 *
 * @param values in order along an axis; derivatives pass through
 * @param indices INT, of the same shape: the place of each value along that axis before
 */
public record Sorted(Tensor values, Tensor indices) {}
