/**
 * Arithmetic on plain arrays: the only place that is written for speed.
 *
 * <p>Every kernel gives the same bits for any vector width and any number of threads. The rules:
 *
 * <ul>
 *   <li>an element of a matrix product is one chain of fused multiply-adds in ascending {@code k}
 *       within a block of {@value Gemm#BLOCK}; the blocks are added in order;
 *   <li>a sum over contiguous values runs over {@value Sums#LANES} logical lanes which are combined
 *       in a fixed tree; a sum over rows runs in ascending order of the rows;
 *   <li>{@code exp}, {@code log} and their like are our own ({@link io.atelier.kernel.VectorMath});
 *   <li>threads share work along rows or columns of the result, never along a sum.
 * </ul>
 *
 * <p>The package knows no tensor and is not exported.
 */
@NullMarked
package io.atelier.kernel;

import org.jspecify.annotations.NullMarked;
