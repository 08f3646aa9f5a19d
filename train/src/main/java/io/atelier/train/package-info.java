/**
 * The training loop, and what is kept of a training.
 *
 * <p>A {@link io.atelier.train.Trainer} runs the loop and tells what happens as {@link
 * io.atelier.train.Event}s; it knows no screen. A {@link io.atelier.train.Run} is the folder of one
 * training: configuration, provenance, events, checkpoint, model. Everything that a training
 * depends on is in its {@link io.atelier.train.Config} and the data, so a run that was killed ends,
 * resumed, with the bytes it would have had.
 */
@NullMarked
package io.atelier.train;

import org.jspecify.annotations.NullMarked;
