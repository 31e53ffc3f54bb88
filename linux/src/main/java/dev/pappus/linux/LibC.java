package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The C library's functions that are used, each as a plain Java method. A negative result is {@code
 * -errno}. Any thread may call; the captured errno belongs to the calling thread.
 */
final class LibC {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      CAPTURED.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CAPTURE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURED));

  /**
   * The type of every call: linking one makes a class, which takes much longer than what else a
   * handle needs.
   */
  private static final FunctionDescriptor SIX_REGISTERS =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** The same for all, too. */
  private static final Linker.Option[] OPTIONS = {
    Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(1)
  };

  private static final MethodHandle OPEN = function("open");
  private static final MethodHandle CLOSE = function("close");
  private static final MethodHandle IOCTL = function("ioctl");
  private static final MethodHandle MMAP = function("mmap");
  private static final MethodHandle MUNMAP = function("munmap");
  private static final MethodHandle MADVISE = function("madvise");
  private static final MethodHandle MPROTECT = function("mprotect");
  private static final MethodHandle MINCORE = function("mincore");
  private static final MethodHandle PREADV2 = function("preadv2");
  private static final MethodHandle GETTID = function("gettid");
  private static final MethodHandle GETEUID = function("geteuid");
  private static final MethodHandle SETPRIORITY = function("setpriority");
  private static final MethodHandle SCHED_SETAFFINITY = function("sched_setaffinity");
  private static final MethodHandle SCHED_SETSCHEDULER = function("sched_setscheduler");
  private static final MethodHandle SCHED_GETSCHEDULER = function("sched_getscheduler");
  private static final MethodHandle SCHED_GETAFFINITY = function("sched_getaffinity");
  private static final MethodHandle TIMER_CREATE = function("timer_create");
  private static final MethodHandle TIMER_SETTIME = function("timer_settime");
  private static final MethodHandle TIMER_DELETE = function("timer_delete");
  private static final MethodHandle SIGACTION = function("sigaction");
  private static final MethodHandle CLOCK_GETTIME = function("clock_gettime");
  private static final MethodHandle GETRUSAGE = function("getrusage");
  private static final MethodHandle MEMFD_CREATE = function("memfd_create");
  private static final MethodHandle FTRUNCATE = function("ftruncate");
  private static final MethodHandle FALLOCATE = function("fallocate");
  private static final MethodHandle LSEEK = function("lseek");
  private static final MethodHandle FCNTL = function("fcntl");
  private static final MethodHandle SOCKETPAIR = function("socketpair");
  private static final MethodHandle SENDMSG = function("sendmsg");
  private static final MethodHandle RECVMSG = function("recvmsg");
  private static final MethodHandle POLL = function("poll");
  private static final MethodHandle WAITPID = function("waitpid");
  private static final MethodHandle KILL = function("kill");

  /** For calls that older C libraries have no function for. */
  private static final MethodHandle SYSCALL = function("syscall");

  private static final int FSTAT = 5;
  private static final int GETPRIORITY = 140;

  /** {@code <fcntl.h>}. */
  private static final int AT_FDCWD = -100;

  private static final int PIDFD_OPEN = 434;
  private static final int OPENAT2 = 437;

  private LibC() {}

  // SAFETY: by the System V ABI of x86-64 (3.2.3) the first six numbers and pointers travel in one
  // register each. A function takes the low half of a register for an int, and ignores registers
  // that it has no parameter for. So the type fits the C prototype of each function above, none of
  // which has more parameters, as long as an int that comes back is cut to size. Of a variadic
  // function the caller says in AL how many vector registers it has filled, none here, and others
  // do not look at AL: so all may be called as such. Linking alone touches no memory.
  /** A function that has no more than six parameters, all of them numbers or pointers. */
  @SuppressWarnings("restricted")
  static MethodHandle function(String name) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), SIX_REGISTERS, OPTIONS);
  }

  /** Address of a function, to be called by the kernel, never by us. */
  static long addressOf(String function) {
    return LINKER.defaultLookup().findOrThrow(function).address();
  }

  // The handles above throw nothing; invokeExact's signature says Throwable.
  private static AssertionError impossible(Throwable thrown) {
    return new AssertionError("a downcall threw", thrown);
  }

  /** What the function leaves in its register; errno is kept for {@link #error}. */
  private static long register(
      MethodHandle function,
      long first,
      long second,
      long third,
      long fourth,
      long fifth,
      long sixth) {
    try {
      return (long) function.invokeExact(CAPTURE.get(), first, second, third, fourth, fifth, sixth);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Of the last call of this thread. */
  private static int error() {
    return -CAPTURE.get().get(JAVA_INT, ERRNO_OFFSET);
  }

  /** The int that a function returns, or {@code -errno} where it is -1. */
  static int call(
      MethodHandle function,
      long first,
      long second,
      long third,
      long fourth,
      long fifth,
      long sixth) {
    int result = (int) register(function, first, second, third, fourth, fifth, sixth);
    return result == -1 ? error() : result;
  }

  /** The same of a result of 64 bits. */
  private static long wide(long register) {
    return register == -1 ? error() : register;
  }

  /**
   * What to pass for memory that a function reads or writes. Whoever passes it keeps the segment
   * reachable, and its arena open, until the call has returned.
   */
  static long pointer(MemorySegment segment) {
    if (!segment.isNative()
        || !segment.scope().isAlive()
        || !segment.isAccessibleBy(Thread.currentThread())) {
      throw new IllegalArgumentException("not to be passed from here: " + segment);
    }
    return segment.address();
  }

  static int open(MemorySegment path, int flags) {
    try {
      return call(OPEN, pointer(path), flags, 0, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(path);
    }
  }

  /** openat2(2) from the working folder. */
  static int openat2(MemorySegment path, long flags, long resolve) {
    try (Arena arena = Arena.ofConfined()) {
      // struct open_how of <linux/openat2.h>: flags, mode, resolve.
      MemorySegment how = arena.allocateFrom(JAVA_LONG, flags, 0, resolve);
      return call(SYSCALL, OPENAT2, AT_FDCWD, pointer(path), pointer(how), how.byteSize(), 0);
    } finally {
      Reference.reachabilityFence(path);
    }
  }

  static int close(int descriptor) {
    return call(CLOSE, descriptor, 0, 0, 0, 0, 0);
  }

  static int ioctl(int descriptor, long request, long argument) {
    return call(IOCTL, descriptor, request, argument, 0, 0, 0);
  }

  static long mmap(
      long address, long length, int protection, int flags, int descriptor, long offset) {
    return wide(register(MMAP, address, length, protection, flags, descriptor, offset));
  }

  static int munmap(long address, long length) {
    return call(MUNMAP, address, length, 0, 0, 0, 0);
  }

  static int mprotect(long address, long length, int protection) {
    return call(MPROTECT, address, length, protection, 0, 0, 0);
  }

  static int madvise(long address, long length, int advice) {
    return call(MADVISE, address, length, advice, 0, 0, 0);
  }

  static int mincore(long address, long length, MemorySegment vector) {
    try {
      return call(MINCORE, address, length, pointer(vector), 0, 0, 0);
    } finally {
      Reference.reachabilityFence(vector);
    }
  }

  static int gettid() {
    return call(GETTID, 0, 0, 0, 0, 0, 0);
  }

  static int geteuid() {
    return call(GETEUID, 0, 0, 0, 0, 0, 0);
  }

  static int setpriority(int which, int who, int value) {
    return call(SETPRIORITY, which, who, value, 0, 0, 0);
  }

  /** The kernel's own, which tells values from errors: 1 to 40 for nice values 19 to -20. */
  static int getpriority(int which, int who) {
    return call(SYSCALL, GETPRIORITY, which, who, 0, 0, 0);
  }

  static int schedSetaffinity(int thread, MemorySegment mask) {
    try {
      return call(SCHED_SETAFFINITY, thread, mask.byteSize(), pointer(mask), 0, 0, 0);
    } finally {
      Reference.reachabilityFence(mask);
    }
  }

  static int schedSetscheduler(int thread, int policy, MemorySegment parameter) {
    try {
      return call(SCHED_SETSCHEDULER, thread, policy, pointer(parameter), 0, 0, 0);
    } finally {
      Reference.reachabilityFence(parameter);
    }
  }

  static int schedGetscheduler(int thread) {
    return call(SCHED_GETSCHEDULER, thread, 0, 0, 0, 0, 0);
  }

  static int schedGetaffinity(int thread, MemorySegment mask) {
    try {
      return call(SCHED_GETAFFINITY, thread, mask.byteSize(), pointer(mask), 0, 0, 0);
    } finally {
      Reference.reachabilityFence(mask);
    }
  }

  static int timerCreate(int clock, MemorySegment event, MemorySegment timer) {
    try {
      return call(TIMER_CREATE, clock, pointer(event), pointer(timer), 0, 0, 0);
    } finally {
      Reference.reachabilityFence(event);
      Reference.reachabilityFence(timer);
    }
  }

  static int timerSettime(long timer, int flags, MemorySegment value) {
    try {
      return call(TIMER_SETTIME, timer, flags, pointer(value), 0, 0, 0);
    } finally {
      Reference.reachabilityFence(value);
    }
  }

  static int timerDelete(long timer) {
    return call(TIMER_DELETE, timer, 0, 0, 0, 0, 0);
  }

  static int sigaction(int signal, MemorySegment action) {
    try {
      return call(SIGACTION, signal, pointer(action), 0, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(action);
    }
  }

  static int clockGettime(int clock, MemorySegment timespec) {
    try {
      return call(CLOCK_GETTIME, clock, pointer(timespec), 0, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(timespec);
    }
  }

  static int getrusage(int who, MemorySegment usage) {
    try {
      return call(GETRUSAGE, who, pointer(usage), 0, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(usage);
    }
  }

  static int memfdCreate(MemorySegment name, int flags) {
    try {
      return call(MEMFD_CREATE, pointer(name), flags, 0, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(name);
    }
  }

  static int ftruncate(int descriptor, long sizeBytes) {
    return call(FTRUNCATE, descriptor, sizeBytes, 0, 0, 0, 0);
  }

  static int fallocate(int descriptor, int mode, long offset, long length) {
    return call(FALLOCATE, descriptor, mode, offset, length, 0, 0);
  }

  static long lseek(int descriptor, long offset, int whence) {
    return wide(register(LSEEK, descriptor, offset, whence, 0, 0, 0));
  }

  /** Into one piece of memory; the number of bytes, or {@code -errno}. */
  static long preadv2(int descriptor, MemorySegment into, long offset, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      // struct iovec of <bits/types/struct_iovec.h>: address, length.
      MemorySegment vector = arena.allocateFrom(JAVA_LONG, pointer(into), into.byteSize());
      return wide(register(PREADV2, descriptor, pointer(vector), 1, offset, flags, 0));
    } finally {
      Reference.reachabilityFence(into);
    }
  }

  static int fstat(int descriptor, MemorySegment status) {
    try {
      return call(SYSCALL, FSTAT, descriptor, pointer(status), 0, 0, 0);
    } finally {
      Reference.reachabilityFence(status);
    }
  }

  static int fcntl(int descriptor, int command, int argument) {
    return call(FCNTL, descriptor, command, argument, 0, 0, 0);
  }

  static int socketpair(int domain, int type, MemorySegment pair) {
    try {
      return call(SOCKETPAIR, domain, type, 0, pointer(pair), 0, 0);
    } finally {
      Reference.reachabilityFence(pair);
    }
  }

  static long sendmsg(int socket, MemorySegment message, int flags) {
    try {
      return wide(register(SENDMSG, socket, pointer(message), flags, 0, 0, 0));
    } finally {
      Reference.reachabilityFence(message);
    }
  }

  static long recvmsg(int socket, MemorySegment message, int flags) {
    try {
      return wide(register(RECVMSG, socket, pointer(message), flags, 0, 0, 0));
    } finally {
      Reference.reachabilityFence(message);
    }
  }

  static int poll(MemorySegment descriptors, int count, int timeoutMillis) {
    try {
      return call(POLL, pointer(descriptors), count, timeoutMillis, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(descriptors);
    }
  }

  static int pidfdOpen(int process) {
    return call(SYSCALL, PIDFD_OPEN, process, 0, 0, 0, 0);
  }

  static int waitpid(int process, MemorySegment status, int options) {
    try {
      return call(WAITPID, process, pointer(status), options, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(status);
    }
  }

  static int kill(int process, int signal) {
    return call(KILL, process, signal, 0, 0, 0, 0);
  }

  /** {@code result}, or the exception that describes it if it is an error. */
  static int check(int result, String operation, String operands) {
    if (result < 0) {
      throw new LinuxException(operation, -result, operands);
    }
    return result;
  }

  static long check(long result, String operation, String operands) {
    if (result < 0) {
      throw new LinuxException(operation, (int) -result, operands);
    }
    return result;
  }
}
