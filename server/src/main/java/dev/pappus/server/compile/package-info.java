/**
 * C sources that the node compiles: where its compiler comes from, its run in a sandbox, and what
 * its messages mean.
 */
@NullMarked
package dev.pappus.server.compile;

import org.jspecify.annotations.NullMarked;
