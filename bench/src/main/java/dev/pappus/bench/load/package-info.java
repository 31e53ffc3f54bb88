/**
 * Load on an HTTP server, whoever's it is: requests leave when they are due, whatever becomes of
 * earlier ones (open loop), latencies count from then, answers are checked, and a run in which the
 * generator itself was late says so.
 */
@NullMarked
package dev.pappus.bench.load;

import org.jspecify.annotations.NullMarked;
