/**
 * The BSON documents of the reference's clients. A pull reader of our own instead of a library's:
 * it slices binaries where they lie, takes no memory for a length that has only been claimed, and
 * reads uploads of a gigabyte while they arrive.
 */
@NullMarked
package dev.pappus.server.bson;

import org.jspecify.annotations.NullMarked;
