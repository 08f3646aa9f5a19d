/**
 * Optimisers, in order of growing complexity.
 *
 * <p>An {@link io.atelier.optim.UpdateRule} is a value with the settings; {@code over(model)} makes
 * the {@link io.atelier.optim.Optimizer} that holds the state and changes the parameters; {@code
 * over(Modules.trainable(model, ...))} changes only some.
 */
@NullMarked
package io.atelier.optim;

import org.jspecify.annotations.NullMarked;
