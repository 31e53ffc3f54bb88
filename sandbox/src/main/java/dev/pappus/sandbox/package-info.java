/**
 * What every sandbox backend offers ({@link dev.pappus.sandbox.ComputeDriver} and what it makes),
 * ELF loading, and the guest ABI. The dispatcher knows backends through this package only.
 */
@NullMarked
package dev.pappus.sandbox;

import org.jspecify.annotations.NullMarked;
