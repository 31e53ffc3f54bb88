package dev.pappus.sandbox.process;

import dev.pappus.linux.LinuxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that an engine has a zygote that knows the engine's contexts: one that was killed is
 * replaced when it is needed next. Belongs to the engine's thread.
 */
final class ZygoteKeeper implements AutoCloseable {
  private final Path program;
  private final List<ProcessDomain.Slot> slots = new ArrayList<>();
  private @Nullable Zygote zygote;

  ZygoteKeeper(Path program) {
    this.program = program;
  }

  /**
   * The zygote, which knows every attached context; a new one if the last is gone.
   *
   * @throws LinuxException if the host does not let one be started
   */
  Zygote zygote() {
    Zygote current = zygote;
    if (current != null && current.isAlive()) {
      return current;
    }
    if (current != null) {
      current.close();
      zygote = null;
    }
    Zygote started = Zygote.start(program);
    zygote = started;
    for (ProcessDomain.Slot slot : slots) {
      if (!started.attach(slot.number(), slot.file())) {
        break;
      }
    }
    return started;
  }

  /**
   * Ends the zygote and its child, as it does not do what it should; the next call starts another.
   */
  void replace() {
    Zygote current = zygote;
    if (current != null) {
      current.close();
    }
  }

  /** A context has come. */
  void attach(ProcessDomain.Slot slot) {
    slots.add(slot);
    Zygote current = zygote;
    if (current != null && current.isAlive()) {
      try {
        // If it has died meanwhile, the next one is told.
        boolean _ = current.attach(slot.number(), slot.file());
      } catch (LinuxException e) {
        replace();
      }
    }
  }

  /** Ends the child of a context, if there is one: children outlive their zygote. */
  void endChild(ProcessDomain.Slot slot) {
    Zygote current = zygote;
    if (current != null) {
      try {
        current.endChild(slot.number());
      } catch (LinuxException e) {
        replace();
      }
    }
  }

  /** See {@link Zygote#settle}. */
  void settle(ProcessDomain.Slot slot, boolean spoilt) {
    Zygote current = zygote;
    if (current != null) {
      try {
        current.settle(slot.number(), spoilt);
      } catch (LinuxException e) {
        replace();
      }
    }
  }

  /** A context goes. */
  void detach(ProcessDomain.Slot slot) {
    slots.remove(slot);
    endChild(slot);
    Zygote current = zygote;
    if (current != null && current.isAlive()) {
      try {
        boolean _ = current.detach(slot.number());
      } catch (LinuxException e) {
        replace();
      }
    }
  }

  @Override
  public void close() {
    Zygote current = zygote;
    if (current != null) {
      current.close();
      zygote = null;
    }
  }
}
