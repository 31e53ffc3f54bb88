/** Models of other platforms, fed with the load that a node gets. */
@NullMarked
package dev.pappus.bench.model;

import org.jspecify.annotations.NullMarked;
