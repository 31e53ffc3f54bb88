@NullMarked
package dev.pappus.sandbox.wasm;

import org.jspecify.annotations.NullMarked;
