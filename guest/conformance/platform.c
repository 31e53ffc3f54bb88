/* platform.c: what programs read of /proc and /etc: that it is there, and of the form they expect. */
#include "check.h"

#include <dirent.h>
#include <sys/mman.h>

static char text[1 << 16];

/* Reads a file whole; its size is known only afterwards. */
static ssize_t read_all(const char *path) {
  int file = open(path, O_RDONLY);
  ssize_t size = 0, part = file < 0 ? -1 : 0;
  while (file >= 0 && (part = read(file, text + size, sizeof text - 1 - (size_t)size)) > 0) size += part;
  text[size] = '\0';
  close(file);
  return part < 0 ? -1 : size;
}

/* Whether a file can be read, and begins with these words, up to blanks. */
static void begins(const char *path, const char *words) {
  printf("%s begins with \"%s\": %s\n", path, words,
         read_all(path) > 0 && strncmp(text, words, strlen(words)) == 0 ? "yes" : "no");
}

static void has(const char *path, const char *words) {
  printf("%s has \"%s\": %s\n", path, words, read_all(path) > 0 && strstr(text, words) != NULL ? "yes" : "no");
}

static void kind(const char *path) {
  struct stat found;
  int result = lstat(path, &found);
  printf("%s: %s\n", path,
         result != 0                ? "absent"
         : S_ISREG(found.st_mode)   ? "file"
         : S_ISDIR(found.st_mode)   ? "directory"
         : S_ISLNK(found.st_mode)   ? "link"
         : S_ISCHR(found.st_mode)   ? "device"
                                    : "other");
}

/* The line of the mapping that an address lies in. */
static const char *mapping_of(const void *address) {
  unsigned long begin, end;
  for (char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n'), line += line != NULL) {
    if (sscanf(line, "%lx-%lx", &begin, &end) == 2 && begin <= (unsigned long)address && end > (unsigned long)address) {
      return line;
    }
  }
  return "nowhere";
}

static void maps(void) {
  int local = 0;
  SAYS(read_all("/proc/self/maps") > 0);
  const char *stack = mapping_of(&local), *code = mapping_of((void *)maps), *data = mapping_of(text);
  SAYS(strchr(stack, ' ') != NULL && strncmp(strchr(stack, ' ') + 1, "rw-p", 4) == 0);
  SAYS(strchr(code, ' ') != NULL && strncmp(strchr(code, ' ') + 1, "r-xp", 4) == 0);
  SAYS(strchr(data, ' ') != NULL && strncmp(strchr(data, ' ') + 1, "rw-p", 4) == 0);
  SAYS(strstr(text, "[stack]\n") != NULL);
}

/* How many lines do not begin where the one before ends, or later. */
static int misplaced(void) {
  unsigned long begin, end, last = 0;
  int wrong = 0;
  for (char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n'), line += line != NULL) {
    wrong += sscanf(line, "%lx-%lx", &begin, &end) != 2 || begin < last;
    last = end;
  }
  return wrong;
}

/* Each time there are more mappings, and the text needs more room. */
static void many_maps(void) {
  enum { MAPPINGS = 400, PAGE = 4096 };
  static char *mappings[MAPPINGS];
  int wrong = 0, absent = 0;
  for (int i = 0; i < MAPPINGS; i++) {
    mappings[i] = mmap(NULL, PAGE, i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (i % 20 == 0) {
      read_all("/proc/self/maps");
      wrong += misplaced();
      for (int j = 0; j <= i; j++) {
        const char *rights = strchr(mapping_of(mappings[j]), ' ');
        absent += rights == NULL || strncmp(rights, j % 2 == 0 ? " r--p" : " rw-p", 5) != 0;
      }
    }
  }
  SHOW(wrong);
  SHOW(absent);
}

int main(int count, char **words) {
  begin(count, words);
  kind("/proc"), kind("/proc/self/exe"), kind("/proc/self/maps"), kind("/proc/none");
  kind("/dev"), kind("/dev/null"), kind("/dev/urandom"), kind("/etc"), kind("/etc/passwd"), kind("/tmp");
  char target[256];
  ssize_t size = readlink("/proc/self/exe", target, sizeof target);
  SAYS(size > 0 && target[0] == '/');
  maps();
  many_maps();
  /* Strings that end with NUL. */
  size = read_all("/proc/self/cmdline");
  SAYS(size == (ssize_t)(strlen(words[0]) + 1 + strlen(words[1]) + 1));
  SAYS(size > 0 && strcmp(text, words[0]) == 0 && strcmp(text + strlen(words[0]) + 1, words[1]) == 0);
  begins("/proc/self/status", "Name:\t");
  has("/proc/self/status", "\nThreads:\t1\n");
  has("/proc/self/status", "\nVmRSS:\t");
  int number = 0;
  SAYS(read_all("/proc/self/stat") > 0 && sscanf(text, "%d (", &number) == 1 && number == getpid());
  begins("/proc/meminfo", "MemTotal: "), has("/proc/meminfo", "\nMemFree: "), has("/proc/meminfo", "\nMemAvailable: ");
  begins("/proc/cpuinfo", "processor\t: 0\n"), has("/proc/cpuinfo", "model name\t: ");
  begins("/proc/stat", "cpu "), has("/proc/stat", "\ncpu0 ");
  begins("/proc/version", "Linux version ");
  has("/proc/filesystems", "tmpfs\n");
  has("/proc/mounts", " / ");
  begins("/proc/sys/kernel/ostype", "Linux\n");
  float seconds = -1;
  SAYS(read_all("/proc/uptime") > 0 && sscanf(text, "%f", &seconds) == 1 && seconds >= 0);
  SAYS(read_all("/proc/loadavg") > 0 && sscanf(text, "%f", &seconds) == 1 && seconds >= 0);
  has("/etc/passwd", ":x:"), has("/etc/group", ":x:"), has("/etc/hosts", "127.0.0.1");
  has("/etc/nsswitch.conf", "hosts:");
  SHOW(open("/proc/none", O_RDONLY));
  SHOW(open("/proc/self/maps", O_RDONLY | O_DIRECTORY));
  return 0;
}
