/**
 * What a node keeps on disk: a SQLite database with the registry's rows and a content-addressed
 * folder with everything large. Every write is durable when its call returns; a file that a crash
 * left half-written is found by its digest when it is first read. Nothing here is used while an
 * invocation runs, except that an engine reads a function's file the first time it runs it.
 */
@NullMarked
package dev.pappus.dispatcher.store;

import org.jspecify.annotations.NullMarked;
