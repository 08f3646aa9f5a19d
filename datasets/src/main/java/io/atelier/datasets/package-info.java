/** MNIST and its relatives. */
@NullMarked
package io.atelier.datasets;

import org.jspecify.annotations.NullMarked;
