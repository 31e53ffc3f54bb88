package dev.pappus.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The functions of WASI preview 1, all of them. Parameters are written {@code i} for 32 and {@code
 * l} for 64 bits; each answers an error number, save {@link #PROC_EXIT}, which does not return.
 */
public enum WasiCall {
  ARGS_GET("ii"),
  ARGS_SIZES_GET("ii"),
  ENVIRON_GET("ii"),
  ENVIRON_SIZES_GET("ii"),
  CLOCK_RES_GET("ii"),
  CLOCK_TIME_GET("ili"),
  FD_ADVISE("illi"),
  FD_ALLOCATE("ill"),
  FD_CLOSE("i"),
  FD_DATASYNC("i"),
  FD_FDSTAT_GET("ii"),
  FD_FDSTAT_SET_FLAGS("ii"),
  FD_FDSTAT_SET_RIGHTS("ill"),
  FD_FILESTAT_GET("ii"),
  FD_FILESTAT_SET_SIZE("il"),
  FD_FILESTAT_SET_TIMES("illi"),
  FD_PREAD("iiili"),
  FD_PRESTAT_GET("ii"),
  FD_PRESTAT_DIR_NAME("iii"),
  FD_PWRITE("iiili"),
  FD_READ("iiii"),
  FD_READDIR("iiili"),
  FD_RENUMBER("ii"),
  FD_SEEK("ilii"),
  FD_SYNC("i"),
  FD_TELL("ii"),
  FD_WRITE("iiii"),
  PATH_CREATE_DIRECTORY("iii"),
  PATH_FILESTAT_GET("iiiii"),
  PATH_FILESTAT_SET_TIMES("iiiilli"),
  PATH_LINK("iiiiiii"),
  PATH_OPEN("iiiiillii"),
  PATH_READLINK("iiiiii"),
  PATH_REMOVE_DIRECTORY("iii"),
  PATH_RENAME("iiiiii"),
  PATH_SYMLINK("iiiii"),
  PATH_UNLINK_FILE("iii"),
  POLL_ONEOFF("iiii"),
  PROC_EXIT("i"),
  PROC_RAISE("i"),
  SCHED_YIELD(""),
  RANDOM_GET("ii"),
  SOCK_ACCEPT("iii"),
  SOCK_RECV("iiiiii"),
  SOCK_SEND("iiiii"),
  SOCK_SHUTDOWN("ii");

  /** The module that these are imported from. */
  public static final String MODULE = "wasi_snapshot_preview1";

  private static final Map<String, WasiCall> BY_SYMBOL =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(WasiCall::symbol, each -> each));

  private final String parameters;

  WasiCall(String parameters) {
    this.parameters = parameters;
  }

  /** The function of that name, or null. */
  public static @Nullable WasiCall of(String symbol) {
    return BY_SYMBOL.get(symbol);
  }

  /** The name that it is imported by. */
  public String symbol() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A letter for each parameter. */
  public String parameters() {
    return parameters;
  }
}
