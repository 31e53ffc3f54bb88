package dev.pappus.sandbox.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.CallListener;
import dev.pappus.linux.Errno;
import dev.pappus.linux.LinuxException;
import dev.pappus.linux.MessageSocket;
import dev.pappus.linux.ProcessGroup;
import dev.pappus.sandbox.LibosPlace;
import dev.pappus.sandbox.PageRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A running zygote (guest/process/zygote.c) and the children that it has made, at most one for each
 * slot, of which one runs at a time. Children are this process's own: their ends are noticed here,
 * whatever becomes of the zygote. Belongs to the thread that starts it.
 */
final class Zygote implements AutoCloseable {
  /** Most contexts that it knows at a time. */
  static final int SLOTS_MAX = ZygoteProtocol.SLOTS_MAX;

  /** More pieces of memory than these are left for the child to fault in. */
  static final int WARM_MAX = 16;

  /** Asks a function where it is; its handler answers and ends the run. */
  private static final int SIGXCPU = 24;

  private static final int MADV_POPULATE_READ = 22;

  /** Number of the call in which children wait for their next run. */
  private static final int PAUSE = 34;

  /** A child that has not gone through a start for so long will not. */
  private static final long SETTLE_NANOS_MAX = 50_000_000;

  private static final int SETTLE_POLL_MILLIS = 10;

  private static final Event INTERRUPTED = new Event.Interrupted();
  private static final Event LOST = new Event.Lost();
  private static final Event WAITS = new Event.Waits();

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment request = arena.allocate(ZygoteProtocol.REQUEST_BYTES, 8);
  private final MemorySegment answer = arena.allocate(JAVA_INT);
  private final SharedPages pages;
  private final MessageSocket socket;
  private final ProcessGroup group;
  private final @Nullable Child[] children = new @Nullable Child[SLOTS_MAX];
  private @Nullable CallListener listener;

  /** The slot of the run that is under way, and what its child is made for. */
  private int slot;

  private @Nullable Shape shape;

  /** Whether the child of that run lets others go first. */
  private boolean lowers;

  private boolean open = true;
  private boolean alive = true;

  /** What has become of a run. */
  sealed interface Event {
    /** A signal came, or something that means nothing. */
    record Interrupted() implements Event {}

    /** The zygote has ended before it made a child. */
    record Lost() implements Event {}

    /** The run is over; its child waits for the next one. */
    record Waits() implements Event {}

    /** The run is over; its child has ended and been waited for. */
    record Ended(ProcessGroup.Ended how) implements Event {}
  }

  private Zygote(SharedPages pages, MessageSocket socket, ProcessGroup group) {
    this.pages = pages;
    this.socket = socket;
    this.group = group;
  }

  /**
   * Starts one.
   *
   * @throws LinuxException if the host does not let it be started
   */
  static Zygote start(Path program) {
    SharedPages pages = new SharedPages();
    try {
      MessageSocket socket = MessageSocket.pair();
      try {
        ProcessGroup group =
            ProcessGroup.start(program, List.of(socket.otherEnd(), pages.descriptor()));
        socket.keepOwnEnd();
        return new Zygote(pages, socket, group);
      } catch (LinuxException e) {
        socket.close();
        throw e;
      }
    } catch (LinuxException e) {
      pages.close();
      throw e;
    }
  }

  /** What it shares with its children. */
  SharedPages pages() {
    return pages;
  }

  /** The number of its process. */
  int process() {
    return group.leader();
  }

  /** Whether it can still make children. */
  boolean isAlive() {
    return alive;
  }

  /**
   * Makes a context known under a slot.
   *
   * @return false if the zygote is gone
   */
  boolean attach(int number, ContextFile context) {
    return send(ZygoteProtocol.OPERATION_ATTACH, number, 0, context);
  }

  /** Gives a slot up. */
  boolean detach(int number) {
    return send(ZygoteProtocol.OPERATION_DETACH, number, 0, null);
  }

  /**
   * Begins a run of a function that is bound to the context in a slot: in the child that waits
   * there, or in a new one.
   *
   * @param background whether the child lets others go first
   * @param stays whether a new child may wait for another run afterwards
   * @param warm pages that are worth being mapped in a new child before it begins
   * @return false if the zygote is gone and there is no such child
   */
  boolean begin(
      int number,
      ProcessFunction function,
      boolean background,
      boolean stays,
      List<PageRange> warm) {
    slot = number;
    shape = function.shape();
    lowers = background;
    Child waiting = children[number];
    if (waiting != null
        && waiting.shape().equals(function.shape())
        && (background || waiting.raise())) {
      if (background) {
        waiting.lower();
      }
      setStart(function, waiting.isDisturbed());
      if (resume(waiting)) {
        return true;
      }
    }
    endChild(number);
    setStart(function, true);
    return makeChild(function.shape(), stays, warm);
  }

  private void setStart(ProcessFunction function, boolean restores) {
    LibosPlace libos = function.image().libos();
    pages.setStart(
        function.image().entry(),
        function.layout().entryStackPointer(),
        libos == null ? 0 : libos.signal(),
        restores);
  }

  /** False if somebody else has ended the child. */
  private boolean resume(Child waiting) {
    return Objects.requireNonNull(listener).answer(waiting.leaveCall());
  }

  /**
   * Has the child of a slot shed what its last run has left in the kernel's books, which it might
   * otherwise do only when the next one has its inputs. A program, unlike a function, can have set
   * its own stack of signals and blocked them: where that stands, a signal on the way into the next
   * run would write. So the child goes through a start that leads to nothing, before its context is
   * wiped. What does not come through is ended.
   *
   * @param spoilt whether it shall be ended in any case
   */
  void settle(int number, boolean spoilt) {
    Child child = children[number];
    if (child == null || child.shape().libosEnd() == 0) {
      return;
    }
    pages.clean();
    pages.setStartThatLeaves();
    if (spoilt || !resume(child) || !waitsAgain(child)) {
      endChild(number);
    }
    pages.clean();
  }

  private boolean waitsAgain(Child child) {
    CallListener ownListener = Objects.requireNonNull(listener);
    long patienceEnds = System.nanoTime() + SETTLE_NANOS_MAX;
    while (System.nanoTime() - patienceEnds < 0) {
      switch (ownListener.await(child.descriptor(), SETTLE_POLL_MILLIS)) {
        case CallListener.Event.Interrupted _ -> {}
        case CallListener.Event.Ended _ -> {
          return false;
        }
        case CallListener.Event.Called(int process, int call, long id) -> {
          if (process == child.process()) {
            if (call != PAUSE) {
              return false;
            }
            child.waitIn(id);
            ExitReport report = pages.report();
            return report.begun() == 1 && report.signal() == 0;
          }
        }
      }
    }
    return false;
  }

  private boolean makeChild(Shape made, boolean stays, List<PageRange> warm) {
    request.set(JAVA_LONG, ZygoteProtocol.REQUEST_LIBOS_BEGIN, made.libosBegin());
    request.set(JAVA_LONG, ZygoteProtocol.REQUEST_LIBOS_END, made.libosEnd());
    List<MappedRange> ranges = made.ranges();
    int warmCount = Math.min(warm.size(), WARM_MAX);
    int count = 0;
    for (int i = 0; i < ranges.size(); i++) {
      MappedRange range = ranges.get(i);
      setRange(count++, range.start(), range.end(), range.protection());
    }
    for (int i = 0; i < warmCount; i++) {
      setRange(count++, warm.get(i).start(), warm.get(i).end(), MADV_POPULATE_READ);
    }
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_RANGE_COUNT, ranges.size());
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_WARM_COUNT, warmCount);
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_STAYS, stays ? 1 : 0);
    return send(ZygoteProtocol.OPERATION_START, slot, count, null);
  }

  private void setRange(int index, long start, long end, int protection) {
    long at = ZygoteProtocol.REQUEST_RANGES + (long) index * ZygoteProtocol.RANGE_BYTES;
    request.set(JAVA_LONG, at + ZygoteProtocol.RANGE_START, start);
    request.set(JAVA_LONG, at + ZygoteProtocol.RANGE_END, end);
    request.set(JAVA_INT, at + ZygoteProtocol.RANGE_PROTECTION, protection);
  }

  private boolean send(int operation, int number, int ranges, @Nullable ContextFile passed) {
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_OPERATION, operation);
    request.set(JAVA_INT, ZygoteProtocol.REQUEST_SLOT, number);
    long bytes = ZygoteProtocol.REQUEST_RANGES + (long) ranges * ZygoteProtocol.RANGE_BYTES;
    try {
      socket.send(request.asSlice(0, bytes), passed == null ? null : passed.descriptor());
      return true;
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
        alive = false;
        return false;
      }
      throw e;
    }
  }

  boolean childIsDisturbed() {
    Child child = children[slot];
    return child != null && child.isDisturbed();
  }

  /** A signal has ended the run that has just ended; see {@link Child#disturb}. */
  void disturbed() {
    Child child = children[slot];
    if (child != null) {
      child.disturb();
    }
  }

  /** The process of the run that is under way, or has just ended; 0 if there is none. */
  int child() {
    Child running = children[slot];
    return running == null ? 0 : running.process();
  }

  /** Waits for the end of the run that has begun. */
  Event await() {
    Child running = children[slot];
    if (running == null) {
      running = receiveChild();
      if (running == null) {
        return alive ? INTERRUPTED : LOST;
      }
    }
    CallListener ownListener = Objects.requireNonNull(listener);
    return switch (ownListener.await(running.descriptor(), -1)) {
      case CallListener.Event.Interrupted _ -> INTERRUPTED;
      case CallListener.Event.Ended _ -> new Event.Ended(bury(slot, running));
      case CallListener.Event.Called(int process, int call, long id) -> {
        // Another one that waits has been disturbed from outside, and waits anew: it will not be
        // found again, and be replaced.
        if (process != running.process()) {
          yield INTERRUPTED;
        }
        if (call != PAUSE) {
          // Its filter lets it set its segment bases, no more.
          running.disturb();
          ownListener.letPass(id);
          yield INTERRUPTED;
        }
        running.waitIn(id);
        yield WAITS;
      }
    };
  }

  /** What the zygote says first, and then of the child that it has made; null if it has not yet. */
  private @Nullable Child receiveChild() {
    if (listener == null) {
      MessageSocket.Received greeting = receive();
      if (greeting == null) {
        return null;
      }
      listener = new CallListener(greeting.passed());
    }
    if (receive() == null) {
      return null;
    }
    int process = answer.get(JAVA_INT, 0);
    Child made = new Child(process, Objects.requireNonNull(shape), ProcessGroup.open(process));
    if (lowers) {
      made.lower();
    }
    children[slot] = made;
    return made;
  }

  /** One message; null if none has come. */
  private MessageSocket.@Nullable Received receive() {
    MessageSocket.Received received = socket.receive(answer);
    if (received != null && received.bytes() == 0) {
      alive = false;
      return null;
    }
    return received;
  }

  /** Has the child of the run that is under way let others go first. */
  void lowerChild() {
    lowers = true;
    Child running = children[slot];
    if (running != null) {
      running.lower();
    }
  }

  /** Asks the child where it is, which ends the run. */
  void probe(int child) {
    group.signal(child, SIGXCPU);
  }

  /** Ends the child. */
  void kill(int child) {
    group.signal(child, ProcessGroup.SIGKILL);
  }

  /** Ends the child of the run that is under way, or has just ended, if there is one. */
  void endChild() {
    endChild(slot);
  }

  /** Ends the child of a slot, if there is one. */
  void endChild(int number) {
    Child child = children[number];
    if (child != null) {
      kill(child.process());
      ProcessGroup.Ended _ = bury(number, child);
    }
  }

  private ProcessGroup.Ended bury(int number, Child child) {
    children[number] = null;
    child.descriptor().close();
    return group.await(child.process());
  }

  /** Ends it and its children, and awaits them all, also one that it has not told of. */
  void endProcesses() {
    alive = false;
    for (int number = 0; number < SLOTS_MAX; number++) {
      endChild(number);
    }
    group.close();
  }

  /** Ends its processes. */
  @Override
  public void close() {
    if (open) {
      open = false;
      endProcesses();
      CallListener ownListener = listener;
      if (ownListener != null) {
        ownListener.close();
      }
      socket.close();
      pages.close();
      arena.close();
    }
  }
}
