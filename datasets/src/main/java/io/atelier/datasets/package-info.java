/** MNIST and its relatives, folders of pictures, and how published sets are fetched. */
@NullMarked
package io.atelier.datasets;

import org.jspecify.annotations.NullMarked;
