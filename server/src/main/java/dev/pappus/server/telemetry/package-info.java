/** What operators see of a node: metrics, traces and the log's form. */
@NullMarked
package dev.pappus.server.telemetry;

import org.jspecify.annotations.NullMarked;
