/**
 * Durable invocations: accepted onto disk, run at least once, their result kept once; and the
 * history of all others beside them.
 */
@NullMarked
package dev.pappus.server.async;

import org.jspecify.annotations.NullMarked;
