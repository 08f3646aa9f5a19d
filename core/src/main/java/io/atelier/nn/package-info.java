/**
 * Layers and losses.
 *
 * <p>A model is a record of layers; its structure never changes, the numbers in its {@link
 * io.atelier.tensor.Parameter}s do. {@link io.atelier.nn.Modules} finds them by their path in the
 * record, and these paths are the names in saved files.
 */
@NullMarked
package io.atelier.nn;

import org.jspecify.annotations.NullMarked;
