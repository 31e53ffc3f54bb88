/**
 * Requests of the surface for people as data sets, and results as the answers they asked for. Pure
 * translation: nothing here runs, waits or knows a connection, so that a request can be decoded
 * now, run later and its result be encoded later still.
 */
@NullMarked
package dev.pappus.server.invoke;

import org.jspecify.annotations.NullMarked;
