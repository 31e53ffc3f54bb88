/** Tests of communication functions against real servers on loopback. */
@NullMarked
package dev.pappus.communication;

import org.jspecify.annotations.NullMarked;
