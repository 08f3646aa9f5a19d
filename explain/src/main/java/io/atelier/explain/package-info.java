/**
 * Why a network says what it says, and how it is fooled.
 *
 * <p>What is asked about is a {@link io.atelier.explain.Score}, a number for each input: the logit
 * of a class, say. {@link io.atelier.explain.Attribution} says how much each value of an input
 * contributes to it, by derivatives or by covering parts; {@link io.atelier.explain.Shapley} shares
 * out what players achieve together, the {@link io.atelier.explain.Patches} of an image among them.
 *
 * <pre>{@code
 * var score = Score.logit(model, 3);
 * var map = Attribution.integratedGradients(score, image, baseline, 64);   // of the image's shape
 * Files.write(path, Picture.signed(map).scaled(8).toPng());
 * }</pre>
 *
 * <p>{@link io.atelier.explain.FastGradientSign} changes inputs so that a network errs, {@link
 * io.atelier.explain.ReceptiveField} tells how far back a value sees, {@link
 * io.atelier.explain.FeatureMaps} what a layer makes of an input, {@link
 * io.atelier.explain.Transfer} takes what was learned to other classes.
 *
 * <p>Networks are asked as they are used, in inference: no dropout, and the statistics that they
 * have learned. Inputs have any shape; a single one is written without the axis of the batch.
 */
@NullMarked
package io.atelier.explain;

import org.jspecify.annotations.NullMarked;
