package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.struct.KvmMsrs;
import dev.pappus.linux.struct.KvmNumbers;
import dev.pappus.linux.struct.KvmRun;
import dev.pappus.linux.struct.KvmXcrs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * A virtual processor. One platform thread at a time uses it (a virtual thread would hold its
 * carrier); its owner closes it before the machine.
 */
public final class KvmVcpu implements AutoCloseable {
  private final FileDescriptor descriptor;
  private final Mapping runMapping;
  private final MemorySegment shared;

  KvmVcpu(FileDescriptor descriptor, Mapping runMapping) {
    this.descriptor = descriptor;
    this.runMapping = runMapping;
    this.shared = runMapping.segment();
  }

  /** The page laid out by {@link KvmRun}. */
  public MemorySegment shared() {
    return shared;
  }

  /**
   * Runs the guest until something takes it out.
   *
   * @return 0 if the exit reason says why it came out, else the errno: then the exit reason is
   *     stale
   */
  public int run() {
    return -descriptor.tryIoctl(KvmNumbers.KVM_RUN, 0);
  }

  /** Reads the system registers into a segment laid out as {@code KvmSregs}. */
  public void readSystemRegisters(MemorySegment target) {
    descriptor.ioctl("KVM_GET_SREGS", KvmNumbers.KVM_GET_SREGS, target.address());
  }

  /** Sets XCR0: which vector registers the guest may use. */
  public void setXcr0(long value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment xcrs = arena.allocate(KvmXcrs.LAYOUT);
      xcrs.set(JAVA_INT, KvmXcrs.COUNT, 1);
      xcrs.set(JAVA_LONG, KvmXcrs.FIRST_VALUE, value);
      descriptor.ioctl("KVM_SET_XCRS", KvmNumbers.KVM_SET_XCRS, xcrs.address());
    }
  }

  /**
   * Sets model-specific registers.
   *
   * @param values by register number
   * @throws LinuxException if KVM does not take them all
   */
  public void setMsrs(Map<Integer, Long> values) {
    try (Arena arena = Arena.ofConfined()) {
      long header = KvmMsrs.LAYOUT.byteSize();
      long entryBytes = KvmMsrs.ENTRY.byteSize();
      MemorySegment msrs = arena.allocate(header + entryBytes * values.size(), Long.BYTES);
      msrs.set(JAVA_INT, KvmMsrs.COUNT, values.size());
      long at = header;
      for (Map.Entry<Integer, Long> each : values.entrySet()) {
        msrs.set(JAVA_INT, at + KvmMsrs.INDEX, each.getKey());
        msrs.set(JAVA_LONG, at + KvmMsrs.DATA, each.getValue());
        at += entryBytes;
      }
      int taken = descriptor.ioctl("KVM_SET_MSRS", KvmNumbers.KVM_SET_MSRS, msrs.address());
      if (taken != values.size()) {
        throw new LinuxException("KVM_SET_MSRS", Errno.EINVAL, taken + " of " + values);
      }
    }
  }

  @Override
  public void close() {
    runMapping.close();
    descriptor.close();
  }
}
