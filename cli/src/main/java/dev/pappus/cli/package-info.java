/** The {@code pappus} command: talks HTTP to a node, or runs one in process. */
@NullMarked
package dev.pappus.cli;

import org.jspecify.annotations.NullMarked;
