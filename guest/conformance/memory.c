/* memory.c: brk, mmap and what changes mappings. */
#include "check.h"

#include <sys/mman.h>


enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE, ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS };

static long sum(const unsigned char *at, size_t size) {
  long all = 0;
  for (size_t i = 0; i < size; i++) {
    all += at[i];
  }
  return all;
}

/* Whether the kernel could write there. */
static void show_writable(const char *name, void *at) {
  int file = open("/dev/zero", O_RDONLY);
  ssize_t size = read(file, at, 1);
  printf("%s: %s\n", name, size == 1 ? "writable" : error_name(errno));
  close(file);
}

/* The call itself: C libraries have their own idea of brk. */
static char *set_break(char *to) {
  return (char *)syscall(SYS_brk, to);
}

static void break_of_heap(void) {
  char *begin = (char *)(((uintptr_t)set_break(NULL) + PAGE - 1) & -(uintptr_t)PAGE);
  char *end = begin + 3 * PAGE + 100;
  SAYS(set_break(end) == end);
  SHOW(sum((unsigned char *)begin, 3 * PAGE));
  memset(begin, 1, 3 * PAGE);
  SAYS(set_break(begin + PAGE) == begin + PAGE);
  show_writable("given back", begin + PAGE);
  SAYS(set_break(end) == end);
  SHOW(sum((unsigned char *)begin, 3 * PAGE));
  SAYS(set_break(begin + 8) == begin + 8);
  SAYS(set_break((char *)8) == begin + 8);
  SAYS(set_break((char *)-PAGE) == begin + 8);
  SAYS(set_break(NULL) == begin + 8);
}

static void anonymous(void) {
  unsigned char *at = mmap(NULL, 10 * PAGE, BOTH, ANONYMOUS, -1, 0);
  SAYS(at != MAP_FAILED && (uintptr_t)at % PAGE == 0);
  SHOW(sum(at, 10 * PAGE));
  memset(at, 1, 10 * PAGE);
  SHOW(munmap(at + 3 * PAGE, 2 * PAGE));
  show_writable("before the hole", at + 3 * PAGE - 1);
  show_writable("in the hole", at + 3 * PAGE);
  show_writable("behind the hole", at + 5 * PAGE);
  SAYS(mmap(at + 3 * PAGE, 2 * PAGE, BOTH, ANONYMOUS | MAP_FIXED, -1, 0) == at + 3 * PAGE);
  SHOW(sum(at + 3 * PAGE, 2 * PAGE));
  SHOW(sum(at, 10 * PAGE) > 7 * PAGE);
  SAYS(mmap(at + PAGE, PAGE, BOTH, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED &&
       errno == EEXIST);
  SAYS(mmap(at, 2 * PAGE, BOTH, ANONYMOUS | MAP_FIXED, -1, 0) == at);
  SHOW(sum(at, 2 * PAGE));
  SHOW(munmap(at, 10 * PAGE));
  SHOW(munmap(at, 10 * PAGE));
  SHOW(munmap(at + 1, PAGE));
  SHOW(munmap(at, 0));
  SAYS(mmap(NULL, 0, BOTH, ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
  SAYS(mmap(NULL, PAGE, BOTH, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
  SAYS(mmap(NULL, PAGE, BOTH, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
  SAYS(mmap((void *)PAGE, PAGE, BOTH, MAP_PRIVATE | MAP_FIXED, 99, 0) == MAP_FAILED && errno == EBADF);
  SAYS(mmap(NULL, 1ul << 60, BOTH, ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
}

static void rights(void) {
  char *at = mmap(NULL, 4 * PAGE, PROT_NONE, ANONYMOUS, -1, 0);
  show_writable("reserved", at);
  SHOW(mprotect(at, 2 * PAGE, BOTH));
  show_writable("made writable", at + PAGE);
  show_writable("still reserved", at + 2 * PAGE);
  at[0] = 7;
  SHOW(mprotect(at, PAGE, PROT_READ));
  show_writable("read-only", at);
  SHOW(at[0]);
  int null = open("/dev/null", O_WRONLY);
  SHOW(write(null, at, PAGE));
  SHOW(write(open("written", O_WRONLY | O_CREAT, 0644), at + 2 * PAGE, PAGE));
  SHOW(close(null + 1));
  SHOW(mprotect(at, PAGE, BOTH));
  show_writable("writable again", at);
  SHOW(at[0]);
  SHOW(mprotect(at + 1, PAGE, BOTH));
  SHOW(mprotect(at, 0, BOTH));
  SHOW(munmap(at + 3 * PAGE, PAGE));
  SHOW(mprotect(at, 4 * PAGE, BOTH));
  SHOW(munmap(at, 3 * PAGE));
  SHOW(close(null));
}

static void advice(void) {
  unsigned char *at = mmap(NULL, 4 * PAGE, BOTH, ANONYMOUS, -1, 0), states[4];
  memset(at, 1, 4 * PAGE);
  SHOW(madvise(at + PAGE, 2 * PAGE, MADV_DONTNEED));
  SHOW(sum(at, 4 * PAGE));
  SHOW(madvise(at, 4 * PAGE, MADV_WILLNEED));
  SHOW(madvise(at, PAGE, 12345));
  SHOW(madvise(at + 1, PAGE, MADV_NORMAL));
  SHOW(mlock(at, PAGE));
  SHOW(munlock(at, PAGE));
  SHOW(msync(at, PAGE, MS_SYNC));
  SHOW(mincore(at, PAGE, states));
  SHOW(states[0] & 1);
  SHOW(munmap(at, 4 * PAGE));
  SHOW(madvise(at, PAGE, MADV_NORMAL));
  SHOW(mincore(at, PAGE, states));
}

static void moving(void) {
  unsigned char *at = mmap(NULL, 4 * PAGE, BOTH, ANONYMOUS, -1, 0);
  for (int i = 0; i < 4; i++) {
    at[i * PAGE] = (unsigned char)(i + 1);
  }
  SAYS(mremap(at, 4 * PAGE, 2 * PAGE, 0) == at);
  show_writable("cut off", at + 2 * PAGE);
  unsigned char *to = mremap(at, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
  SAYS(to != MAP_FAILED);
  SHOW(sum(to, 64 * PAGE));
  unsigned char *place = mmap(NULL, 70 * PAGE, BOTH, ANONYMOUS, -1, 0);
  memset(place, 9, 70 * PAGE);
  SAYS(mremap(to, 64 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
  SHOW(sum(place, 3 * PAGE));
  SHOW(place[3 * PAGE]);
  show_writable("left", to);
  SAYS(mremap(to, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
  SAYS(mremap(place + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
  SAYS(mremap(place, PAGE, 0, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL);
  SHOW(munmap(place, 70 * PAGE));
}

/* On a page of their own. */
static const char constants[PAGE] __attribute__((aligned(PAGE))) = "constant";

/* A program's constants, where they are not constant any more. */
static void moving_constants(void) {
  char *place = mmap(NULL, PAGE, PROT_NONE, ANONYMOUS, -1, 0);
  SAYS(mremap((void *)constants, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == place);
  printf("%s\n", place);
  SHOW(madvise(place, PAGE, MADV_DONTNEED));
  printf("%s\n", place);
  show_writable("constants", place);
  SHOW(mprotect(place, PAGE, BOTH));
  show_writable("made writable", place);
  memset(place, 7, PAGE);
  SHOW(munmap(place, PAGE));
  SAYS(mmap(place, PAGE, BOTH, ANONYMOUS | MAP_FIXED, -1, 0) == place);
  SHOW(sum((unsigned char *)place, PAGE));
  SHOW(munmap(place, PAGE));
}

static void files(void) {
  char line[PAGE + 100];
  memset(line, 'a', sizeof line);
  line[PAGE] = 'b';
  int file = open("mapped", O_RDWR | O_CREAT, 0644);
  SHOW(write(file, line, sizeof line));
  char *at = mmap(NULL, 2 * PAGE, BOTH, MAP_PRIVATE, file, 0);
  SAYS(at != MAP_FAILED);
  printf("%c%c%c %d\n", at[0], at[PAGE - 1], at[PAGE], at[PAGE + 100]);
  at[0] = 'x';
  SHOW(pread(file, line, 1, 0));
  printf("%c\n", line[0]);
  char *second = mmap(NULL, 100, PROT_READ, MAP_PRIVATE, file, PAGE);
  printf("%c\n", second[0]);
  char *shared = mmap(NULL, 100, PROT_READ, MAP_SHARED, file, 0);
  printf("%c\n", shared[0]);
  show_writable("shared and read-only", shared);
  SAYS(mmap(NULL, 100, PROT_READ, MAP_PRIVATE, file, 77) == MAP_FAILED && errno == EINVAL);
  int writer = open("mapped", O_WRONLY);
  SAYS(mmap(NULL, 100, PROT_READ, MAP_PRIVATE, writer, 0) == MAP_FAILED && errno == EACCES);
  int folder = open(".", O_RDONLY);
  SAYS(mmap(NULL, 100, PROT_READ, MAP_PRIVATE, folder, 0) == MAP_FAILED && errno == ENODEV);
  int zero = open("/dev/zero", O_RDWR);
  char *zeros = mmap(NULL, PAGE, BOTH, MAP_PRIVATE, zero, 0);
  SHOW(sum((unsigned char *)zeros, PAGE));
  SHOW(munmap(at, 2 * PAGE));
  SHOW(munmap(second, 100));
}

/* What is given up comes back as zeros, a file's bytes, or what all who share it see. */
static void given_up(void) {
  char line[2 * PAGE];
  memset(line, 'a', sizeof line);
  int file = open("given", O_RDWR | O_CREAT, 0644);
  SHOW(write(file, line, sizeof line));
  char *private = mmap(NULL, 2 * PAGE, BOTH, MAP_PRIVATE, file, 0);
  SHOW(madvise(private, PAGE, MADV_DONTNEED));
  SHOW(private[0] == 'a' && private[PAGE] == 'a');
  char *shared_file = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, PAGE);
  SHOW(madvise(shared_file, PAGE, MADV_DONTNEED));
  SHOW(shared_file[0] == 'a');
  /* Those that keep and those that do not, side by side. */
  char *place = mmap(NULL, 3 * PAGE, BOTH, ANONYMOUS, -1, 0);
  SAYS(mmap(place + PAGE, PAGE, BOTH, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == place + PAGE);
  memset(place, 7, 3 * PAGE);
  SHOW(madvise(place, 3 * PAGE, MADV_DONTNEED));
  printf("%d %d %d\n", place[0], place[PAGE], place[2 * PAGE]);
  SHOW(mprotect(place + PAGE, PAGE, PROT_READ));
  SHOW(madvise(place + PAGE, PAGE, MADV_DONTNEED));
  SHOW(place[2 * PAGE - 1]);
  char *moved = mremap(place + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
  SAYS(moved != MAP_FAILED && madvise(moved, PAGE, MADV_DONTNEED) == 0 && moved[0] == 7);
  int zero = open("/dev/zero", O_RDWR);
  char *zeros = mmap(NULL, PAGE, BOTH, MAP_PRIVATE, zero, 0);
  char *shared_zeros = mmap(NULL, PAGE, BOTH, MAP_SHARED, zero, 0);
  zeros[0] = shared_zeros[0] = 7;
  SHOW(madvise(zeros, PAGE, MADV_DONTNEED));
  SHOW(madvise(shared_zeros, PAGE, MADV_DONTNEED));
  printf("%d %d\n", zeros[0], shared_zeros[0]);
  SHOW(munmap(private, 2 * PAGE));
  SHOW(munmap(zeros, PAGE));
  SHOW(munmap(shared_zeros, PAGE));
  close(zero);
  close(file);
}

/* Memory in many pieces that come and go, and what they hold. */
static void churn(void) {
  enum { PIECES = 64, ROUNDS = 4000 };
  static struct { unsigned char *at; size_t size; unsigned char mark; } pieces[PIECES];
  uint32_t state = 12345;
  long errors = 0;
  for (int round = 0; round < ROUNDS; round++) {
    state = state * 1664525 + 1013904223;
    unsigned i = state >> 20 & (PIECES - 1);
    size_t size = ((state >> 8 & 15) + 1) * PAGE;
    if (pieces[i].at == NULL) {
      pieces[i].at = mmap(NULL, size, BOTH, ANONYMOUS, -1, 0);
      pieces[i].size = size;
      errors += sum(pieces[i].at, size) != 0;
    } else {
      for (size_t at = 0; at < pieces[i].size; at += 512) {
        errors += pieces[i].at[at] != pieces[i].mark;
      }
      if (state >> 31) {
        errors += munmap(pieces[i].at, pieces[i].size) != 0;
        pieces[i].at = NULL;
        continue;
      }
      pieces[i].at = mremap(pieces[i].at, pieces[i].size, size, MREMAP_MAYMOVE);
      pieces[i].size = size;
    }
    pieces[i].mark = (unsigned char)(round % 255 + 1);
    memset(pieces[i].at, pieces[i].mark, pieces[i].size);
  }
  SHOW(errors);
}

/* More mappings than any list of them begins with, none like its neighbours, while the break moves and
 * some of them do: each page is one mapping's. */
static void many(void) {
  enum { MAPPINGS = 700 };
  static struct { long *at; size_t pages; } mappings[MAPPINGS];
  char *begin = (char *)(((uintptr_t)set_break(NULL) + PAGE - 1) & -(uintptr_t)PAGE);
  long errors = 0, pages = 0, moves = 0;
  for (long i = 0; i < MAPPINGS; i++) {
    mappings[i].pages = 1;
    mappings[i].at = mmap(NULL, PAGE, i % 2 == 0 ? BOTH : PROT_WRITE, ANONYMOUS, -1, 0);
    errors += mappings[i].at == MAP_FAILED || *mappings[i].at != 0;
    *mappings[i].at = i;
    if (i % 3 == 0) {
      errors += set_break(begin + (pages + 1) * PAGE) != begin + (pages + 1) * PAGE;
      *(long *)(begin + pages * PAGE) = -i;
      pages++;
    }
    if (i % 5 == 4) {
      long moved = i / 2;
      size_t size = mappings[moved].pages * PAGE;
      long *to = mremap(mappings[moved].at, size, size + PAGE, MREMAP_MAYMOVE);
      errors += to == MAP_FAILED || to[size / sizeof(long)] != 0;
      mappings[moved].at = to;
      mappings[moved].pages++;
      moves++;
    }
    if (i % 7 == 6) {
      errors += mprotect(mappings[i - 6].at, PAGE, i % 2 == 0 ? BOTH : PROT_READ) != 0;
    }
  }
  for (long i = 0; i < MAPPINGS; i++) {
    errors += *mappings[i].at != i;
  }
  for (long i = 0; i < pages; i++) {
    errors += *(long *)(begin + i * PAGE) != -3 * i;
  }
  for (long i = 0; i < MAPPINGS; i++) {
    errors += munmap(mappings[i].at, mappings[i].pages * PAGE) != 0;
  }
  SAYS(set_break(begin) == begin);
  SHOW(moves);
  SHOW(errors);
}

/* The same with memory that files take and give back in between. */
static void files_between(void) {
  enum { FILES = 160, ROUNDS = 50, SIZE = 20000 };
  static char bytes[SIZE];
  static unsigned char *mappings[2 * ROUNDS];
  char name[32];
  long errors = 0;
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < FILES; i++) {
      if (round > 0 && i % 2 == 0) {
        continue;
      }
      sprintf(name, "between%d", i);
      int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
      errors += write(file, bytes, SIZE) != SIZE;
      close(file);
    }
    for (int i = 2 * round; i < 2 * round + 2; i++) {
      mappings[i] = mmap(NULL, 5 * PAGE, i % 2 == 0 ? BOTH : PROT_WRITE, ANONYMOUS, -1, 0);
      errors += mappings[i] == MAP_FAILED || sum(mappings[i], 5 * PAGE) != 0;
      memset(mappings[i], i + 1, 5 * PAGE);
    }
    for (int i = 1; i < FILES; i += 2) {
      sprintf(name, "between%d", i);
      errors += unlink(name) != 0;
    }
  }
  for (int i = 0; i < 2 * ROUNDS; i++) {
    errors += sum(mappings[i], 5 * PAGE) != 5l * PAGE * (i + 1);
    errors += munmap(mappings[i], 5 * PAGE) != 0;
  }
  SHOW(errors);
}

int main(int count, char **words) {
  begin(count, words);
  break_of_heap();
  anonymous();
  rights();
  advice();
  moving();
  moving_constants();
  files();
  given_up();
  churn();
  many();
  files_between();
  return 0;
}
