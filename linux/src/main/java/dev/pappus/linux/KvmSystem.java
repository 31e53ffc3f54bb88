package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pappus.linux.struct.KvmCpuid2;
import dev.pappus.linux.struct.KvmCpuidEntry2;
import dev.pappus.linux.struct.KvmNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * KVM itself: its capabilities and its virtual machines. Any thread may use it; whoever opened it
 * closes it, after its machines.
 */
public final class KvmSystem implements AutoCloseable {
  private static final int API_VERSION = 12;
  private static final int MAX_CPUID_ENTRIES = 512;

  private final Arena arena = Arena.ofShared();
  private final FileDescriptor device;
  private final long runBytes;
  private final MemorySegment supportedCpuid;

  private KvmSystem(FileDescriptor device) {
    this.device = device;
    this.runBytes = device.ioctl("KVM_GET_VCPU_MMAP_SIZE", KvmNumbers.KVM_GET_VCPU_MMAP_SIZE, 0);
    this.supportedCpuid =
        arena.allocate(KvmCpuid2.ENTRIES + MAX_CPUID_ENTRIES * KvmCpuidEntry2.LAYOUT.byteSize(), 8);
    supportedCpuid.set(JAVA_INT, KvmCpuid2.COUNT, MAX_CPUID_ENTRIES);
    device.ioctl(
        "KVM_GET_SUPPORTED_CPUID", KvmNumbers.KVM_GET_SUPPORTED_CPUID, supportedCpuid.address());
  }

  /**
   * Opens /dev/kvm.
   *
   * @throws LinuxException with ENOENT, EACCES or what else keeps it from being used
   */
  public static KvmSystem open() {
    FileDescriptor device = FileDescriptor.openReadWrite(KvmAvailability.DEVICE);
    try {
      int version = device.ioctl("KVM_GET_API_VERSION", KvmNumbers.KVM_GET_API_VERSION, 0);
      if (version != API_VERSION) {
        throw new LinuxException("KVM_GET_API_VERSION", Errno.EINVAL, "version " + version);
      }
      return new KvmSystem(device);
    } catch (LinuxException e) {
      device.close();
      throw e;
    }
  }

  /** Value of a capability of {@link KvmNumbers}, 0 if it is not there. */
  public int capability(int number) {
    return Math.max(0, device.tryIoctl(KvmNumbers.KVM_CHECK_EXTENSION, number));
  }

  /**
   * A word of the CPUID leaf that KVM supports, 0 if there is no such leaf.
   *
   * @param field offset of the register in {@link KvmCpuidEntry2}
   */
  public int cpuid(int function, int index, long field) {
    int count = supportedCpuid.get(JAVA_INT, KvmCpuid2.COUNT);
    for (int i = 0; i < count; i++) {
      long entry = KvmCpuid2.ENTRIES + i * KvmCpuidEntry2.LAYOUT.byteSize();
      if (supportedCpuid.get(JAVA_INT, entry + KvmCpuidEntry2.FUNCTION) == function
          && supportedCpuid.get(JAVA_INT, entry + KvmCpuidEntry2.INDEX) == index) {
        return supportedCpuid.get(JAVA_INT, entry + field);
      }
    }
    return 0;
  }

  /** The kernel modules that provide KVM, as far as they can be told: {@code kvm_amd}. */
  public static String kind() {
    for (String module : List.of("kvm_pvm", "kvm_intel", "kvm_amd")) {
      if (Files.isDirectory(Path.of("/sys/module", module))) {
        return module;
      }
    }
    return "unknown";
  }

  /** A new virtual machine without memory. */
  public KvmVm createVm() {
    int number = device.ioctl("KVM_CREATE_VM", KvmNumbers.KVM_CREATE_VM, 0);
    return new KvmVm(this, new FileDescriptor(number, "kvm-vm"));
  }

  MemorySegment supportedCpuid() {
    return supportedCpuid;
  }

  long runBytes() {
    return runBytes;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      device.close();
      arena.close();
    }
  }
}
