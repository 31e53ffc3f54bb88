/* probe.c: does what its first argument says, as any Linux program would; tests run it in every
 * sandbox, with musl and with glibc, and on the host's kernel where that makes sense.
 *
 * Before that it works for a while, as interpreters do that read their libraries: what comes of it is
 * printed by `work`, and must be the same whether or not a run began from a snapshot. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Two pages that no other symbol shares, and a word beyond: what tests scribble over. */
static unsigned char spare[3 * 4096] __attribute__((aligned(4096)));
static const unsigned char constant[4096] __attribute__((aligned(4096))) = {1, 2, 3};

static struct list { struct list *next; uint64_t value; } *built;
static double vector[8];
static char *lines[64];

static void prepare(void) {
  for (uint64_t i = 1; i <= 2000; i++) {
    struct list *one = malloc(sizeof *one + i % 97);
    *one = (struct list){built, i * i};
    built = one;
  }
  for (int i = 0; i < 8; i++) vector[i] = sqrt(i + 2.0);
  for (int i = 0; i < 64; i++) {
    lines[i] = malloc(5000);
    snprintf(lines[i], 5000, "line %d", i);
  }
  FILE *kept = fopen("/tmp/prepared", "w");
  if (kept != NULL) {
    fputs("written before any input was read", kept);
    fclose(kept);
  }
}

static int show_file(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    printf("%s: error %d\n", path, errno);
    return 1;
  }
  char text[4096];
  size_t size = fread(text, 1, sizeof text, file);
  fclose(file);
  printf("%s: %.*s\n", path, (int)size, text);
  return 0;
}

static int mode_work(char **words) {
  (void)words;
  uint64_t sum = 0, count = 0;
  for (struct list *at = built; at != NULL; at = at->next) sum += at->value, count++;
  double product = 1;
  for (int i = 0; i < 8; i++) product *= vector[i];
  printf("%llu %llu %.17g %s\n", (unsigned long long)count, (unsigned long long)sum, product, lines[63]);
  return show_file("/tmp/prepared");
}

static int mode_words(char **words) {
  for (int i = 0; words[i] != NULL; i++) printf("[%s]\n", words[i]);
  return 0;
}

static int mode_environment(char **words) {
  (void)words;
  for (char **at = environ; *at != NULL; at++) puts(*at);
  return 0;
}

/* Standard input to standard output, in pieces that fit no buffer. */
static int mode_cat(char **words) {
  (void)words;
  char piece[1021];
  for (ssize_t size; (size = read(0, piece, sizeof piece)) != 0;) {
    if (size < 0 || write(1, piece, (size_t)size) != size) return 1;
  }
  return 0;
}

static int mode_count(char **words) {
  (void)words;
  long letters = 0, ends = 0, sets = 0;
  for (int c, inside = 0; (c = getchar()) != EOF;) {
    letters++;
    ends += c == '\n';
    int blank = c == ' ' || c == '\n' || c == '\t';
    sets += !blank && !inside;
    inside = !blank;
  }
  printf("%ld %ld %ld\n", ends, sets, letters);
  return 0;
}

/* exit CODE TEXT: prints on both streams, and fails or not. */
static int mode_exit(char **words) {
  printf("out %s\n", words[3]);
  fprintf(stderr, "error %s\n", words[3]);
  return atoi(words[2]);
}

/* fail_printing OUT ERROR: so many characters of two bytes on the one stream, of one on the other. */
static int mode_fail_printing(char **words) {
  for (int i = atoi(words[2]); i > 0; i--) fputs("\303\266", stdout);
  for (int i = atoi(words[3]); i > 0; i--) fputc('e', stderr);
  return 1;
}

static int copy_file(const char *from, const char *to) {
  int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (in < 0 || out < 0) {
    fprintf(stderr, "%s to %s: error %d\n", from, to, errno);
    return 1;
  }
  static char piece[100000];
  ssize_t size;
  while ((size = read(in, piece, sizeof piece)) > 0) {
    if (write(out, piece, (size_t)size) != size) return 1;
  }
  close(in);
  close(out);
  return size < 0;
}

static int copy_tree(const char *from, const char *to) {
  DIR *directory = opendir(from);
  if (directory == NULL) {
    fprintf(stderr, "%s: error %d\n", from, errno);
    return 1;
  }
  int wrong = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char source[1024], target[1024];
    snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
    snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
    struct stat found;
    if (stat(source, &found) != 0) return 1;
    if (S_ISDIR(found.st_mode)) {
      if (mkdir(target, 0755) != 0 && errno != EEXIST) return 1;
      wrong |= copy_tree(source, target);
    } else {
      wrong |= copy_file(source, target);
    }
  }
  closedir(directory);
  return wrong;
}

/* copy FROM TO FROM TO …: trees. */
static int mode_copy(char **words) {
  int wrong = 0;
  for (int i = 2; words[i] != NULL && words[i + 1] != NULL; i += 2) {
    mkdir(words[i + 1], 0755);
    wrong |= copy_tree(words[i], words[i + 1]);
  }
  return wrong;
}

static int mode_show(char **words) {
  int wrong = 0;
  for (int i = 2; words[i] != NULL; i++) wrong |= show_file(words[i]);
  return wrong;
}

/* put PATH TEXT PATH TEXT …: files. */
static int mode_put(char **words) {
  for (int i = 2; words[i] != NULL && words[i + 1] != NULL; i += 2) {
    FILE *file = fopen(words[i], "w");
    if (file == NULL || fputs(words[i + 1], file) < 0 || fclose(file) != 0) {
      fprintf(stderr, "%s: error %d\n", words[i], errno);
      return 1;
    }
  }
  return 0;
}

/* What should not depend on when and where a run happens. */
static int mode_chance(char **words) {
  (void)words;
  struct timespec real, steady;
  clock_gettime(CLOCK_REALTIME, &real);
  clock_gettime(CLOCK_MONOTONIC, &steady);
  unsigned char bytes[16] = {0}, more[16] = {0};
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return 1;
  FILE *file = fopen("/dev/urandom", "r");
  if (file == NULL || fread(more, 1, sizeof more, file) != sizeof more) return 2;
  printf("%lld.%09ld %lld.%09ld", (long long)real.tv_sec, real.tv_nsec, (long long)steady.tv_sec,
         steady.tv_nsec);
  for (size_t i = 0; i < sizeof bytes; i++) printf(" %02x%02x", bytes[i], more[i]);
  printf(" %d %d %d\n", (int)getpid(), (int)getuid(), (int)time(NULL));
  return 0;
}

/* Later than it began, after it has slept. */
static int mode_sleep(char **words) {
  struct timespec before, after, pause = {atol(words[2]), 0};
  clock_gettime(CLOCK_MONOTONIC, &before);
  nanosleep(&pause, NULL);
  clock_gettime(CLOCK_MONOTONIC, &after);
  puts(after.tv_sec - before.tv_sec >= pause.tv_sec ? "later" : "not later");
  return 0;
}

/* How many bytes of memory that nothing has been written to are not zero; then spoils all of it, and
 * leaves files and vector registers behind. */
static int mode_residue(char **words) {
  uint32_t seed = (uint32_t)strtoul(words[2], NULL, 0) | 1;
  size_t wrong = 0, size = 4 << 20;
  for (size_t i = 0; i < sizeof spare; i++) wrong += spare[i] != 0;
  unsigned char *fresh = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned char *deep = alloca(200000);
  unsigned char *more = calloc(1, size);
  if (fresh == MAP_FAILED || more == NULL) return 1;
  for (size_t i = 0; i < size; i++) wrong += (fresh[i] != 0) + (more[i] != 0);
  /* What lies higher this run has used itself. */
  for (size_t i = 0; i < 100000; i++) wrong += ((volatile unsigned char *)deep)[i] != 0;
  wrong += access("/tmp/left", F_OK) == 0;
  for (size_t i = 0; i < size; i++) fresh[i] = more[i] = (unsigned char)(seed >> 7 ^ i);
  memset(spare, (int)seed, sizeof spare);
  memset(deep, (int)seed, 200000);
  FILE *left = fopen("/tmp/left", "w");
  if (left != NULL) fprintf(left, "%u", seed), fclose(left);
  printf("%zu\n", wrong);
  return 0;
}

static int mode_fault(char **words) {
  const char *kind = words[2];
  volatile int zero = 0;
  if (strcmp(kind, "null_read") == 0) return *(volatile int *)(uintptr_t)zero;
  if (strcmp(kind, "null_write") == 0) *(volatile int *)(uintptr_t)zero = 1;
  if (strcmp(kind, "write_constant") == 0) *(volatile unsigned char *)(uintptr_t)constant = 1;
  if (strcmp(kind, "write_code") == 0) *(volatile unsigned char *)(uintptr_t)mode_fault = 1;
  if (strcmp(kind, "execute_data") == 0) {
    spare[0] = 0xC3;
    ((void (*)(void))(uintptr_t)spare)();
  }
  if (strcmp(kind, "execute_heap") == 0) {
    unsigned char *made = malloc(100);
    made[0] = 0xC3;
    ((void (*)(void))(uintptr_t)made)();
  }
  if (strcmp(kind, "execute_stack") == 0) {
    volatile unsigned char made[16] = {0xC3};
    ((void (*)(void))(uintptr_t)made)();
  }
  if (strcmp(kind, "divide") == 0) return 7 / zero;
  if (strcmp(kind, "illegal") == 0) __asm__ volatile("ud2");
  if (strcmp(kind, "unmapped") == 0) {
    unsigned char *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(made, 4096);
    *(volatile unsigned char *)(uintptr_t)0x7FFFFFFFE000 = 1;
  }
  if (strcmp(kind, "interrupt_80") == 0) __asm__ volatile("int $0x80" ::"a"(20) : "memory");
  fprintf(stderr, "no fault %s\n", kind);
  return 99;
}

static int depth(volatile int *at) {
  volatile int more[1000];
  more[0] = *at + 1;
  return more[0] < 0 ? 0 : depth(more) + more[0];
}

static int mode_overflow(char **words) {
  (void)words;
  volatile int zero = 0;
  return depth(&zero);
}

static int mode_abort(char **words) {
  (void)words;
  fprintf(stderr, "giving up\n");
  abort();
}

static void on_signal(int number) { printf("signal %d\n", number); }

static int mode_signals(char **words) {
  (void)words;
  struct sigaction action = {.sa_handler = on_signal}, before;
  printf("%d\n", sigaction(SIGUSR1, &action, &before));
  printf("%d %d\n", before.sa_handler == SIG_DFL, signal(SIGPIPE, SIG_IGN) == SIG_DFL);
  jmp_buf place;
  if (setjmp(place) == 0) longjmp(place, 1);
  return 0;
}

/* Waits for what does not come. */
static int mode_wait(char **words) {
  int ends[2];
  char byte;
  sigset_t none, some;
  sigemptyset(&none);
  sigemptyset(&some);
  sigaddset(&some, SIGUSR1);
  if (strcmp(words[2], "read") == 0 && pipe(ends) == 0) return (int)read(ends[0], &byte, 1);
  if (strcmp(words[2], "sigsuspend") == 0) {
    /* One that is ignored ends no wait. */
    signal(SIGUSR1, SIG_IGN);
    sigprocmask(SIG_BLOCK, &some, NULL);
    raise(SIGUSR1);
    return sigsuspend(&none);
  }
  return 99;
}

/* What functions do not have. */
static int mode_want(char **words) {
  const char *kind = words[2];
  long result = -1;
  errno = 0;
  if (strcmp(kind, "fork") == 0) result = fork();
  if (strcmp(kind, "socket") == 0) result = socket(AF_INET, SOCK_STREAM, 0);
  if (strcmp(kind, "exec") == 0) result = execl("/bin/true", "true", NULL);
  if (strcmp(kind, "executable") == 0) {
    void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    result = made == MAP_FAILED ? -1 : 0;
  }
  if (strcmp(kind, "unknown") == 0) result = syscall(999);
  fprintf(stderr, "%s: %ld, error %d\n", kind, result, errno);
  return 1;
}

static int mode_exhaust(char **words) {
  (void)words;
  size_t total = 0;
  for (void *piece; (piece = malloc(1 << 20)) != NULL; total++) memset(piece, 1, 1 << 20);
  fprintf(stderr, "no more after %s\n", total > 8 ? "much" : "little");
  return errno == ENOMEM ? 12 : 1;
}

static int mode_loop(char **words) {
  while (words != NULL) __asm__ volatile("" : "+r"(words));
  return 0;
}

/* Loops in calls: the deadline finds it in one, or between two. */
static int mode_loop_calls(char **words) {
  (void)words;
  while (syscall(SYS_getppid) >= 0) continue;
  return 0;
}

/* write SIZE: so many bytes to standard output. */
static int mode_write(char **words) {
  long size = atol(words[2]);
  for (long i = 0; i < size; i++) putchar((int)('a' + i % 26));
  return 0;
}

/* What was there before the program's own snapshot point, and what came to it behind that. */
static char marks[2][32];

static void mark(void) {
  snprintf(marks[0], sizeof marks[0], "%s the mark", "before");
  close(open("/dev/snapshot", O_RDONLY));
  snprintf(marks[1], sizeof marks[1], "%s the mark", "behind");
}

static int mode_marks(char **words) {
  (void)words;
  printf("%s, %s\n", marks[0], marks[1]);
  return 0;
}

#define ENTRY(name) {#name, mode_##name}
static const struct {
  const char *name;
  int (*run)(char **words);
} modes[] = {
    ENTRY(work), ENTRY(words), ENTRY(environment), ENTRY(cat), ENTRY(count), ENTRY(exit), ENTRY(copy),
    ENTRY(show), ENTRY(put), ENTRY(chance), ENTRY(sleep), ENTRY(residue), ENTRY(fault),
    ENTRY(overflow), ENTRY(abort), ENTRY(signals), ENTRY(wait), ENTRY(want), ENTRY(exhaust), ENTRY(loop),
    ENTRY(loop_calls), ENTRY(write), ENTRY(fail_printing), ENTRY(marks),
};

/* With no arguments, or with `from` or `mark` as only one, what to do is read: from standard input, or
 * the file /in/what/words; a word a line. */
static char **read_words(const char *name, FILE *from) {
  static char text[65536], *words[64];
  size_t size = from == NULL ? 0 : fread(text, 1, sizeof text - 1, from);
  text[size] = '\0';
  int count = 0;
  words[count++] = (char *)name;
  for (char *rest = text, *word; count < 63 && (word = strsep(&rest, "\n")) != NULL && rest != NULL;) {
    words[count++] = word;
  }
  return words;
}

int main(int argc, char **argv) {
  prepare();
  char **words = argv;
  bool marks_itself = argc == 2 && strcmp(argv[1], "mark") == 0;
  if (marks_itself) mark();
  if (argc == 1) words = read_words(argv[0], stdin);
  if (marks_itself || (argc == 2 && strcmp(argv[1], "from") == 0)) words = read_words(argv[0], fopen("/in/what/words", "r"));
  if (words[1] == NULL) {
    fprintf(stderr, "what shall I do?\n");
    return 2;
  }
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(words[1], modes[i].name) == 0) return modes[i].run(words);
  }
  fprintf(stderr, "no mode %s\n", words[1]);
  return 2;
}
