/** Replays of recorded load: traces of Azure Functions, scaled to this host. */
@NullMarked
package dev.pappus.bench.trace;

import org.jspecify.annotations.NullMarked;
