package dev.pappus.linux;

import dev.pappus.linux.struct.Sigaction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The signal that takes a thread out of a guest. Its handler does nothing (it is the C library's
 * {@code abs}, so that no Java code ever runs in a signal handler); what matters is that the system
 * call under way returns EINTR.
 *
 * <p>A real-time signal that neither HotSpot (11, 3, 12, 27) nor the C library (32, 33) uses.
 */
final class KickSignal {
  static final int NUMBER = 40;

  private KickSignal() {}

  private static final class Installed {
    static {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment action = arena.allocate(Sigaction.LAYOUT);
        // No SA_RESTART: KVM_RUN must return.
        action.set(ValueLayout.JAVA_LONG, Sigaction.HANDLER, LibC.addressOf("abs"));
        LibC.check(LibC.sigaction(NUMBER, action), "sigaction", "signal " + NUMBER);
      }
    }

    private Installed() {}

    static void ensure() {}
  }

  /** Installs the handler once for the process. */
  static void install() {
    Installed.ensure();
  }
}
