package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The C library's functions that are used, each as a plain Java method. A negative result is {@code
 * -errno}. Any thread may call; the captured errno belongs to the calling thread.
 */
final class LibC {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CAPTURE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURED));

  private static final MethodHandle OPEN =
      variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      plain("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle IOCTL =
      variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle MMAP =
      plain(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      plain("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle MADVISE =
      plain("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MPROTECT =
      plain("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MINCORE =
      plain("mincore", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
  private static final MethodHandle GETTID = plain("gettid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle GETEUID = plain("geteuid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle SETPRIORITY =
      plain("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle GETPRIORITY =
      plain("getpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SCHED_SETAFFINITY =
      plain("sched_setaffinity", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
  private static final MethodHandle SCHED_SETSCHEDULER =
      plain("sched_setscheduler", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SCHED_GETAFFINITY =
      plain("sched_getaffinity", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
  private static final MethodHandle TIMER_CREATE =
      plain("timer_create", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle TIMER_SETTIME =
      plain(
          "timer_settime",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle TIMER_DELETE =
      plain("timer_delete", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
  private static final MethodHandle SIGACTION =
      plain("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle CLOCK_GETTIME =
      plain("clock_gettime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle GETRUSAGE =
      plain("getrusage", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private static final MethodHandle MEMFD_CREATE =
      plain("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FTRUNCATE =
      plain("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FALLOCATE =
      plain("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle LSEEK =
      plain("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FCNTL =
      variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SOCKETPAIR =
      plain("socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SENDMSG =
      plain("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle WAITPID =
      plain("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle KILL =
      plain("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private LibC() {}

  // SAFETY: each descriptor above states the C prototype for x86-64 Linux (int 32, long, size_t,
  // pointers and timer_t 64 bits). Linking alone touches no memory.
  @SuppressWarnings("restricted")
  private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }

  private static MethodHandle plain(String name, FunctionDescriptor type) {
    return link(name, type, Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle variadic(String name, int fixed, FunctionDescriptor type) {
    return link(
        name, type, Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(fixed));
  }

  /** Address of a function, to be called by the kernel, never by us. */
  static long addressOf(String function) {
    return LINKER.defaultLookup().findOrThrow(function).address();
  }

  private static long result(MemorySegment capture, long returned) {
    return returned == -1 ? -(int) ERRNO.get(capture, 0L) : returned;
  }

  // The handles above throw nothing; invokeExact's signature says Throwable.
  private static AssertionError impossible(Throwable thrown) {
    return new AssertionError("a downcall threw", thrown);
  }

  /** What to throw where a downcall and the check of its result stand together. */
  static RuntimeException failed(Throwable thrown) {
    if (thrown instanceof LinuxException known) {
      return known;
    }
    throw impossible(thrown);
  }

  static int open(MemorySegment path, int flags) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) OPEN.invokeExact(capture, path, flags, 0));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int close(int descriptor) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) CLOSE.invokeExact(capture, descriptor));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int ioctl(int descriptor, long request, long argument) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) IOCTL.invokeExact(capture, descriptor, request, argument));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long mmap(
      long address, long length, int protection, int flags, int descriptor, long offset) {
    MemorySegment capture = CAPTURE.get();
    try {
      return result(
          capture,
          (long) MMAP.invokeExact(capture, address, length, protection, flags, descriptor, offset));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int munmap(long address, long length) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) MUNMAP.invokeExact(capture, address, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int mprotect(long address, long length, int protection) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int)
          result(capture, (int) MPROTECT.invokeExact(capture, address, length, protection));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int madvise(long address, long length, int advice) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) MADVISE.invokeExact(capture, address, length, advice));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int mincore(long address, long length, MemorySegment vector) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) MINCORE.invokeExact(capture, address, length, vector));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int gettid() {
    try {
      return (int) GETTID.invokeExact(CAPTURE.get());
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int geteuid() {
    try {
      return (int) GETEUID.invokeExact(CAPTURE.get());
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int setpriority(int which, int who, int value) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) SETPRIORITY.invokeExact(capture, which, who, value));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** Not to be told from an error below 0. */
  static int getpriority(int which, int who) {
    try {
      return (int) GETPRIORITY.invokeExact(CAPTURE.get(), which, who);
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int schedSetaffinity(int thread, MemorySegment mask) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int)
          result(
              capture, (int) SCHED_SETAFFINITY.invokeExact(capture, thread, mask.byteSize(), mask));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int schedSetscheduler(int thread, int policy, MemorySegment parameter) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int)
          result(capture, (int) SCHED_SETSCHEDULER.invokeExact(capture, thread, policy, parameter));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int schedGetaffinity(int thread, MemorySegment mask) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int)
          result(
              capture, (int) SCHED_GETAFFINITY.invokeExact(capture, thread, mask.byteSize(), mask));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int timerCreate(int clock, MemorySegment event, MemorySegment timer) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) TIMER_CREATE.invokeExact(capture, clock, event, timer));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int timerSettime(long timer, int flags, MemorySegment value) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int)
          result(capture, (int) TIMER_SETTIME.invokeExact(capture, timer, flags, value, 0L));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int timerDelete(long timer) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) TIMER_DELETE.invokeExact(capture, timer));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int sigaction(int signal, MemorySegment action) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) SIGACTION.invokeExact(capture, signal, action, 0L));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int clockGettime(int clock, MemorySegment timespec) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) CLOCK_GETTIME.invokeExact(capture, clock, timespec));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int getrusage(int who, MemorySegment usage) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) GETRUSAGE.invokeExact(capture, who, usage));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int memfdCreate(MemorySegment name, int flags) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) MEMFD_CREATE.invokeExact(capture, name, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int ftruncate(int descriptor, long sizeBytes) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) FTRUNCATE.invokeExact(capture, descriptor, sizeBytes));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int fallocate(int descriptor, int mode, long offset, long length) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int)
          result(capture, (int) FALLOCATE.invokeExact(capture, descriptor, mode, offset, length));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long lseek(int descriptor, long offset, int whence) {
    MemorySegment capture = CAPTURE.get();
    try {
      return result(capture, (long) LSEEK.invokeExact(capture, descriptor, offset, whence));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int fcntl(int descriptor, int command, int argument) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) FCNTL.invokeExact(capture, descriptor, command, argument));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int socketpair(int domain, int type, MemorySegment pair) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) SOCKETPAIR.invokeExact(capture, domain, type, 0, pair));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static long sendmsg(int socket, MemorySegment message, int flags) {
    MemorySegment capture = CAPTURE.get();
    try {
      return result(capture, (long) SENDMSG.invokeExact(capture, socket, message, flags));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int waitpid(int process, MemorySegment status, int options) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) WAITPID.invokeExact(capture, process, status, options));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  static int kill(int process, int signal) {
    MemorySegment capture = CAPTURE.get();
    try {
      return (int) result(capture, (int) KILL.invokeExact(capture, process, signal));
    } catch (Throwable t) {
      throw impossible(t);
    }
  }

  /** {@code result}, or the exception that describes it if it is an error. */
  static int check(int result, String operation, String operands) {
    if (result < 0) {
      throw new LinuxException(operation, -result, operands);
    }
    return result;
  }
}
