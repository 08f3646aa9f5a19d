/**
 * Strict readers and writers of files: {@link io.atelier.formats.Safetensors}, {@link
 * io.atelier.formats.Npy}, {@link io.atelier.formats.Npz}, {@link io.atelier.formats.Idx}, {@link
 * io.atelier.formats.Csv}; {@link io.atelier.formats.Contents} looks into any of them.
 *
 * <p>No file runs code. Every size is checked against the length of the file before memory is
 * taken, and compressed data are inflated to no more than their header promises. All that is wrong
 * with a file is said at once, in a {@link io.atelier.formats.FormatException}.
 */
@NullMarked
package io.atelier.formats;

import org.jspecify.annotations.NullMarked;
