package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct stat} of {@code <sys/stat.h>}. */
public final class Stat {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(3, JAVA_LONG).withName("first"),
          JAVA_INT.withName("st_mode"),
          JAVA_INT.withName("st_uid"),
          MemoryLayout.sequenceLayout(2, JAVA_LONG).withName("second"),
          JAVA_LONG.withName("st_size"),
          JAVA_LONG.withName("st_blksize"),
          JAVA_LONG.withName("st_blocks"),
          MemoryLayout.sequenceLayout(9, JAVA_LONG).withName("rest"));

  public static final long MODE = Fields.offset(LAYOUT, "st_mode");
  public static final long UID = Fields.offset(LAYOUT, "st_uid");
  public static final long SIZE = Fields.offset(LAYOUT, "st_size");

  /** Of the mode: what says which kind of file it is (S_IFMT), and a regular one (S_IFREG). */
  public static final int TYPE = 0xF000;

  public static final int REGULAR = 0x8000;

  /** In units of 512 bytes. */
  public static final long BLOCKS = Fields.offset(LAYOUT, "st_blocks");

  private Stat() {}
}
