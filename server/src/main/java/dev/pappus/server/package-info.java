/**
 * A node as a whole: configuration, wiring, start and stop. The only package that names concrete
 * sandbox backends.
 */
@NullMarked
package dev.pappus.server;

import org.jspecify.annotations.NullMarked;
