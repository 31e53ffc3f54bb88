/** What compositions cost: chains, fan-outs, mixes of computing and communication. */
@NullMarked
package dev.pappus.bench.pipeline;

import org.jspecify.annotations.NullMarked;
