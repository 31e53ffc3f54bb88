/**
 * Throughput and latency of 128×128 matrix products by share of warm requests: the papers' figures
 * for our node, beside what this server can do at most and beside other ways to isolate a program.
 */
@NullMarked
package dev.pappus.bench.curves;

import org.jspecify.annotations.NullMarked;
