package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pappus.linux.struct.Pollfd;
import dev.pappus.linux.struct.SeccompNotif;
import dev.pappus.linux.struct.SeccompNotifResp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Hears of system calls that the filter of other processes hands to this one to be answered
 * (seccomp_unotify(2)). Whoever made one does not go on before. One thread uses and closes it.
 */
public final class CallListener implements AutoCloseable {
  private static final int POLLIN = 1;

  // SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP: not in headers before 6.6.
  private static final long SET_FLAGS = 0x4008_2104L;
  private static final long SYNC_WAKE_UP = 1;

  private final FileDescriptor listener;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment polled = arena.allocate(Pollfd.LAYOUT.byteSize() * 2, 8);
  private final MemorySegment call = arena.allocate(SeccompNotif.LAYOUT);
  private final MemorySegment answer = arena.allocate(SeccompNotifResp.LAYOUT);

  /**
   * On a descriptor that the filter's installer has made (SECCOMP_FILTER_FLAG_NEW_LISTENER); null
   * if there is none, and no call will be heard of.
   */
  public CallListener(@Nullable FileDescriptor listener) {
    this.listener = listener == null ? new FileDescriptor(-1, "no listener") : listener;
    polled.set(JAVA_INT, Pollfd.FD, this.listener.number());
    polled.set(JAVA_SHORT, Pollfd.EVENTS, (short) POLLIN);
    polled.set(JAVA_SHORT, Pollfd.LAYOUT.byteSize() + Pollfd.EVENTS, (short) POLLIN);
    if (listener != null) {
      // Callers and this thread take turns, so that they are best on one processor. Since Linux
      // 6.6; before, they are not.
      int _ = listener.tryIoctl(SET_FLAGS, SYNC_WAKE_UP);
    }
  }

  /** What has been waited for. */
  public sealed interface Event {
    /** A signal came first, or time was up. */
    record Interrupted() implements Event {}

    /** The process has ended. */
    record Ended() implements Event {}

    /**
     * A system call of a process waits for its answer.
     *
     * @param process that made it
     * @param number of the call
     * @param id by which it is answered
     */
    record Called(int process, int number, long id) implements Event {}
  }

  private static final Event INTERRUPTED = new Event.Interrupted();
  private static final Event ENDED = new Event.Ended();

  /**
   * Waits for the next call of any process that the filter is on, or for the end of one.
   *
   * @param process descriptor of that one
   * @param timeoutMillis how long at most; below 0 for ever
   */
  public Event await(FileDescriptor process, int timeoutMillis) {
    polled.set(JAVA_INT, Pollfd.LAYOUT.byteSize() + Pollfd.FD, process.number());
    int ready = LibC.poll(polled, 2, timeoutMillis);
    if (ready == -Errno.EINTR) {
      return INTERRUPTED;
    }
    LibC.check(ready, "poll", "seccomp listener");
    if (polled.get(JAVA_SHORT, Pollfd.REVENTS) != 0) {
      call.fill((byte) 0);
      int received = listener.tryIoctl(SeccompNotif.RECEIVE, call.address());
      if (received == 0) {
        return new Event.Called(
            call.get(JAVA_INT, SeccompNotif.PID),
            call.get(JAVA_INT, SeccompNotif.NUMBER),
            call.get(JAVA_LONG, SeccompNotif.ID));
      }
      if (received != -Errno.ENOENT && received != -Errno.EINTR) {
        throw new LinuxException("ioctl(SECCOMP_IOCTL_NOTIF_RECV)", -received, "");
      }
    }
    // A call that nobody waits with any more is none: its process has ended, or will call again.
    boolean ended = polled.get(JAVA_SHORT, Pollfd.LAYOUT.byteSize() + Pollfd.REVENTS) != 0;
    return ended ? ENDED : INTERRUPTED;
  }

  /**
   * Lets a call return 0.
   *
   * @return false if nobody waits for that any more
   */
  public boolean answer(long id) {
    return send(id, 0);
  }

  /**
   * Lets the kernel do what is called. Only for callers whose arguments nobody can change
   * meanwhile, because they have one thread and the call takes none in memory.
   *
   * @return false if nobody waits for that any more
   */
  public boolean letPass(long id) {
    return send(id, SeccompNotifResp.CONTINUE);
  }

  private boolean send(long id, int flags) {
    answer.set(JAVA_LONG, SeccompNotifResp.ID, id);
    answer.set(JAVA_INT, SeccompNotifResp.FLAGS, flags);
    int sent = listener.tryIoctl(SeccompNotifResp.SEND, answer.address());
    if (sent < 0 && sent != -Errno.ENOENT) {
      throw new LinuxException("ioctl(SECCOMP_IOCTL_NOTIF_SEND)", -sent, "");
    }
    return sent == 0;
  }

  /** Calls that wait for an answer fail then, with ENOSYS. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      if (listener.number() >= 0) {
        listener.close();
      }
      arena.close();
    }
  }
}
