@NullMarked
package dev.pappus.dispatcher;

import org.jspecify.annotations.NullMarked;
