/**
 * The measuring bench: Atelier and native engines in turn, each in a process of its own.
 *
 * <p>{@link io.atelier.bench.Rows} lists what is measured. A row has a {@link
 * io.atelier.bench.Problem}, which says what is computed, on which numbers, and how Atelier does
 * it; a {@link io.atelier.bench.Peer} does the same with another library. {@link
 * io.atelier.bench.Worker} is the process that repeats the work of one engine when told to, {@link
 * io.atelier.bench.Contest} lets several take turns, {@link io.atelier.bench.Report} writes down
 * what came out.
 */
@NullMarked
package io.atelier.bench;

import org.jspecify.annotations.NullMarked;
