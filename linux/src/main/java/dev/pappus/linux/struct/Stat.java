package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct stat} of {@code <sys/stat.h>}. */
public final class Stat {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(8, JAVA_LONG).withName("first"),
          JAVA_LONG.withName("st_blocks"),
          MemoryLayout.sequenceLayout(9, JAVA_LONG).withName("rest"));

  /** In units of 512 bytes. */
  public static final long BLOCKS = Fields.offset(LAYOUT, "st_blocks");

  private Stat() {}
}
