@NullMarked
package dev.pappus.dispatcher.store;

import org.jspecify.annotations.NullMarked;
