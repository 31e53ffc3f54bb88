package dev.pappus.model;

import org.jspecify.annotations.Nullable;

/**
 * What the monitor saw of a guest that failed; parts that do not apply are null.
 *
 * @param exitCode the code it left, for an exit
 * @param vector x86 exception vector, for a fault
 * @param errorCode the exception's error code
 * @param address the linear address whose access faulted (CR2), for a page fault
 * @param instruction the guest address of the instruction
 * @param symbol the nearest symbol at or below the instruction, {@code name+0x12}
 * @param lastWords up to 4 KiB of what it printed last
 */
public record GuestState(
    @Nullable Integer exitCode,
    @Nullable Integer vector,
    @Nullable Long errorCode,
    @Nullable Long address,
    @Nullable Long instruction,
    @Nullable String symbol,
    @Nullable String lastWords) {
  /** Nothing known yet. */
  public static final GuestState UNKNOWN = new GuestState(null, null, null, null, null, null, null);
}
