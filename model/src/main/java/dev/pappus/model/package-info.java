/**
 * Values that every module shares: names, items and data sets, function specifications, limits,
 * outcomes and problems. Nothing here does I/O, holds a lock or knows a thread; everything is
 * immutable.
 */
@NullMarked
package dev.pappus.model;

import org.jspecify.annotations.NullMarked;
