@NullMarked
package dev.pappus.server.telemetry;

import org.jspecify.annotations.NullMarked;
