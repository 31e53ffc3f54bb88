/**
 * The WebAssembly backend (docs/wasm.md): modules compiled to bytecode when they are prepared, run
 * on the engine's own thread over one flat array of memory. The guest reaches nothing but that
 * array and the functions of {@code wasi_snapshot_preview1} in this package, which have no way to
 * the host: files, clocks and randomness are values of the run.
 */
@NullMarked
package dev.pappus.sandbox.wasm;

import org.jspecify.annotations.NullMarked;
