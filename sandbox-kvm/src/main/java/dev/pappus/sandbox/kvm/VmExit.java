package dev.pappus.sandbox.kvm;

import org.jspecify.annotations.Nullable;

/** How a guest came out of its machine. */
sealed interface VmExit {
  /** By the agreed exit. */
  record Agreed() implements VmExit {
    static final Agreed INSTANCE = new Agreed();
  }

  /**
   * It asks for more linear memory, which its plan has, and goes on when it is answered.
   *
   * @param pages how many pages of 64 KiB; any number
   */
  record Grow(long pages) implements VmExit {}

  /**
   * By an exception. Nothing is pending afterwards.
   *
   * @param vector the exception
   * @param errorCode where the exception has one
   * @param address CR2, of a page fault
   * @param instruction where it happened
   */
  record Fault(int vector, @Nullable Long errorCode, @Nullable Long address, long instruction)
      implements VmExit {}

  /**
   * A signal arrived; the guest would go on where it was.
   *
   * @param instruction where it was
   */
  record Interrupted(long instruction) implements VmExit {}

  /**
   * In a way that nobody agreed on; something may be pending, and the machine must go.
   *
   * @param description what it was
   * @param instruction where it happened
   * @param guestToBlame whether the guest brought it about
   */
  record Unexpected(String description, long instruction, boolean guestToBlame) implements VmExit {}
}
