/**
 * Layouts of the kernel's and the C library's structures for x86-64, one class each. A test
 * compares every size, offset and number here with what a C program prints that was compiled
 * against the real headers.
 */
@NullMarked
package dev.pappus.linux.struct;

import org.jspecify.annotations.NullMarked;
