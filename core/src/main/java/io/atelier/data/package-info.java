/** Examples, the transforms of images, and the batches they are dealt in. */
@NullMarked
package io.atelier.data;

import org.jspecify.annotations.NullMarked;
