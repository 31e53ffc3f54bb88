/** Tests of the process backend. */
@NullMarked
package dev.pappus.sandbox.process;

import org.jspecify.annotations.NullMarked;
