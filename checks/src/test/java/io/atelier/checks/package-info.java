/** Rules of the architecture, as tests. */
@NullMarked
package io.atelier.checks;

import org.jspecify.annotations.NullMarked;
