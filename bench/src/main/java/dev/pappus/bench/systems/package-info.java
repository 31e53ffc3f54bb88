/**
 * The systems that figures compare, behind one contract: a folder of scripts for each, so that
 * anybody adds one without touching Java (docs/benchmarks.md); and the front end that serves other
 * ways to run the same program over our own HTTP server.
 */
@NullMarked
package dev.pappus.bench.systems;

import org.jspecify.annotations.NullMarked;
