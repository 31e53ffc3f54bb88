@NullMarked
package dev.pappus.server.compile;

import org.jspecify.annotations.NullMarked;
