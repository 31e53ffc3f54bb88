package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pair of connected local sockets that carry whole messages, and descriptors with
 * them. The other end is handed to another process. One thread uses and closes it.
 */
public final class MessageSocket implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

  // struct msghdr and struct iovec, then a control message that holds one descriptor.
  private static final long IOV = 16;
  private static final long IOV_COUNT = 24;
  private static final long CONTROL = 32;
  private static final long CONTROL_BYTES = 40;
  private static final long MSGHDR_BYTES = 56;
  private static final long ONE_IOV = MSGHDR_BYTES;
  private static final long ONE_RIGHT = ONE_IOV + 16;
  private static final long RIGHT_BYTES = 24;

  private final FileDescriptor own;
  private final FileDescriptor other;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment message = arena.allocate(ONE_RIGHT + RIGHT_BYTES, 8);

  MessageSocket(FileDescriptor own, FileDescriptor other) {
    this.own = own;
    this.other = other;
    message.set(JAVA_LONG, IOV, message.address() + ONE_IOV);
    message.set(JAVA_LONG, IOV_COUNT, 1);
    prepareRight();
  }

  private void prepareRight() {
    message.set(JAVA_LONG, ONE_RIGHT, 20);
    message.set(JAVA_INT, ONE_RIGHT + 8, SOL_SOCKET);
    message.set(JAVA_INT, ONE_RIGHT + 12, SCM_RIGHTS);
  }

  /** A new pair. */
  public static MessageSocket pair() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(JAVA_INT, 2);
      LibC.check(
          LibC.socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, pair), "socketpair", "AF_UNIX");
      return new MessageSocket(
          new FileDescriptor(pair.getAtIndex(JAVA_INT, 0), "socket"),
          new FileDescriptor(pair.getAtIndex(JAVA_INT, 1), "socket"));
    }
  }

  /** The other end, to be handed on; closed by {@link #keepOwnEnd}. */
  public FileDescriptor otherEnd() {
    return other;
  }

  /** Closes the other end here, once another process has it: then its death is noticed. */
  public void keepOwnEnd() {
    other.close();
  }

  /**
   * Sends one message; waits while the other side's queue is full.
   *
   * @param content in native memory
   * @param passed goes along, and stays open here
   * @throws LinuxException with EPIPE or ECONNRESET if the other side is gone
   */
  public void send(MemorySegment content, @Nullable FileDescriptor passed) {
    message.set(JAVA_LONG, ONE_IOV, LibC.pointer(content));
    message.set(JAVA_LONG, ONE_IOV + 8, content.byteSize());
    if (passed == null) {
      message.set(JAVA_LONG, CONTROL, 0);
      message.set(JAVA_LONG, CONTROL_BYTES, 0);
    } else {
      message.set(JAVA_LONG, CONTROL, message.address() + ONE_RIGHT);
      message.set(JAVA_LONG, CONTROL_BYTES, RIGHT_BYTES);
      message.set(JAVA_INT, ONE_RIGHT + 16, passed.number());
    }
    long sent;
    try {
      do {
        // A message is sent whole or not at all.
        sent = LibC.sendmsg(own.number(), message, MSG_NOSIGNAL);
      } while (sent == -Errno.EINTR);
    } finally {
      Reference.reachabilityFence(content);
    }
    if (sent < 0) {
      throw new LinuxException("sendmsg", (int) -sent, content.byteSize() + " bytes");
    }
  }

  /**
   * A message that has come.
   *
   * @param bytes its size; 0 if the other side is gone
   * @param passed what came along, the receiver's to close
   */
  public record Received(long bytes, @Nullable FileDescriptor passed) {}

  /**
   * Waits for one message.
   *
   * @param content where it is put, in native memory
   * @return null if a signal came first
   */
  public @Nullable Received receive(MemorySegment content) {
    message.set(JAVA_LONG, ONE_IOV, LibC.pointer(content));
    message.set(JAVA_LONG, ONE_IOV + 8, content.byteSize());
    message.set(JAVA_LONG, CONTROL, message.address() + ONE_RIGHT);
    message.set(JAVA_LONG, CONTROL_BYTES, RIGHT_BYTES);
    long received;
    try {
      received = LibC.recvmsg(own.number(), message, MSG_CMSG_CLOEXEC);
    } finally {
      Reference.reachabilityFence(content);
    }
    boolean withRight = message.get(JAVA_LONG, CONTROL_BYTES) > 0;
    prepareRight();
    if (received == -Errno.EINTR) {
      return null;
    }
    if (received == -Errno.ECONNRESET) {
      return new Received(0, null);
    }
    if (received < 0) {
      throw new LinuxException("recvmsg", (int) -received, "");
    }
    return new Received(
        received,
        withRight ? new FileDescriptor(message.get(JAVA_INT, ONE_RIGHT + 16), "passed") : null);
  }

  @Override
  public void close() {
    own.close();
    other.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
