package io.atelier.tensor;

/**
 * Values normalised by the moments of their batch, and those moments. Immutable.
 *
 * @param values of the shape of what was normalised; derivatives pass through
 * @param mean of each channel, a constant: [C]
 * @param variance of each channel, biased, a constant: [C]
 */
public record BatchNormalized(Tensor values, Tensor mean, Tensor variance) {}
