package dev.pappus.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * Where a program's library OS has what backends and templates must know.
 *
 * @param libos from where; null for a hand-made one, which has no templates
 * @param begin its first address
 * @param end first address above it
 * @param start address of the start record
 * @param template address of the template record
 * @param syscall where system calls arrive
 * @param signal where they arrive as signals
 */
public record LibosPlace(
    @Nullable Libos libos,
    long begin,
    long end,
    long start,
    long template,
    long syscall,
    long signal) {
  /** A hand-made one, which has no file. */
  public LibosPlace(long begin, long end, long start, long template, long syscall, long signal) {
    this(null, begin, end, start, template, syscall, signal);
  }

  /** Where {@link LibosAbi#START_TEMPLATE} and others are written before a run. */
  public long startFlags() {
    return start + LibosAbi.START_FLAGS;
  }
}
