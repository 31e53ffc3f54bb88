@NullMarked
package dev.pappus.server.async;

import org.jspecify.annotations.NullMarked;
