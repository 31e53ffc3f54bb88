/**
 * Compositions as pictures and as forecasts: the graph with its names, a layered layout, SVG and
 * Mermaid, and how many instances an invocation would start. Pure, like the rest of the module.
 */
@NullMarked
package dev.pappus.language.graph;

import org.jspecify.annotations.NullMarked;
