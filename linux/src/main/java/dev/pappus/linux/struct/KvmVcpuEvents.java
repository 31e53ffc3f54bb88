package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** {@code struct kvm_vcpu_events}, nested structures written out flat. */
public final class KvmVcpuEvents {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_BYTE.withName("exception.injected"),
          JAVA_BYTE.withName("exception.nr"),
          JAVA_BYTE.withName("exception.has_error_code"),
          JAVA_BYTE.withName("exception.pending"),
          JAVA_INT.withName("exception.error_code"),
          JAVA_INT.withName("interrupt"),
          JAVA_INT.withName("nmi"),
          JAVA_INT.withName("sipi_vector"),
          JAVA_INT.withName("flags"),
          JAVA_INT.withName("smi"),
          JAVA_BYTE.withName("triple_fault.pending"),
          MemoryLayout.sequenceLayout(26, JAVA_BYTE).withName("reserved"),
          JAVA_BYTE.withName("exception_has_payload"),
          JAVA_LONG_UNALIGNED.withName("exception_payload"));
  public static final long EXCEPTION_VECTOR = Fields.offset(LAYOUT, "exception.nr");
  public static final long EXCEPTION_HAS_ERROR_CODE =
      Fields.offset(LAYOUT, "exception.has_error_code");
  public static final long EXCEPTION_ERROR_CODE = Fields.offset(LAYOUT, "exception.error_code");
  public static final long FLAGS = Fields.offset(LAYOUT, "flags");

  /** The block's interrupt shadow is meant. */
  public static final int KVM_VCPUEVENT_VALID_SHADOW = 0x4;

  /** The block's triple fault member is meant. */
  public static final int KVM_VCPUEVENT_VALID_TRIPLE_FAULT = 0x20;

  private KvmVcpuEvents() {}
}
