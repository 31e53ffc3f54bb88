package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.WasiCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.HostFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/**
 * A function of WASI as it is done here. What makes no sense here answers that it is not supported.
 *
 * @param implementation null for the one that does not return
 */
record WasiFunction(WasiCall call, @Nullable Implementation implementation) {
  /** Does it; returns normally for success and throws {@link Errno} for anything else. */
  @FunctionalInterface
  interface Implementation {
    /** Numbers of 32 bits among the arguments are zero-extended. */
    void call(WasiRun run, Guest guest, long[] arguments);
  }

  /** The function of that name, or null. */
  static @Nullable WasiFunction of(String name) {
    WasiCall call = WasiCall.of(name);
    return call == null ? null : new WasiFunction(call, implementation(call));
  }

  private static @Nullable Implementation implementation(WasiCall call) {
    return switch (call) {
      case ARGS_GET -> WasiProcess::argsGet;
      case ARGS_SIZES_GET -> WasiProcess::argsSizesGet;
      case ENVIRON_GET -> WasiProcess::environGet;
      case ENVIRON_SIZES_GET -> WasiProcess::environSizesGet;
      case CLOCK_RES_GET -> WasiProcess::clockResGet;
      case CLOCK_TIME_GET -> WasiProcess::clockTimeGet;
      case FD_ADVISE -> WasiFiles::advise;
      case FD_ALLOCATE -> WasiFiles::allocate;
      case FD_CLOSE -> WasiFiles::close;
      case FD_DATASYNC, FD_SYNC -> WasiFiles::sync;
      case FD_FDSTAT_GET -> WasiFiles::fdstatGet;
      case FD_FDSTAT_SET_FLAGS -> WasiFiles::fdstatSetFlags;
      case FD_FDSTAT_SET_RIGHTS -> WasiFiles::fdstatSetRights;
      case FD_FILESTAT_GET -> WasiFiles::filestatGet;
      case FD_FILESTAT_SET_SIZE -> WasiFiles::filestatSetSize;
      case FD_FILESTAT_SET_TIMES -> WasiFiles::filestatSetTimes;
      case FD_PREAD -> WasiFiles::pread;
      case FD_PRESTAT_GET -> WasiFiles::prestatGet;
      case FD_PRESTAT_DIR_NAME -> WasiFiles::prestatDirName;
      case FD_PWRITE -> WasiFiles::pwrite;
      case FD_READ -> WasiFiles::read;
      case FD_READDIR -> WasiFiles::readdir;
      case FD_RENUMBER -> WasiFiles::renumber;
      case FD_SEEK -> WasiFiles::seek;
      case FD_TELL -> WasiFiles::tell;
      case FD_WRITE -> WasiFiles::write;
      case PATH_CREATE_DIRECTORY -> WasiPaths::createDirectory;
      case PATH_FILESTAT_GET -> WasiPaths::filestatGet;
      case PATH_FILESTAT_SET_TIMES -> WasiPaths::filestatSetTimes;
      case PATH_LINK, PATH_SYMLINK, SOCK_ACCEPT, SOCK_RECV, SOCK_SEND, SOCK_SHUTDOWN ->
          answering(Errno.NOTSUP);
      case PATH_OPEN -> WasiPaths::open;
      case PATH_READLINK -> WasiPaths::readlink;
      case PATH_REMOVE_DIRECTORY -> WasiPaths::removeDirectory;
      case PATH_RENAME -> WasiPaths::rename;
      case PATH_UNLINK_FILE -> WasiPaths::unlinkFile;
      case POLL_ONEOFF -> WasiProcess::pollOneoff;
      case PROC_EXIT -> null;
      case PROC_RAISE -> answering(Errno.NOSYS);
      case SCHED_YIELD -> answering(Errno.SUCCESS);
      case RANDOM_GET -> WasiProcess::randomGet;
    };
  }

  private static Implementation answering(int errno) {
    return (run, guest, arguments) -> {
      throw Errno.of(errno);
    };
  }

  /** Its type. */
  FunctionType type() {
    List<ValType> types = new ArrayList<>();
    for (int i = 0; i < call.parameters().length(); i++) {
      types.add(call.parameters().charAt(i) == 'i' ? ValType.I32 : ValType.I64);
    }
    return FunctionType.of(types, implementation == null ? List.of() : List.of(ValType.I32));
  }

  /** What the engine links: it finds its run by the memory of the instance that calls it. */
  HostFunction hostFunction() {
    return new HostFunction(WasiCall.MODULE, call.symbol(), type(), this::call);
  }

  private long[] call(Instance instance, long... arguments) {
    StackReserve.require();
    for (int i = 0; i < arguments.length; i++) {
      if (call.parameters().charAt(i) == 'i') {
        arguments[i] &= 0xFFFF_FFFFL;
      }
    }
    if (implementation == null) {
      throw new Exit((int) arguments[0]);
    }
    FlatMemory memory = (FlatMemory) instance.memory();
    try {
      implementation.call(memory.wasi(), new Guest(memory), arguments);
      return new long[] {Errno.SUCCESS};
    } catch (Errno e) {
      return new long[] {e.number()};
    }
  }

  /** The guest has left by {@code proc_exit}. */
  static final class Exit extends RuntimeException {
    private final int code;

    Exit(int code) {
      super("exit " + code, null, false, false);
      this.code = code;
    }

    int code() {
      return code;
    }
  }
}
