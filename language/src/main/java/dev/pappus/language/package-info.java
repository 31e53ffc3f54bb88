/**
 * The composition language: text to immutable {@link dev.pappus.language.Composition} graphs, and
 * the pure functions that shard and join data sets. No I/O, no threads, no knowledge of how
 * functions run.
 */
@NullMarked
package dev.pappus.language;

import org.jspecify.annotations.NullMarked;
