/** Tests of the composition language. */
@NullMarked
package dev.pappus.language;

import org.jspecify.annotations.NullMarked;
