/** Tests of the composition language. */
@NullMarked
package dev.pappus.language.graph;

import org.jspecify.annotations.NullMarked;
