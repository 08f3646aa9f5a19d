/** The command line: {@code atelier train}, {@code evaluate}, {@code predict} and so on. */
@NullMarked
package io.atelier.cli;

import org.jspecify.annotations.NullMarked;
