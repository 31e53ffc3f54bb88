package dev.pappus.sandbox.process;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.ProcessGroup;
import dev.pappus.model.GuestState;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.DeadlineTimer;
import dev.pappus.sandbox.EngineThread;
import dev.pappus.sandbox.MemoryDomain;
import dev.pappus.sandbox.ResidentBudget;
import dev.pappus.sandbox.RunOutcome;
import dev.pappus.sandbox.ThreadPriority;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs functions in children of its zygote; the platform thread that opened it waits for them. */
public final class ProcessEngine implements ComputeEngine {
  /** Making a child with less time than this left would only mean to end it at once. */
  private static final long ENTRY_NANOS_MIN = 10_000;

  /**
   * A child that has been asked where it is gets so long to answer; on a busy host it must wait.
   */
  private static final long ANSWER_NANOS_MAX = 20_000_000;

  /** The same on a thread that has other things to do. */
  private static final long BRIEF_ANSWER_NANOS_MAX = 1_000_000;

  /** A zygote that has made no child for so long after the deadline will make none. */
  private static final long ZYGOTE_NANOS_MAX = 1_000_000_000L;

  private static final long BRIEF_ZYGOTE_NANOS_MAX = 10_000_000L;

  /** So many zygotes may be lost to one run, before they have done anything for it. */
  private static final int ATTEMPTS_MAX = 3;

  private final ZygoteKeeper zygotes;
  private final ProcessDomain domain;
  private final boolean childrenStay;
  private final long answerNanosMax;
  private final long zygoteNanosMax;
  private final DeadlineTimer timer = new DeadlineTimer();
  private final EngineThread thread;
  private boolean background;
  private boolean open = true;

  ProcessEngine(
      ProcessSettings settings,
      ResidentBudget budget,
      AtomicInteger nodeContexts,
      EngineThread thread,
      boolean sharesThread) {
    zygotes = new ZygoteKeeper(settings.zygote());
    childrenStay = settings.childrenStay();
    answerNanosMax = sharesThread ? BRIEF_ANSWER_NANOS_MAX : ANSWER_NANOS_MAX;
    zygoteNanosMax = sharesThread ? BRIEF_ZYGOTE_NANOS_MAX : ZYGOTE_NANOS_MAX;
    domain =
        new ProcessDomain(
            zygotes, budget, settings.sandboxesPerEngine(), nodeContexts, settings.sandboxesMax());
    this.thread = thread;
    try {
      Zygote _ = zygotes.zygote();
    } catch (LinuxException e) {
      timer.close();
      throw e;
    }
  }

  /** The number of its zygote's process. */
  int zygoteProcess() {
    return zygotes.zygote().process();
  }

  /** Whether the child of the last run has to be put right by the next one; see {@link Child}. */
  boolean hasDisturbedChild() {
    return zygotes.zygote().childIsDisturbed();
  }

  /** Whether the child of the last run waits for another one. */
  boolean hasWaitingChild() {
    return zygotes.zygote().child() != 0;
  }

  @Override
  public MemoryDomain domain() {
    return domain;
  }

  @Override
  public RunOutcome run(Context context, Deadline deadline) {
    if (!(context instanceof ProcessContext own) || own.domain() != domain) {
      throw new IllegalArgumentException("not a context of this engine");
    }
    thread.require();
    own.seal();
    long now = System.nanoTime();
    if (deadline.hasPassed(now + ENTRY_NANOS_MIN)) {
      return new RunOutcome.DeadlineExceeded(GuestState.UNKNOWN);
    }
    timer.cover(now, deadline);
    RunOutcome outcome;
    try {
      outcome = enter(own, deadline);
    } catch (LinuxException e) {
      zygotes.replace();
      outcome = new RunOutcome.SandboxFailed(String.valueOf(e.getMessage()));
    } finally {
      timer.ended();
    }
    switch (outcome) {
      case RunOutcome.Exited _ -> own.function().backoff().succeeded();
      case RunOutcome.Faulted _ -> own.function().backoff().faulted();
      case RunOutcome.DeadlineExceeded _, RunOutcome.SandboxFailed _ -> {}
    }
    return outcome;
  }

  private RunOutcome enter(ProcessContext context, Deadline deadline) {
    ProcessDomain.Slot slot = context.slot();
    for (int attempt = 1; true; attempt++) {
      Zygote zygote = zygotes.zygote();
      if (zygote.begin(
          slot.number(), context.function(), background, childrenStay, slot.file().present())) {
        RunOutcome outcome = follow(context, deadline, zygote);
        if (outcome != null) {
          return outcome;
        }
      }
      // The function has not begun. Another zygote may fare better: with this one its children end,
      // which may be more processes than the host allows.
      String trouble = zygote.pages().trouble();
      if (attempt == ATTEMPTS_MAX) {
        return new RunOutcome.SandboxFailed(
            trouble == null ? "processes were ended from outside, again and again" : trouble);
      }
    }
  }

  /** Waits for a run's end; null if the function has not begun, and another attempt is due. */
  private @Nullable RunOutcome follow(ProcessContext context, Deadline deadline, Zygote zygote) {
    long askedNanos = 0;
    while (true) {
      switch (zygote.await()) {
        case Zygote.Event.Interrupted _ -> {
          // A child lets others go first as soon as its engine's thread does.
          if (ThreadPriority.isLowered()) {
            zygote.lowerChild();
          }
          // In this order: a deadline that moves after the look at it finds the timer armed by its
          // nudge.
          timer.arm(deadline);
          long now = System.nanoTime();
          if (deadline.hasPassed(now)) {
            askedNanos = end(zygote, now, askedNanos);
            if (zygote.child() == 0 && now - deadline.nanos() > zygoteNanosMax) {
              zygotes.replace();
              return new RunOutcome.SandboxFailed("the zygote does not answer");
            }
          }
        }
        case Zygote.Event.Lost _ -> {
          // Perhaps between the child and the word of it.
          zygote.endProcesses();
          return zygote.pages().report().begun() == 0
              ? null
              : new RunOutcome.SandboxFailed("the zygote was ended from outside");
        }
        case Zygote.Event.Waits _ -> {
          return conclude(context, zygote, null, askedNanos != 0);
        }
        case Zygote.Event.Ended(ProcessGroup.Ended how) -> {
          return conclude(context, zygote, how, askedNanos != 0);
        }
      }
    }
  }

  /** Asks the child where it is, and when it does not answer, ends it. When it was asked. */
  private long end(Zygote zygote, long now, long askedNanos) {
    int child = zygote.child();
    if (child == 0) {
      return askedNanos;
    }
    if (askedNanos == 0) {
      zygote.probe(child);
      return now;
    }
    if (now - askedNanos > answerNanosMax) {
      zygote.kill(child);
    }
    return askedNanos;
  }

  /** Says how a run has ended; null if its function has not begun, and another attempt is due. */
  private static @Nullable RunOutcome conclude(
      ProcessContext context, Zygote zygote, ProcessGroup.@Nullable Ended ended, boolean late) {
    if (late) {
      // The question may still be on its way to it.
      zygote.endChild();
    }
    ExitReport report = zygote.pages().report();
    zygote.pages().clean();
    String trouble = zygote.pages().trouble();
    boolean begun = report.saysBegun(ended != null);
    if (trouble != null || !begun) {
      zygote.endChild();
    }
    if (trouble != null) {
      return new RunOutcome.SandboxFailed(trouble);
    }
    if (!begun) {
      return late ? new RunOutcome.DeadlineExceeded(GuestState.UNKNOWN) : null;
    }
    if (report.signal() != 0 || report.begun() == 0) {
      zygote.disturbed();
    }
    context.endedBySignal(report.signal() != 0);
    return new ExitDecoder(context).decode(ended, report, late);
  }

  @Override
  public void inBackground(boolean now) {
    background = now;
  }

  @Override
  public void nudge() {
    timer.nudge();
  }

  @Override
  public void idle() {
    timer.rest();
    domain.economise(System.nanoTime());
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      zygotes.close();
      domain.close();
      timer.close();
      thread.close();
    }
  }
}
