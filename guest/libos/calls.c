/* calls.c: which call is answered by what. */
#include "calls.h"

#include <linux/sched.h>

#include "frame.h"

/* No prototype, so that each call has the parameters that it has: registers hold six words, of which
 * it takes as many as it wants, as wide as it wants them. */
static long (*const calls[])() = {
    /* Bytes */
    [__NR_read] = call_read,
    [__NR_write] = call_write,
    [__NR_pread64] = call_pread64,
    [__NR_pwrite64] = call_pwrite64,
    [__NR_readv] = call_readv,
    [__NR_writev] = call_writev,
    [__NR_preadv] = call_preadv,
    [__NR_pwritev] = call_pwritev,
    [__NR_preadv2] = call_preadv2,
    [__NR_pwritev2] = call_pwritev2,
    [__NR_sendfile] = call_sendfile,
    [__NR_copy_file_range] = call_copy_file_range,
    [__NR_lseek] = call_lseek,
    [__NR_ftruncate] = call_ftruncate,
    [__NR_fallocate] = call_fallocate,
    [__NR_fadvise64] = call_fadvise64,
    [__NR_fsync] = call_fsync,
    [__NR_fdatasync] = call_fsync,
    [__NR_sync_file_range] = call_fsync,
    [__NR_syncfs] = call_fsync,
    [__NR_sync] = call_nothing,
    [__NR_readahead] = call_fsync,
    /* Descriptors */
    [__NR_close] = call_close,
    [__NR_close_range] = call_close_range,
    [__NR_dup] = call_dup,
    [__NR_dup2] = call_dup2,
    [__NR_dup3] = call_dup3,
    [__NR_fcntl] = call_fcntl,
    [__NR_flock] = call_flock,
    [__NR_ioctl] = call_ioctl,
    [__NR_pipe] = call_pipe,
    [__NR_pipe2] = call_pipe2,
    [__NR_memfd_create] = call_memfd_create,
    /* Names */
    [__NR_open] = call_open,
    [__NR_openat] = call_openat,
    [__NR_openat2] = call_absent,
    [__NR_creat] = call_creat,
    [__NR_mkdir] = call_mkdir,
    [__NR_mkdirat] = call_mkdirat,
    [__NR_mknod] = call_mknod,
    [__NR_mknodat] = call_mknodat,
    [__NR_symlink] = call_symlink,
    [__NR_symlinkat] = call_symlinkat,
    [__NR_link] = call_link,
    [__NR_linkat] = call_linkat,
    [__NR_unlink] = call_unlink,
    [__NR_unlinkat] = call_unlinkat,
    [__NR_rmdir] = call_rmdir,
    [__NR_rename] = call_rename,
    [__NR_renameat] = call_renameat,
    [__NR_renameat2] = call_renameat2,
    [__NR_chmod] = call_chmod,
    [__NR_fchmod] = call_fchmod,
    [__NR_fchmodat] = call_fchmodat,
    [__NR_chown] = call_chown,
    [__NR_lchown] = call_lchown,
    [__NR_fchown] = call_fchown,
    [__NR_fchownat] = call_fchownat,
    [__NR_utime] = call_utime,
    [__NR_utimes] = call_utimes,
    [__NR_futimesat] = call_futimesat,
    [__NR_utimensat] = call_utimensat,
    [__NR_truncate] = call_truncate,
    [__NR_umask] = call_umask,
    [__NR_access] = call_access,
    [__NR_faccessat] = call_faccessat,
    [__NR_faccessat2] = call_faccessat2,
    [__NR_readlink] = call_readlink,
    [__NR_readlinkat] = call_readlinkat,
    [__NR_chdir] = call_chdir,
    [__NR_fchdir] = call_fchdir,
    [__NR_getcwd] = call_getcwd,
    /* What files are */
    [__NR_stat] = call_stat,
    [__NR_lstat] = call_lstat,
    [__NR_fstat] = call_fstat,
    [__NR_newfstatat] = call_newfstatat,
    [__NR_statx] = call_statx,
    [__NR_statfs] = call_statfs,
    [__NR_fstatfs] = call_fstatfs,
    [__NR_getdents64] = call_getdents64,
    /* Memory */
    [__NR_brk] = call_brk,
    [__NR_mmap] = call_mmap,
    [__NR_munmap] = call_munmap,
    [__NR_mremap] = call_mremap,
    [__NR_mprotect] = call_mprotect,
    [__NR_madvise] = call_madvise,
    [__NR_mincore] = call_mincore,
    [__NR_mlock] = call_keep,
    [__NR_mlock2] = call_keep,
    [__NR_munlock] = call_keep,
    [__NR_msync] = call_keep,
    [__NR_mlockall] = call_nothing,
    [__NR_munlockall] = call_nothing,
    [__NR_membarrier] = call_absent,
    /* Signals */
    [__NR_kill] = call_kill,
    [__NR_tkill] = call_tkill,
    [__NR_tgkill] = call_tgkill,
    [__NR_rt_sigqueueinfo] = call_rt_sigqueueinfo,
    [__NR_rt_sigaction] = call_rt_sigaction,
    [__NR_rt_sigprocmask] = call_rt_sigprocmask,
    [__NR_rt_sigpending] = call_rt_sigpending,
    [__NR_rt_sigreturn] = call_rt_sigreturn,
    [__NR_rt_sigsuspend] = call_rt_sigsuspend,
    [__NR_rt_sigtimedwait] = call_rt_sigtimedwait,
    [__NR_sigaltstack] = call_sigaltstack,
    [__NR_alarm] = call_nothing,
    [__NR_getitimer] = call_getitimer,
    [__NR_setitimer] = call_setitimer,
    /* Time */
    [__NR_clock_gettime] = call_clock_gettime,
    [__NR_clock_getres] = call_clock_getres,
    [__NR_gettimeofday] = call_gettimeofday,
    [__NR_time] = call_time,
    [__NR_times] = call_times,
    [__NR_getrusage] = call_getrusage,
    [__NR_nanosleep] = call_nanosleep,
    [__NR_clock_nanosleep] = call_clock_nanosleep,
    /* Waiting */
    [__NR_poll] = call_poll,
    [__NR_ppoll] = call_ppoll,
    [__NR_select] = call_select,
    [__NR_pselect6] = call_pselect6,
    [__NR_futex] = call_futex,
    [__NR_pause] = call_pause,
    /* The process */
    [__NR_exit] = call_exit,
    [__NR_exit_group] = call_exit,
    [__NR_arch_prctl] = call_arch_prctl,
    [__NR_prctl] = call_prctl,
    [__NR_set_tid_address] = call_number_of_process,
    [__NR_set_robust_list] = call_nothing,
    [__NR_rseq] = call_absent,
    [__NR_getpid] = call_number_of_process,
    [__NR_gettid] = call_number_of_process,
    [__NR_getppid] = call_nothing,
    [__NR_getpgrp] = call_number_of_process,
    [__NR_getpgid] = call_of_process,
    [__NR_getsid] = call_of_process,
    [__NR_setsid] = call_not_permitted,
    [__NR_setpgid] = call_not_permitted,
    [__NR_getuid] = call_number_of_owner,
    [__NR_geteuid] = call_number_of_owner,
    [__NR_getgid] = call_number_of_owner,
    [__NR_getegid] = call_number_of_owner,
    [__NR_getresuid] = call_three_owners,
    [__NR_getresgid] = call_three_owners,
    [__NR_getgroups] = call_nothing,
    [__NR_setgroups] = call_not_permitted,
    [__NR_setuid] = call_set_owners,
    [__NR_setgid] = call_set_owners,
    [__NR_setreuid] = call_set_two_owners,
    [__NR_setregid] = call_set_two_owners,
    [__NR_setresuid] = call_set_three_owners,
    [__NR_setresgid] = call_set_three_owners,
    [__NR_wait4] = call_wait,
    [__NR_waitid] = call_wait,
    [__NR_personality] = call_nothing,
    [__NR_uname] = call_uname,
    [__NR_sysinfo] = call_sysinfo,
    [__NR_getrandom] = call_getrandom,
    [__NR_getrlimit] = call_getrlimit,
    [__NR_setrlimit] = call_setrlimit,
    [__NR_prlimit64] = call_prlimit64,
    [__NR_getpriority] = call_getpriority,
    [__NR_setpriority] = call_nothing,
    [__NR_getcpu] = call_getcpu,
    [__NR_sched_yield] = call_nothing,
    [__NR_sched_getaffinity] = call_sched_getaffinity,
    [__NR_sched_setaffinity] = call_nothing,
    [__NR_sched_getscheduler] = call_nothing,
    [__NR_sched_get_priority_max] = call_sched_get_priority_max,
    [__NR_sched_get_priority_min] = call_sched_get_priority_min,
};

/* Names of all calls, one after the other by their numbers (made of asm/unistd_64.h). */
static const char names[] =
#include "call_names.h"
    ;

static const char *name_of(uint64_t number) {
  const char *at = names;
  for (; number > 0 && at < names + sizeof names - 1; number--) {
    at += strlen(at) + 1;
  }
  return at < names + sizeof names - 1 && *at != '\0' ? at : "a call that does not exist";
}

/* What some of those that are missing are for. */
static const char *purpose_of(uint64_t number) {
  switch (number) {
    case __NR_clone:
      return (libos_frame.rdi & CLONE_THREAD) != 0 ? "threads" : "processes";
    case __NR_clone3: {
      const struct clone_args *arguments = (void *)libos_frame.rdi;
      bool known = memory_readable(arguments, sizeof arguments->flags);
      return known && (arguments->flags & CLONE_THREAD) != 0 ? "threads" : "processes";
    }
    case __NR_fork:
    case __NR_vfork:
    case __NR_execve:
    case __NR_execveat:
      return "processes";
    case __NR_socket ... __NR_getsockopt:
    case __NR_accept4:
    case __NR_sendmmsg:
    case __NR_recvmmsg:
      return "network";
    default:
      return NULL;
  }
}

void libos_call(void) {
  struct libos_frame *frame = &libos_frame;
  uint64_t number = frame->rax;
  long (*call)() = number < sizeof calls / sizeof *calls ? calls[number] : NULL;
  frame->rax = (uint64_t)(call != NULL
                              ? call(frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8, frame->r9)
                              : libos_lacks(name_of(number), purpose_of(number), ENOSYS));
  libos_deliver();
}

/* The same where the kernel has saved the registers. */
__attribute__((used)) void libos_signal(struct ucontext *context) {
  libos_signal_context = context;
  libos_frame = frame_of(&context->uc_mcontext);
  libos_call();
  /* All of them: a handler of the program's may have begun or ended. */
  put_frame(&libos_frame, &context->uc_mcontext);
}
