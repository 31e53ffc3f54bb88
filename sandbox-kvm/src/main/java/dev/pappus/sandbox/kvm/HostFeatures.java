package dev.pappus.sandbox.kvm;

import dev.pappus.linux.KvmSystem;
import dev.pappus.linux.struct.KvmCpuidEntry2;
import dev.pappus.linux.struct.KvmNumbers;
import dev.pappus.linux.struct.KvmRun;
import java.util.ArrayList;
import java.util.List;

/**
 * What this host's KVM offers.
 *
 * @param xcr0 vector state that guests get: x87, SSE, and where offered AVX and AVX-512
 * @param umip whether guests can be kept from reading descriptor table addresses
 * @param fsgsbase whether guests can set their FS and GS bases
 * @param tripleFaultEvent whether a pending triple fault can be taken back; without, a machine that
 *     was interrupted in a fault must be thrown away
 * @param quirksOff what KVM does for the sake of old guests and can be kept from: changing code,
 *     and forgetting all slots with one
 * @param missing capabilities that the engine cannot do without and the host lacks
 */
record HostFeatures(
    long xcr0,
    boolean umip,
    boolean fsgsbase,
    boolean tripleFaultEvent,
    int quirksOff,
    List<String> missing) {
  private static final long X87_SSE = 0x3;
  private static final long AVX = 0x4;
  private static final long AVX512 = 0xE0;
  private static final int LEAF_FEATURES = 7;
  private static final int LEAF_STATE = 0xD;
  private static final int UMIP_BIT = 2;
  private static final int FSGSBASE_BIT = 0;
  private static final long CPUID_ECX = KvmCpuidEntry2.EAX + 8;
  private static final long CPUID_EBX = KvmCpuidEntry2.EAX + 4;

  HostFeatures {
    missing = List.copyOf(missing);
  }

  static HostFeatures of(KvmSystem system) {
    long offered = system.cpuid(LEAF_STATE, 0, KvmCpuidEntry2.EAX) & 0xFFFF_FFFFL;
    long xcr0 = X87_SSE;
    if ((offered & AVX) != 0) {
      xcr0 |= AVX;
      xcr0 |= (offered & AVX512) == AVX512 ? AVX512 : 0;
    }
    List<String> missing = new ArrayList<>();
    if ((system.capability(KvmNumbers.KVM_CAP_SYNC_REGS) & KvmRun.SYNC_ALL) != KvmRun.SYNC_ALL) {
      missing.add("KVM_CAP_SYNC_REGS");
    }
    if (system.capability(KvmNumbers.KVM_CAP_READONLY_MEM) == 0) {
      missing.add("KVM_CAP_READONLY_MEM");
    }
    if (system.capability(KvmNumbers.KVM_CAP_XCRS) == 0) {
      missing.add("KVM_CAP_XCRS");
    }
    return new HostFeatures(
        xcr0,
        bit(system.cpuid(LEAF_FEATURES, 0, CPUID_ECX), UMIP_BIT),
        bit(system.cpuid(LEAF_FEATURES, 0, CPUID_EBX), FSGSBASE_BIT),
        system.capability(KvmNumbers.KVM_CAP_X86_TRIPLE_FAULT_EVENT) != 0,
        system.capability(KvmNumbers.KVM_CAP_DISABLE_QUIRKS2)
            & (KvmNumbers.KVM_X86_QUIRK_FIX_HYPERCALL_INSN | KvmNumbers.KVM_X86_QUIRK_SLOT_ZAP_ALL),
        missing);
  }

  private static boolean bit(int word, int bit) {
    return (word >>> bit & 1) != 0;
  }
}
