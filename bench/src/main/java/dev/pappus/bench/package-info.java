/** Benchmarks that print figures together with what they were measured against. */
@NullMarked
package dev.pappus.bench;

import org.jspecify.annotations.NullMarked;
