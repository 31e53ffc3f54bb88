package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_segment}. */
public final class KvmSegment {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("base"),
          JAVA_INT.withName("limit"),
          JAVA_SHORT.withName("selector"),
          JAVA_BYTE.withName("type"),
          JAVA_BYTE.withName("present"),
          JAVA_BYTE.withName("dpl"),
          JAVA_BYTE.withName("db"),
          JAVA_BYTE.withName("s"),
          JAVA_BYTE.withName("l"),
          JAVA_BYTE.withName("g"),
          JAVA_BYTE.withName("avl"),
          JAVA_BYTE.withName("unusable"),
          JAVA_BYTE.withName("padding"));
  public static final long BASE = Fields.offset(LAYOUT, "base");
  public static final long LIMIT = Fields.offset(LAYOUT, "limit");
  public static final long SELECTOR = Fields.offset(LAYOUT, "selector");
  public static final long TYPE = Fields.offset(LAYOUT, "type");
  public static final long PRESENT = Fields.offset(LAYOUT, "present");
  public static final long DPL = Fields.offset(LAYOUT, "dpl");
  public static final long DB = Fields.offset(LAYOUT, "db");
  public static final long S = Fields.offset(LAYOUT, "s");
  public static final long L = Fields.offset(LAYOUT, "l");
  public static final long G = Fields.offset(LAYOUT, "g");
  public static final long UNUSABLE = Fields.offset(LAYOUT, "unusable");

  private KvmSegment() {}
}
