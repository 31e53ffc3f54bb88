/**
 * The registry, and the life of an invocation from ready applications to finished sets: queues,
 * scheduling and caching policies. Backends are known through the sandbox SPI only.
 */
@NullMarked
package dev.pappus.dispatcher;

import org.jspecify.annotations.NullMarked;
