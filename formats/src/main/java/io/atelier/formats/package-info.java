/** Strict readers and writers of files. */
@NullMarked
package io.atelier.formats;

import org.jspecify.annotations.NullMarked;
