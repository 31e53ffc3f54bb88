package dev.pappus.sandbox;

import dev.pappus.model.GuestState;

/** How a run ended. */
public sealed interface RunOutcome {
  /**
   * The guest left by the agreed exit.
   *
   * @param exitCode what it left in its control block
   */
  record Exited(int exitCode) implements RunOutcome {}

  /**
   * The guest did something else.
   *
   * @param description what, in words: "page fault on write to 0x0 (not mapped)"
   * @param state vector, error code, addresses and symbol as far as known; no last words
   */
  record Faulted(String description, GuestState state) implements RunOutcome {}

  /**
   * The guest was ended after its deadline.
   *
   * @param state where it was
   */
  record DeadlineExceeded(GuestState state) implements RunOutcome {}

  /**
   * The sandbox itself failed; the guest is not to blame.
   *
   * @param description what failed, with operation and errno
   */
  record SandboxFailed(String description) implements RunOutcome {}
}
