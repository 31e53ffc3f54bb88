/* calls.h: the calls, with the arguments that the kernel's have (man section 2). A result between
 * -4095 and -1 is an error. Pointers are the program's: each call checks what it uses. */
#ifndef PAPPUS_LIBOS_CALLS_H
#define PAPPUS_LIBOS_CALLS_H

#include <linux/posix_types.h>

#include "libos.h"

struct __kernel_old_itimerval;
struct __kernel_old_timeval;
struct __kernel_timespec;
struct iovec;
struct new_utsname;
struct pollfd;
struct rlimit64;
struct rusage;
struct sigaction;
struct stat;
struct statfs;
struct statx;
struct sysinfo;
struct tms;
struct sigaltstack;
struct siginfo;

/* ---- mappings.c ------------------------------------------------------------------------------ */

long call_brk(uint64_t wanted);
long call_mmap(uint64_t hint, uint64_t size, int protection, int flags, int number,
               uint64_t offset);
long call_munmap(uint64_t begin, uint64_t size);
long call_mprotect(uint64_t begin, uint64_t size, int protection);
long call_madvise(uint64_t begin, uint64_t size, int advice);
long call_mincore(uint64_t begin, uint64_t size, unsigned char *states);
long call_keep(uint64_t begin, uint64_t size);
long call_mremap(uint64_t begin, uint64_t old_size, uint64_t size, int flags, uint64_t wanted);

/* ---- transfer.c ------------------------------------------------------------------------------ */

long call_read(int number, void *to, size_t size);
long call_write(int number, const void *from, size_t size);
long call_pread64(int number, void *to, size_t size, int64_t offset);
long call_pwrite64(int number, const void *from, size_t size, int64_t offset);
long call_readv(int number, const struct iovec *vectors, long count);
long call_writev(int number, const struct iovec *vectors, long count);
long call_preadv(int number, const struct iovec *vectors, long count, int64_t offset);
long call_pwritev(int number, const struct iovec *vectors, long count, int64_t offset);
long call_preadv2(int number, const struct iovec *vectors, long count, int64_t offset, long high,
                  int flags);
long call_pwritev2(int number, const struct iovec *vectors, long count, int64_t offset, long high,
                   int flags);

/* ---- places.c -------------------------------------------------------------------------------- */

long call_lseek(int number, int64_t distance, int whence);
long call_ftruncate(int number, int64_t size);
long call_fallocate(int number, int mode, int64_t offset, int64_t size);
long call_fadvise64(int number, int64_t offset, int64_t size, int advice);
long call_fsync(int number);
long call_sendfile(int to, int from, int64_t *offset, size_t size);
long call_copy_file_range(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t size,
                          unsigned flags);

/* What mmap needs of a file; 0 or -error. */
struct mapped_file {
  const char *data;
  uint64_t size;
};
long files_to_map(int number, int protection, bool shared, struct mapped_file *file);

/* ---- descriptors.c --------------------------------------------------------------------------- */

long call_close(int number);
long call_close_range(unsigned first, unsigned last, unsigned flags);
long call_dup(int number);
long call_dup2(int from, int to);
long call_dup3(int from, int to, int flags);
long call_fcntl(int number, int what, uint64_t argument);
long call_flock(int number, int operation);
long call_ioctl(int number, unsigned long request, void *argument);

/* ---- pipes.c --------------------------------------------------------------------------------- */

long call_pipe2(int *numbers, int flags);
long call_pipe(int *numbers);

/* ---- open.c ---------------------------------------------------------------------------------- */

long call_openat(int base, const char *path, int flags, unsigned mode);
long call_open(const char *path, int flags, unsigned mode);
long call_creat(const char *path, unsigned mode);
long call_memfd_create(const char *name, unsigned flags);

/* ---- names.c --------------------------------------------------------------------------------- */

long call_mkdirat(int base, const char *path, unsigned mode);
long call_mkdir(const char *path, unsigned mode);
long call_mknodat(int base, const char *path, unsigned mode);
long call_mknod(const char *path, unsigned mode);
long call_symlinkat(const char *target, int base, const char *path);
long call_symlink(const char *target, const char *path);
long call_linkat(int old_base, const char *old_path, int base, const char *path, int flags);
long call_link(const char *old_path, const char *path);
long call_unlinkat(int base, const char *path, int flags);
long call_unlink(const char *path);
long call_rmdir(const char *path);
long call_renameat2(int old_base, const char *old_path, int base, const char *path, unsigned flags);
long call_renameat(int old_base, const char *old_path, int base, const char *path);
long call_rename(const char *old_path, const char *path);
long call_readlinkat(int base, const char *path, char *to, int size);
long call_readlink(const char *path, char *to, int size);

/* ---- attributes.c ---------------------------------------------------------------------------- */

long call_fchmodat(int base, const char *path, unsigned mode);
long call_chmod(const char *path, unsigned mode);
long call_fchmod(int number, unsigned mode);
long call_fchownat(int base, const char *path, unsigned user, unsigned group, int flags);
long call_chown(const char *path, unsigned user, unsigned group);
long call_lchown(const char *path, unsigned user, unsigned group);
long call_fchown(int number, unsigned user, unsigned group);
long call_utimensat(int base, const char *path, const struct __kernel_timespec *times, int flags);
long call_futimesat(int base, const char *path, const struct __kernel_old_timeval *times);
long call_utimes(const char *path, const struct __kernel_old_timeval *times);
long call_utime(const char *path, const long times[2]);
long call_truncate(const char *path, int64_t size);
long call_faccessat2(int base, const char *path, unsigned wanted, int flags);
long call_faccessat(int base, const char *path, unsigned wanted);
long call_access(const char *path, unsigned wanted);

/* ---- paths.c --------------------------------------------------------------------------------- */

long call_umask(unsigned wanted);
long call_chdir(const char *path);
long call_fchdir(int number);
long call_getcwd(char *to, size_t size);

/* ---- state.c --------------------------------------------------------------------------------- */

long call_newfstatat(int base, const char *path, struct stat *to, int flags);
long call_stat(const char *path, struct stat *to);
long call_lstat(const char *path, struct stat *to);
long call_fstat(int number, struct stat *to);
long call_statx(int base, const char *path, int flags, unsigned wanted, struct statx *to);
long call_statfs(const char *path, struct statfs *to);
long call_fstatfs(int number, struct statfs *to);
long call_getdents64(int number, char *to, size_t room);

/* ---- signals.c ------------------------------------------------------------------------------- */

long call_rt_sigreturn(void);
long call_kill(int process, int signal);
long call_tkill(int thread, int signal);
long call_tgkill(int process, int thread, int signal);
long call_rt_sigqueueinfo(int process, int signal, const struct siginfo *info);
long call_rt_sigaction(int signal, const struct sigaction *wanted, struct sigaction *before,
                       size_t set_size);
long call_rt_sigprocmask(int how, const uint64_t *set, uint64_t *before, size_t set_size);
long call_rt_sigpending(uint64_t *to, size_t set_size);
long call_sigaltstack(const struct sigaltstack *wanted, struct sigaltstack *before);
long call_rt_sigsuspend(const uint64_t *set, size_t set_size);
long call_rt_sigtimedwait(const uint64_t *set, struct siginfo *info,
                          const struct __kernel_timespec *timeout, size_t set_size);

/* For a call that waits with a mask of its own: enters the handlers of signals that the mask does not
 * block, behind which the call is over with -EINTR, and the old mask is back. False if there are none;
 * else the call returns what the frame holds. */
bool signals_let_in(uint64_t mask);

/* ---- clocks.c -------------------------------------------------------------------------------- */

long call_clock_gettime(int clock, struct __kernel_timespec *to);
long call_clock_getres(int clock, struct __kernel_timespec *to);
long call_gettimeofday(struct __kernel_old_timeval *to, uint64_t zone[1]);
long call_time(int64_t *to);
long call_times(struct tms *to);
long call_getrusage(int who, struct rusage *to);
long call_getitimer(int which, struct __kernel_old_itimerval *to);
long call_setitimer(int which, const struct __kernel_old_itimerval *wanted,
                    struct __kernel_old_itimerval *before);
long call_nanosleep(const struct __kernel_timespec *wanted, struct __kernel_timespec *left);
long call_clock_nanosleep(int clock, int flags, const struct __kernel_timespec *wanted,
                          struct __kernel_timespec *left);

/* Whether a time of the program's is one; 0 or -error. Then so much can pass, or all until then. */
long clock_check(const struct __kernel_timespec *time);
void clock_pass(const struct __kernel_timespec *time);
void clock_pass_until(int clock, const struct __kernel_timespec *time);

/* ---- waiting.c ------------------------------------------------------------------------------- */

long call_poll(struct pollfd *wanted, unsigned count, int timeout_millis);
long call_ppoll(struct pollfd *wanted, unsigned count, const struct __kernel_timespec *timeout,
                const uint64_t *mask, size_t mask_size);
/* What pselect6 has no argument left for. */
struct mask_word {
  const uint64_t *set;
  size_t size;
};
long call_pselect6(int count, __kernel_fd_set *read, __kernel_fd_set *write,
                   __kernel_fd_set *except, const struct __kernel_timespec *timeout,
                   const struct mask_word *mask);
long call_select(int count, __kernel_fd_set *read, __kernel_fd_set *write,
                 __kernel_fd_set *except, struct __kernel_old_timeval *timeout);
long call_futex(const uint32_t *word, int operation, uint32_t value,
                const struct __kernel_timespec *timeout);
long call_pause(void);

/* ---- process.c ------------------------------------------------------------------------------- */

long call_arch_prctl(int what, uint64_t address);
long call_prctl(int what, uint64_t argument);
long call_number_of_process(void);
long call_number_of_owner(void);
long call_nothing(void);
long call_absent(void);
long call_of_process(int process);
long call_set_owners(int a);
long call_set_two_owners(int a, int b);
long call_set_three_owners(int a, int b, int c);
long call_three_owners(uint32_t *a, uint32_t *b, uint32_t *c);
long call_not_permitted(void);
long call_wait(void);
long call_prlimit64(int process, unsigned which, const struct rlimit64 *wanted,
                    struct rlimit64 *before);
long call_getrlimit(unsigned which, struct rlimit64 *to);
long call_setrlimit(unsigned which, const struct rlimit64 *wanted);
long call_sched_getaffinity(int process, unsigned size, uint64_t *to);
long call_sched_get_priority_max(int policy);
long call_sched_get_priority_min(int policy);
long call_getpriority(void);
long call_getcpu(unsigned *processor, unsigned *node);
long call_uname(struct new_utsname *to);
long call_sysinfo(struct sysinfo *to);
long call_getrandom(void *to, size_t size, unsigned flags);
long call_exit(int status);

#endif
