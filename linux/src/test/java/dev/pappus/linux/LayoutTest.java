package dev.pappus.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.struct.Itimerspec;
import dev.pappus.linux.struct.KvmCpuid2;
import dev.pappus.linux.struct.KvmCpuidEntry2;
import dev.pappus.linux.struct.KvmDtable;
import dev.pappus.linux.struct.KvmEnableCap;
import dev.pappus.linux.struct.KvmMsrs;
import dev.pappus.linux.struct.KvmNumbers;
import dev.pappus.linux.struct.KvmRegs;
import dev.pappus.linux.struct.KvmRun;
import dev.pappus.linux.struct.KvmSegment;
import dev.pappus.linux.struct.KvmSregs;
import dev.pappus.linux.struct.KvmUserspaceMemoryRegion;
import dev.pappus.linux.struct.KvmVcpuEvents;
import dev.pappus.linux.struct.KvmXcrs;
import dev.pappus.linux.struct.Pollfd;
import dev.pappus.linux.struct.Rusage;
import dev.pappus.linux.struct.SeccompNotif;
import dev.pappus.linux.struct.SeccompNotifResp;
import dev.pappus.linux.struct.Sigaction;
import dev.pappus.linux.struct.Sigevent;
import dev.pappus.linux.struct.Stat;
import dev.pappus.linux.struct.Timespec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemoryLayout.PathElement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our layouts against the system's headers, and against the values they had when written. */
class LayoutTest {
  @Test
  void layoutsAreThoseOfTheHeaders(@TempDir Path folder) throws Exception {
    Path source = folder.resolve("layouts.c");
    Path program = folder.resolve("layouts");
    Files.writeString(source, resource("layouts.c"));
    run("gcc", "-o", program.toString(), source.toString());
    assertThat(ours()).containsExactlyEntriesOf(parse(run(program.toString())));
  }

  @Test
  void layoutsAreThoseOfTheGoldenFile() throws IOException {
    assertThat(ours()).containsExactlyEntriesOf(parse(resource("layouts.golden")));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(LayoutTest.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static Map<String, Long> parse(String text) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int space = line.lastIndexOf(' ');
      values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
    }
    return values;
  }

  private static Map<String, Long> ours() {
    Map<String, Long> expect = new LinkedHashMap<>();
    part1(expect);
    part2(expect);
    part3(expect);
    return expect;
  }

  private static void part1(Map<String, Long> expect) {
    expect.put("timespec", Timespec.LAYOUT.byteSize());
    expect.put("timespec.tv_sec", Timespec.LAYOUT.byteOffset(PathElement.groupElement("tv_sec")));
    expect.put("timespec.tv_nsec", Timespec.LAYOUT.byteOffset(PathElement.groupElement("tv_nsec")));
    expect.put("rusage", Rusage.LAYOUT.byteSize());
    for (String field : List.of("ru_utime", "ru_stime")) {
      for (String part : List.of("tv_sec", "tv_usec")) {
        expect.put(
            "rusage." + field + "." + part,
            Rusage.LAYOUT.byteOffset(
                PathElement.groupElement(field), PathElement.groupElement(part)));
      }
    }
    expect.put("itimerspec", Itimerspec.LAYOUT.byteSize());
    expect.put("itimerspec.it_interval", Itimerspec.INTERVAL);
    expect.put("itimerspec.it_value", Itimerspec.VALUE);
    expect.put("sigevent", Sigevent.LAYOUT.byteSize());
    expect.put("sigevent.sigev_signo", Sigevent.SIGNAL);
    expect.put("sigevent.sigev_notify", Sigevent.NOTIFY);
    expect.put("sigevent._sigev_un._tid", Sigevent.TID);
    expect.put("SIGEV_THREAD_ID", (long) Sigevent.SIGEV_THREAD_ID);
    expect.put("sigaction", Sigaction.LAYOUT.byteSize());
    expect.put("sigaction.sa_handler", Sigaction.HANDLER);
    expect.put("sigaction.sa_flags", Sigaction.FLAGS);
    expect.put("pollfd", Pollfd.LAYOUT.byteSize());
    expect.put("pollfd.fd", Pollfd.FD);
    expect.put("pollfd.events", Pollfd.EVENTS);
    expect.put("pollfd.revents", Pollfd.REVENTS);
    expect.put("stat", Stat.LAYOUT.byteSize());
    expect.put("stat.st_mode", Stat.MODE);
    expect.put("stat.st_uid", Stat.UID);
    expect.put("stat.st_size", Stat.SIZE);
    expect.put("stat.st_blocks", Stat.BLOCKS);
    expect.put("S_IFMT", (long) Stat.TYPE);
    expect.put("S_IFREG", (long) Stat.REGULAR);
    expect.put("seccomp_notif", SeccompNotif.LAYOUT.byteSize());
    expect.put("seccomp_notif.id", SeccompNotif.ID);
    expect.put("seccomp_notif.pid", SeccompNotif.PID);
    expect.put("seccomp_notif.data.nr", SeccompNotif.NUMBER);
    expect.put("seccomp_notif_resp", SeccompNotifResp.LAYOUT.byteSize());
    expect.put("seccomp_notif_resp.id", SeccompNotifResp.ID);
    expect.put("seccomp_notif_resp.flags", SeccompNotifResp.FLAGS);
    expect.put("SECCOMP_IOCTL_NOTIF_RECV", SeccompNotif.RECEIVE);
    expect.put("SECCOMP_IOCTL_NOTIF_SEND", SeccompNotifResp.SEND);
    expect.put("SECCOMP_USER_NOTIF_FLAG_CONTINUE", (long) SeccompNotifResp.CONTINUE);
    expect.put("kvm_userspace_memory_region", KvmUserspaceMemoryRegion.LAYOUT.byteSize());
    expect.put("kvm_userspace_memory_region.slot", KvmUserspaceMemoryRegion.SLOT);
    expect.put("kvm_userspace_memory_region.flags", KvmUserspaceMemoryRegion.FLAGS);
    expect.put(
        "kvm_userspace_memory_region.guest_phys_addr", KvmUserspaceMemoryRegion.GUEST_PHYSICAL);
    expect.put("kvm_userspace_memory_region.memory_size", KvmUserspaceMemoryRegion.SIZE);
    expect.put("kvm_userspace_memory_region.userspace_addr", KvmUserspaceMemoryRegion.USERSPACE);
    expect.put("KVM_MEM_READONLY", (long) KvmUserspaceMemoryRegion.KVM_MEM_READONLY);
    expect.put("kvm_regs", KvmRegs.LAYOUT.byteSize());
    expect.put("kvm_regs.rax", KvmRegs.RAX);
    expect.put("kvm_regs.rdx", KvmRegs.RDX);
    expect.put("kvm_regs.rsp", KvmRegs.RSP);
    expect.put("kvm_regs.rbp", KvmRegs.RBP);
    expect.put("kvm_regs.rip", KvmRegs.RIP);
    expect.put("kvm_regs.rflags", KvmRegs.RFLAGS);
    expect.put("kvm_segment", KvmSegment.LAYOUT.byteSize());
    expect.put("kvm_segment.base", KvmSegment.BASE);
    expect.put("kvm_segment.limit", KvmSegment.LIMIT);
    expect.put("kvm_segment.selector", KvmSegment.SELECTOR);
    expect.put("kvm_segment.type", KvmSegment.TYPE);
    expect.put("kvm_segment.present", KvmSegment.PRESENT);
    expect.put("kvm_segment.dpl", KvmSegment.DPL);
    expect.put("kvm_segment.db", KvmSegment.DB);
    expect.put("kvm_segment.s", KvmSegment.S);
    expect.put("kvm_segment.l", KvmSegment.L);
    expect.put("kvm_segment.g", KvmSegment.G);
    expect.put("kvm_segment.unusable", KvmSegment.UNUSABLE);
    expect.put("kvm_dtable", KvmDtable.LAYOUT.byteSize());
    expect.put("kvm_dtable.base", KvmDtable.BASE);
    expect.put("kvm_dtable.limit", KvmDtable.LIMIT);
    expect.put("kvm_sregs", KvmSregs.LAYOUT.byteSize());
    expect.put("kvm_sregs.cs", KvmSregs.CS);
  }

  private static void part2(Map<String, Long> expect) {
    expect.put("kvm_sregs.ds", KvmSregs.DS);
    expect.put("kvm_sregs.es", KvmSregs.ES);
    expect.put("kvm_sregs.fs", KvmSregs.FS);
    expect.put("kvm_sregs.gs", KvmSregs.GS);
    expect.put("kvm_sregs.ss", KvmSregs.SS);
    expect.put("kvm_sregs.tr", KvmSregs.TR);
    expect.put("kvm_sregs.ldt", KvmSregs.LDT);
    expect.put("kvm_sregs.gdt", KvmSregs.GDT);
    expect.put("kvm_sregs.idt", KvmSregs.IDT);
    expect.put("kvm_sregs.cr0", KvmSregs.CR0);
    expect.put("kvm_sregs.cr2", KvmSregs.CR2);
    expect.put("kvm_sregs.cr3", KvmSregs.CR3);
    expect.put("kvm_sregs.cr4", KvmSregs.CR4);
    expect.put("kvm_sregs.cr8", KvmSregs.CR8);
    expect.put("kvm_sregs.efer", KvmSregs.EFER);
    expect.put("kvm_sregs.apic_base", KvmSregs.APIC_BASE);
    expect.put("kvm_vcpu_events", KvmVcpuEvents.LAYOUT.byteSize());
    expect.put("kvm_vcpu_events.exception.nr", KvmVcpuEvents.EXCEPTION_VECTOR);
    expect.put("kvm_vcpu_events.exception.has_error_code", KvmVcpuEvents.EXCEPTION_HAS_ERROR_CODE);
    expect.put("kvm_vcpu_events.exception.error_code", KvmVcpuEvents.EXCEPTION_ERROR_CODE);
    expect.put("kvm_vcpu_events.flags", KvmVcpuEvents.FLAGS);
    expect.put("KVM_VCPUEVENT_VALID_SHADOW", (long) KvmVcpuEvents.KVM_VCPUEVENT_VALID_SHADOW);
    expect.put(
        "KVM_VCPUEVENT_VALID_TRIPLE_FAULT", (long) KvmVcpuEvents.KVM_VCPUEVENT_VALID_TRIPLE_FAULT);
    expect.put("kvm_run.immediate_exit", KvmRun.IMMEDIATE_EXIT);
    expect.put("kvm_run.exit_reason", KvmRun.EXIT_REASON);
    expect.put("kvm_run.io.direction", KvmRun.IO_DIRECTION);
    expect.put("kvm_run.io.size", KvmRun.IO_SIZE);
    expect.put("kvm_run.io.port", KvmRun.IO_PORT);
    expect.put("kvm_run.io.count", KvmRun.IO_COUNT);
    expect.put("kvm_run.mmio.phys_addr", KvmRun.MMIO_PHYSICAL);
    expect.put("kvm_run.mmio.is_write", KvmRun.MMIO_IS_WRITE);
    expect.put("kvm_run.internal.suberror", KvmRun.EXIT_DETAIL);
    expect.put("kvm_run.kvm_valid_regs", KvmRun.VALID_REGS);
    expect.put("kvm_run.kvm_dirty_regs", KvmRun.DIRTY_REGS);
    expect.put("kvm_run.s.regs.regs", KvmRun.REGS);
    expect.put("kvm_run.s.regs.sregs", KvmRun.SREGS);
    expect.put("kvm_run.s.regs.events", KvmRun.EVENTS);
    expect.put("KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS | KVM_SYNC_X86_EVENTS", KvmRun.SYNC_ALL);
    expect.put("KVM_EXIT_UNKNOWN", (long) KvmRun.KVM_EXIT_UNKNOWN);
    expect.put("KVM_EXIT_EXCEPTION", (long) KvmRun.KVM_EXIT_EXCEPTION);
    expect.put("KVM_EXIT_IO", (long) KvmRun.KVM_EXIT_IO);
    expect.put("KVM_EXIT_HYPERCALL", (long) KvmRun.KVM_EXIT_HYPERCALL);
    expect.put("KVM_EXIT_DEBUG", (long) KvmRun.KVM_EXIT_DEBUG);
    expect.put("KVM_EXIT_HLT", (long) KvmRun.KVM_EXIT_HLT);
    expect.put("KVM_EXIT_MMIO", (long) KvmRun.KVM_EXIT_MMIO);
    expect.put("KVM_EXIT_SHUTDOWN", (long) KvmRun.KVM_EXIT_SHUTDOWN);
  }

  private static void part3(Map<String, Long> expect) {
    expect.put("KVM_EXIT_FAIL_ENTRY", (long) KvmRun.KVM_EXIT_FAIL_ENTRY);
    expect.put("KVM_EXIT_INTERNAL_ERROR", (long) KvmRun.KVM_EXIT_INTERNAL_ERROR);
    expect.put("KVM_EXIT_IO_OUT", (long) KvmRun.KVM_EXIT_IO_OUT);
    expect.put("kvm_cpuid_entry2", KvmCpuidEntry2.LAYOUT.byteSize());
    expect.put("kvm_cpuid_entry2.function", KvmCpuidEntry2.FUNCTION);
    expect.put("kvm_cpuid_entry2.index", KvmCpuidEntry2.INDEX);
    expect.put("kvm_cpuid_entry2.eax", KvmCpuidEntry2.EAX);
    expect.put("kvm_cpuid_entry2.edx", KvmCpuidEntry2.EDX);
    expect.put("kvm_cpuid2", KvmCpuid2.LAYOUT.byteSize());
    expect.put("kvm_cpuid2.nent", KvmCpuid2.COUNT);
    expect.put("kvm_cpuid2.entries", KvmCpuid2.ENTRIES);
    expect.put("kvm_xcrs", KvmXcrs.LAYOUT.byteSize());
    expect.put("kvm_xcrs.nr_xcrs", KvmXcrs.COUNT);
    expect.put("kvm_xcrs.xcrs[0].xcr", KvmXcrs.FIRST_REGISTER);
    expect.put("kvm_xcrs.xcrs[0].value", KvmXcrs.FIRST_VALUE);
    expect.put("kvm_msrs", KvmMsrs.LAYOUT.byteSize());
    expect.put("kvm_msrs.nmsrs", KvmMsrs.COUNT);
    expect.put("kvm_msr_entry", KvmMsrs.ENTRY.byteSize());
    expect.put("kvm_msr_entry.index", KvmMsrs.INDEX);
    expect.put("kvm_msr_entry.data", KvmMsrs.DATA);
    expect.put("kvm_enable_cap", KvmEnableCap.LAYOUT.byteSize());
    expect.put("kvm_enable_cap.cap", KvmEnableCap.CAP);
    expect.put("kvm_enable_cap.args", KvmEnableCap.ARGS);
    expect.put("KVM_GET_API_VERSION", KvmNumbers.KVM_GET_API_VERSION);
    expect.put("KVM_CREATE_VM", KvmNumbers.KVM_CREATE_VM);
    expect.put("KVM_CHECK_EXTENSION", KvmNumbers.KVM_CHECK_EXTENSION);
    expect.put("KVM_GET_VCPU_MMAP_SIZE", KvmNumbers.KVM_GET_VCPU_MMAP_SIZE);
    expect.put("KVM_GET_SUPPORTED_CPUID", KvmNumbers.KVM_GET_SUPPORTED_CPUID);
    expect.put("KVM_CREATE_VCPU", KvmNumbers.KVM_CREATE_VCPU);
    expect.put("KVM_SET_USER_MEMORY_REGION", KvmNumbers.KVM_SET_USER_MEMORY_REGION);
    expect.put("KVM_SET_MSRS", KvmNumbers.KVM_SET_MSRS);
    expect.put("KVM_SET_TSS_ADDR", KvmNumbers.KVM_SET_TSS_ADDR);
    expect.put("KVM_RUN", KvmNumbers.KVM_RUN);
    expect.put("KVM_GET_SREGS", KvmNumbers.KVM_GET_SREGS);
    expect.put("KVM_SET_CPUID2", KvmNumbers.KVM_SET_CPUID2);
    expect.put("KVM_ENABLE_CAP", KvmNumbers.KVM_ENABLE_CAP);
    expect.put("KVM_SET_XCRS", KvmNumbers.KVM_SET_XCRS);
    expect.put("KVM_CAP_XCRS", (long) KvmNumbers.KVM_CAP_XCRS);
    expect.put("KVM_CAP_SYNC_REGS", (long) KvmNumbers.KVM_CAP_SYNC_REGS);
    expect.put("KVM_CAP_READONLY_MEM", (long) KvmNumbers.KVM_CAP_READONLY_MEM);
    expect.put("KVM_CAP_X86_TRIPLE_FAULT_EVENT", (long) KvmNumbers.KVM_CAP_X86_TRIPLE_FAULT_EVENT);
  }
}
