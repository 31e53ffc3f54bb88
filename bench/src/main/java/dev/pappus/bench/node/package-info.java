/**
 * What a whole node costs beside something simpler: its server without functions, itself without
 * other work, the least that Netty needs to start, itself without what it keeps in memory.
 */
@NullMarked
package dev.pappus.bench.node;

import org.jspecify.annotations.NullMarked;
