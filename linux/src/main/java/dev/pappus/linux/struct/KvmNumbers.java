package dev.pappus.linux.struct;

/** Numbers of KVM's ioctls and capabilities. */
public final class KvmNumbers {
  public static final long KVM_GET_API_VERSION = 0xAE00;
  public static final long KVM_CREATE_VM = 0xAE01;
  public static final long KVM_CHECK_EXTENSION = 0xAE03;
  public static final long KVM_GET_VCPU_MMAP_SIZE = 0xAE04;
  public static final long KVM_GET_SUPPORTED_CPUID = 0xC008AE05L;
  public static final long KVM_CREATE_VCPU = 0xAE41;
  public static final long KVM_SET_USER_MEMORY_REGION = 0x4020AE46;
  public static final long KVM_SET_TSS_ADDR = 0xAE47;
  public static final long KVM_RUN = 0xAE80;
  public static final long KVM_GET_SREGS = 0x8138AE83L;
  public static final long KVM_SET_MSRS = 0x4008AE89;
  public static final long KVM_SET_CPUID2 = 0x4008AE90;
  public static final long KVM_ENABLE_CAP = 0x4068AEA3;
  public static final long KVM_SET_XCRS = 0x4188AEA7;

  public static final int KVM_CAP_XCRS = 56;
  public static final int KVM_CAP_SYNC_REGS = 74;
  public static final int KVM_CAP_READONLY_MEM = 81;
  public static final int KVM_CAP_DISABLE_QUIRKS2 = 213;
  public static final int KVM_CAP_X86_TRIPLE_FAULT_EVENT = 218;

  /** KVM writes the hypercall of this processor over the one of another maker's in guests. */
  public static final int KVM_X86_QUIRK_FIX_HYPERCALL_INSN = 1 << 5;

  /** Linux 6.12 and later: losing a slot makes a machine forget all that it knows of memory. */
  public static final int KVM_X86_QUIRK_SLOT_ZAP_ALL = 1 << 7;

  private KvmNumbers() {}
}
