package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A function of a shared library that takes two 64-bit integers or addresses and returns one: what
 * benchmarks compare the sandbox with. Trusted code only; it runs in this process.
 *
 * <p>Any thread may call it. The library stays loaded until the process ends.
 */
public final class NativeFunction {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private final MethodHandle handle;

  private NativeFunction(MethodHandle handle) {
    this.handle = handle;
  }

  /**
   * Loads a function.
   *
   * @param library a shared library that this product has built
   * @param symbol a function {@code uint64_t f(uint64_t, uint64_t)}, of which each may be a pointer
   * @throws IllegalArgumentException if the library cannot be loaded
   * @throws java.util.NoSuchElementException if it has no such symbol
   */
  public static NativeFunction load(Path library, String symbol) {
    return new NativeFunction(link(libraryLookup(library).findOrThrow(symbol)));
  }

  // SAFETY: the library is our own build product; its initialisers do nothing. It stays mapped for
  // ever, so that no call can come too late.
  @SuppressWarnings("restricted")
  private static SymbolLookup libraryLookup(Path library) {
    return SymbolLookup.libraryLookup(library.toAbsolutePath(), Arena.global());
  }

  // SAFETY: integers and pointers alike travel in the same registers on x86-64 (System V), so the
  // descriptor fits every function that this class's contract allows.
  @SuppressWarnings("restricted")
  private static MethodHandle link(MemorySegment address) {
    return Linker.nativeLinker().downcallHandle(address, TYPE);
  }

  /** Calls it; pointers are given as addresses of memory that outlives the call. */
  public long call(long first, long second) {
    try {
      return (long) handle.invokeExact(first, second);
    } catch (Throwable t) {
      throw new AssertionError("a downcall threw", t);
    }
  }
}
