/* Prints sizes, offsets and numbers of the structures that dev.pappus.linux.struct describes, one
 * "name value" a line. LayoutTest compiles it and compares. */
#define _GNU_SOURCE
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define SIZE(type) printf("%s %zu\n", #type, sizeof(struct type))
#define AT(type, field) printf("%s.%s %zu\n", #type, #field, offsetof(struct type, field))
#define NUMBER(name) printf("%s %llu\n", #name, (unsigned long long)(unsigned long)(name))

int main(void) {
  SIZE(timespec); AT(timespec, tv_sec); AT(timespec, tv_nsec);
  SIZE(rusage); AT(rusage, ru_utime.tv_sec); AT(rusage, ru_utime.tv_usec); AT(rusage, ru_stime.tv_sec);
  AT(rusage, ru_stime.tv_usec);
  SIZE(itimerspec); AT(itimerspec, it_interval); AT(itimerspec, it_value);
  SIZE(sigevent); AT(sigevent, sigev_signo); AT(sigevent, sigev_notify); AT(sigevent, _sigev_un._tid);
  NUMBER(SIGEV_THREAD_ID);
  SIZE(sigaction); AT(sigaction, sa_handler); AT(sigaction, sa_flags);
  SIZE(pollfd); AT(pollfd, fd); AT(pollfd, events); AT(pollfd, revents);
  SIZE(stat); AT(stat, st_mode); AT(stat, st_uid); AT(stat, st_size); AT(stat, st_blocks);
  NUMBER(S_IFMT); NUMBER(S_IFREG);
  SIZE(seccomp_notif); AT(seccomp_notif, id); AT(seccomp_notif, pid); AT(seccomp_notif, data.nr);
  SIZE(seccomp_notif_resp); AT(seccomp_notif_resp, id); AT(seccomp_notif_resp, flags);
  NUMBER(SECCOMP_IOCTL_NOTIF_RECV); NUMBER(SECCOMP_IOCTL_NOTIF_SEND);
  NUMBER(SECCOMP_USER_NOTIF_FLAG_CONTINUE);
  SIZE(kvm_userspace_memory_region);
  AT(kvm_userspace_memory_region, slot); AT(kvm_userspace_memory_region, flags);
  AT(kvm_userspace_memory_region, guest_phys_addr); AT(kvm_userspace_memory_region, memory_size);
  AT(kvm_userspace_memory_region, userspace_addr);
  NUMBER(KVM_MEM_READONLY);
  SIZE(kvm_regs); AT(kvm_regs, rax); AT(kvm_regs, rdx); AT(kvm_regs, rsp); AT(kvm_regs, rbp);
  AT(kvm_regs, rip); AT(kvm_regs, rflags);
  SIZE(kvm_segment); AT(kvm_segment, base); AT(kvm_segment, limit); AT(kvm_segment, selector);
  AT(kvm_segment, type); AT(kvm_segment, present); AT(kvm_segment, dpl); AT(kvm_segment, db);
  AT(kvm_segment, s); AT(kvm_segment, l); AT(kvm_segment, g); AT(kvm_segment, unusable);
  SIZE(kvm_dtable); AT(kvm_dtable, base); AT(kvm_dtable, limit);
  SIZE(kvm_sregs); AT(kvm_sregs, cs); AT(kvm_sregs, ds); AT(kvm_sregs, es); AT(kvm_sregs, fs);
  AT(kvm_sregs, gs); AT(kvm_sregs, ss); AT(kvm_sregs, tr); AT(kvm_sregs, ldt); AT(kvm_sregs, gdt);
  AT(kvm_sregs, idt); AT(kvm_sregs, cr0); AT(kvm_sregs, cr2); AT(kvm_sregs, cr3);
  AT(kvm_sregs, cr4); AT(kvm_sregs, cr8); AT(kvm_sregs, efer); AT(kvm_sregs, apic_base);
  SIZE(kvm_vcpu_events); AT(kvm_vcpu_events, exception.nr);
  AT(kvm_vcpu_events, exception.has_error_code); AT(kvm_vcpu_events, exception.error_code);
  AT(kvm_vcpu_events, flags);
  NUMBER(KVM_VCPUEVENT_VALID_SHADOW);
  NUMBER(KVM_VCPUEVENT_VALID_TRIPLE_FAULT);
  AT(kvm_run, immediate_exit); AT(kvm_run, exit_reason); AT(kvm_run, io.direction);
  AT(kvm_run, io.size); AT(kvm_run, io.port); AT(kvm_run, io.count); AT(kvm_run, mmio.phys_addr);
  AT(kvm_run, mmio.is_write); AT(kvm_run, internal.suberror); AT(kvm_run, kvm_valid_regs);
  AT(kvm_run, kvm_dirty_regs); AT(kvm_run, s.regs.regs); AT(kvm_run, s.regs.sregs);
  AT(kvm_run, s.regs.events);
  NUMBER(KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS | KVM_SYNC_X86_EVENTS);
  NUMBER(KVM_EXIT_UNKNOWN); NUMBER(KVM_EXIT_EXCEPTION); NUMBER(KVM_EXIT_IO);
  NUMBER(KVM_EXIT_HYPERCALL); NUMBER(KVM_EXIT_DEBUG); NUMBER(KVM_EXIT_HLT); NUMBER(KVM_EXIT_MMIO);
  NUMBER(KVM_EXIT_SHUTDOWN); NUMBER(KVM_EXIT_FAIL_ENTRY); NUMBER(KVM_EXIT_INTERNAL_ERROR);
  NUMBER(KVM_EXIT_IO_OUT);
  SIZE(kvm_cpuid_entry2); AT(kvm_cpuid_entry2, function); AT(kvm_cpuid_entry2, index);
  AT(kvm_cpuid_entry2, eax); AT(kvm_cpuid_entry2, edx);
  SIZE(kvm_cpuid2); AT(kvm_cpuid2, nent); AT(kvm_cpuid2, entries);
  SIZE(kvm_xcrs); AT(kvm_xcrs, nr_xcrs); AT(kvm_xcrs, xcrs[0].xcr); AT(kvm_xcrs, xcrs[0].value);
  SIZE(kvm_msrs); AT(kvm_msrs, nmsrs);
  SIZE(kvm_msr_entry); AT(kvm_msr_entry, index); AT(kvm_msr_entry, data);
  SIZE(kvm_enable_cap); AT(kvm_enable_cap, cap); AT(kvm_enable_cap, args);
  NUMBER(KVM_GET_API_VERSION); NUMBER(KVM_CREATE_VM); NUMBER(KVM_CHECK_EXTENSION);
  NUMBER(KVM_GET_VCPU_MMAP_SIZE); NUMBER(KVM_GET_SUPPORTED_CPUID); NUMBER(KVM_CREATE_VCPU);
  NUMBER(KVM_SET_USER_MEMORY_REGION); NUMBER(KVM_SET_MSRS); NUMBER(KVM_SET_TSS_ADDR); NUMBER(KVM_RUN);
  NUMBER(KVM_GET_SREGS); NUMBER(KVM_SET_CPUID2); NUMBER(KVM_ENABLE_CAP);
  NUMBER(KVM_SET_XCRS);
  NUMBER(KVM_CAP_XCRS); NUMBER(KVM_CAP_SYNC_REGS);
  NUMBER(KVM_CAP_READONLY_MEM);
  NUMBER(KVM_CAP_X86_TRIPLE_FAULT_EVENT);
  return 0;
}
