/**
 * What a benchmark leaves behind: a run folder with {@code run.json} (what was run, on what),
 * {@code points.csv} (a row per repetition, one header for all benchmarks), {@code histograms/}
 * (HdrHistogram logs) and figures as SVG and PNG; and how two such folders are compared.
 */
@NullMarked
package dev.pappus.bench.result;

import org.jspecify.annotations.NullMarked;
