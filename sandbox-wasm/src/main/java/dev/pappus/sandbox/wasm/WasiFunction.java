package dev.pappus.sandbox.wasm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.HostFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/**
 * The functions of {@code wasi_snapshot_preview1}, all of them. Parameters are written {@code i}
 * for 32 and {@code l} for 64 bits; each answers an error number, save {@code proc_exit}, which
 * does not return. What makes no sense here answers that it is not supported.
 */
record WasiFunction(String symbol, String parameters, @Nullable Implementation implementation) {
  /** The module that these are imported from. */
  static final String MODULE = "wasi_snapshot_preview1";

  private static final List<WasiFunction> ALL =
      List.of(
          new WasiFunction("args_get", "ii", WasiProcess::argsGet),
          new WasiFunction("args_sizes_get", "ii", WasiProcess::argsSizesGet),
          new WasiFunction("environ_get", "ii", WasiProcess::environGet),
          new WasiFunction("environ_sizes_get", "ii", WasiProcess::environSizesGet),
          new WasiFunction("clock_res_get", "ii", WasiProcess::clockResGet),
          new WasiFunction("clock_time_get", "ili", WasiProcess::clockTimeGet),
          new WasiFunction("fd_advise", "illi", WasiFiles::advise),
          new WasiFunction("fd_allocate", "ill", WasiFiles::allocate),
          new WasiFunction("fd_close", "i", WasiFiles::close),
          new WasiFunction("fd_datasync", "i", WasiFiles::sync),
          new WasiFunction("fd_fdstat_get", "ii", WasiFiles::fdstatGet),
          new WasiFunction("fd_fdstat_set_flags", "ii", WasiFiles::fdstatSetFlags),
          new WasiFunction("fd_fdstat_set_rights", "ill", WasiFiles::fdstatSetRights),
          new WasiFunction("fd_filestat_get", "ii", WasiFiles::filestatGet),
          new WasiFunction("fd_filestat_set_size", "il", WasiFiles::filestatSetSize),
          new WasiFunction("fd_filestat_set_times", "illi", WasiFiles::filestatSetTimes),
          new WasiFunction("fd_pread", "iiili", WasiFiles::pread),
          new WasiFunction("fd_prestat_get", "ii", WasiFiles::prestatGet),
          new WasiFunction("fd_prestat_dir_name", "iii", WasiFiles::prestatDirName),
          new WasiFunction("fd_pwrite", "iiili", WasiFiles::pwrite),
          new WasiFunction("fd_read", "iiii", WasiFiles::read),
          new WasiFunction("fd_readdir", "iiili", WasiFiles::readdir),
          new WasiFunction("fd_renumber", "ii", WasiFiles::renumber),
          new WasiFunction("fd_seek", "ilii", WasiFiles::seek),
          new WasiFunction("fd_sync", "i", WasiFiles::sync),
          new WasiFunction("fd_tell", "ii", WasiFiles::tell),
          new WasiFunction("fd_write", "iiii", WasiFiles::write),
          new WasiFunction("path_create_directory", "iii", WasiPaths::createDirectory),
          new WasiFunction("path_filestat_get", "iiiii", WasiPaths::filestatGet),
          new WasiFunction("path_filestat_set_times", "iiiilli", WasiPaths::filestatSetTimes),
          new WasiFunction("path_link", "iiiiiii", answering(Errno.NOTSUP)),
          new WasiFunction("path_open", "iiiiillii", WasiPaths::open),
          new WasiFunction("path_readlink", "iiiiii", WasiPaths::readlink),
          new WasiFunction("path_remove_directory", "iii", WasiPaths::removeDirectory),
          new WasiFunction("path_rename", "iiiiii", WasiPaths::rename),
          new WasiFunction("path_symlink", "iiiii", answering(Errno.NOTSUP)),
          new WasiFunction("path_unlink_file", "iii", WasiPaths::unlinkFile),
          new WasiFunction("poll_oneoff", "iiii", WasiProcess::pollOneoff),
          new WasiFunction("proc_exit", "i", null),
          new WasiFunction("proc_raise", "i", answering(Errno.NOSYS)),
          new WasiFunction("sched_yield", "", answering(Errno.SUCCESS)),
          new WasiFunction("random_get", "ii", WasiProcess::randomGet),
          new WasiFunction("sock_accept", "iii", answering(Errno.NOTSUP)),
          new WasiFunction("sock_recv", "iiiiii", answering(Errno.NOTSUP)),
          new WasiFunction("sock_send", "iiiii", answering(Errno.NOTSUP)),
          new WasiFunction("sock_shutdown", "ii", answering(Errno.NOTSUP)));

  private static final Map<String, WasiFunction> BY_SYMBOL =
      ALL.stream().collect(Collectors.toUnmodifiableMap(WasiFunction::symbol, each -> each));

  /** Does it; returns normally for success and throws {@link Errno} for anything else. */
  @FunctionalInterface
  interface Implementation {
    /** Numbers of 32 bits among the arguments are zero-extended. */
    void call(WasiRun run, Guest guest, long[] arguments);
  }

  /** The function of that name, or null. */
  static @Nullable WasiFunction of(String name) {
    return BY_SYMBOL.get(name);
  }

  private static Implementation answering(int errno) {
    return (run, guest, arguments) -> {
      throw Errno.of(errno);
    };
  }

  /** Its type. */
  FunctionType type() {
    List<ValType> types = new ArrayList<>();
    for (int i = 0; i < parameters.length(); i++) {
      types.add(parameters.charAt(i) == 'i' ? ValType.I32 : ValType.I64);
    }
    return FunctionType.of(types, implementation == null ? List.of() : List.of(ValType.I32));
  }

  /** What the engine links: it finds its run by the memory of the instance that calls it. */
  HostFunction hostFunction() {
    return new HostFunction(MODULE, symbol, type(), this::call);
  }

  private long[] call(Instance instance, long... arguments) {
    StackReserve.require();
    for (int i = 0; i < arguments.length; i++) {
      if (parameters.charAt(i) == 'i') {
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
