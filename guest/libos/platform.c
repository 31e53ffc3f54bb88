/* platform.c: the files that a program finds beside its inputs: /dev, and what common runtimes read of
 * /proc and /etc. All are constant but for /proc/self/maps, and nobody can change them. */
#include "memory.h"
#include "opened.h"

static node *add(node *directory, const char *name, node_kind kind) {
  node *added = file_add(directory, name, strlen(name), kind);
  added->read_only = true;
  added->mode = kind == NODE_DIRECTORY ? 0555 : kind == NODE_LINK ? 0777 : 0444;
  return added;
}

static void add_text(node *directory, const char *name, const char *text) {
  node *file = add(directory, name, NODE_FILE);
  file->data = (char *)text;
  file->size = strlen(text);
}

static void add_link(node *directory, const char *name, const char *target) {
  node *link = add(directory, name, NODE_LINK);
  link->data = (char *)target;
  link->size = strlen(target);
}

static void add_device(node *directory, const char *name, uint32_t device) {
  node *added = add(directory, name, NODE_DEVICE);
  added->device = device;
  added->mode = 0666;
  added->read_only = false;
}

/* ---- Files that are made up when they are opened ---------------------------------------------- */

static void write_text(node *file, const char *text) {
  file_resize(file, 0);
  file_write_at(file, 0, text, strlen(text));
}

static void fill_maps(node *file) {
  static const char *const names[] = {[REGION_IMAGE] = "/proc/self/exe", [REGION_BREAK] = "[heap]",
                                      [REGION_MAPPED] = "", [REGION_STACK] = "[stack]"};
  file_resize(file, 0);
  struct region region = {0};
  /* By address: writing may take memory, which is a region, too. */
  for (uint32_t i; (i = memory_index(region.end)) < memory_count;) {
    region = memory_regions[i];
    if (region.kind == REGION_OWN) {
      continue;
    }
    const char *line = pappus_format(
        "%08lx-%08lx %c%c%cp 00000000 00:00 0 %s%s\n", region.begin, region.end,
        region.rights & READABLE ? 'r' : '-', region.rights & WRITABLE ? 'w' : '-',
        region.rights & EXECUTABLE ? 'x' : '-', *names[region.kind] ? "                     " : "",
        names[region.kind]);
    file_write_at(file, file->size, line, strlen(line));
  }
}

static uint64_t pool_kilobytes(void) {
  return (__pappus_start.stack_bottom - __pappus_start.image_end) >> 10;
}

static void fill_memory(node *file) {
  uint64_t all = pool_kilobytes();
  write_text(file, pappus_format("MemTotal:       %8lu kB\nMemFree:        %8lu kB\n"
                                 "MemAvailable:   %8lu kB\nBuffers:               0 kB\n"
                                 "Cached:                0 kB\nSwapTotal:             0 kB\n"
                                 "SwapFree:              0 kB\n",
                                 all, all, all));
}

static void fill_status(node *file) {
  write_text(file, pappus_format("Name:\tfunction\nState:\tR (running)\nTgid:\t1\nPid:\t1\nPPid:\t0\n"
                                 "Uid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n"
                                 "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nThreads:\t1\n",
                                 pool_kilobytes(), pool_kilobytes(), pool_kilobytes()));
}

static void add_process(node *proc, const char *program) {
  node *self = add(proc, "self", NODE_DIRECTORY);
  add_link(proc, "1", "self");
  add_link(self, "exe", program);
  add_link(self, "cwd", "/");
  add_link(self, "root", "/");
  add(self, "maps", NODE_FILE)->fill = fill_maps;
  add(self, "status", NODE_FILE)->fill = fill_status;
  add_text(self, "comm", "function\n");
  add_text(self, "stat", "1 (function) R 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 0 0 0 "
                         "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
  node *arguments = add(self, "cmdline", NODE_FILE);
  arguments->data = (char *)__pappus_start.words;
  for (uint64_t i = 0; i < __pappus_start.word_count; i++) {
    arguments->size += strlen(arguments->data + arguments->size) + 1;
  }
}

static void add_proc(node *proc, const char *program) {
  add_process(proc, program);
  add(proc, "meminfo", NODE_FILE)->fill = fill_memory;
  add_text(proc, "cpuinfo", "processor\t: 0\nmodel name\t: Pappus\ncpu cores\t: 1\nflags\t\t: fpu sse sse2\n\n");
  add_text(proc, "stat", "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n");
  add_text(proc, "uptime", "0.00 0.00\n");
  add_text(proc, "loadavg", "0.00 0.00 0.00 1/1 1\n");
  add_text(proc, "version", "Linux version 6.1.0-pappus\n");
  add_text(proc, "filesystems", "nodev\ttmpfs\n");
  add_text(proc, "mounts", "tmpfs / tmpfs rw 0 0\n");
  node *kernel = add(add(proc, "sys", NODE_DIRECTORY), "kernel", NODE_DIRECTORY);
  add_text(kernel, "osrelease", "6.1.0-pappus\n");
  add_text(kernel, "ostype", "Linux\n");
  add_text(kernel, "hostname", "function\n");
  add_text(kernel, "ngroups_max", "65536\n");
  add_text(add(kernel->parent, "vm", NODE_DIRECTORY), "overcommit_memory", "0\n");
}

static void add_devices(node *devices) {
  add_device(devices, "null", DEVICE_NULL);
  add_device(devices, "zero", DEVICE_ZERO);
  add_device(devices, "full", DEVICE_FULL);
  add_device(devices, "random", DEVICE_RANDOM);
  add_device(devices, "urandom", DEVICE_URANDOM);
  add_device(devices, "snapshot", DEVICE_SNAPSHOT);
  add_device(devices, "stdin", DEVICE_DESCRIPTOR);
  add_device(devices, "stdout", DEVICE_DESCRIPTOR + 1);
  add_device(devices, "stderr", DEVICE_DESCRIPTOR + 2);
}

/* In the order of their names, in which they are kept: adding one moves those behind it. */
void platform_begin(const char *word) {
  const char *slash = word;
  for (const char *at = word; *at != '\0'; at++) {
    slash = *at == '/' ? at : slash;
  }
  const char *name = *slash == '/' ? slash + 1 : word;
  node *programs = add(&file_root, "bin", NODE_DIRECTORY);
  if (*name != '\0') {
    add(programs, name, NODE_FILE)->mode = 0555;
  }
  add_devices(add(&file_root, "dev", NODE_DIRECTORY));
  node *settings = add(&file_root, "etc", NODE_DIRECTORY);
  add_text(settings, "group", "user:x:1000:\n");
  add_text(settings, "hostname", "function\n");
  add_text(settings, "hosts", "127.0.0.1 localhost\n");
  add_text(settings, "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
  add_text(settings, "passwd", "user:x:1000:1000::/:/bin/sh\n");
  add_proc(add(&file_root, "proc", NODE_DIRECTORY), pappus_format("/bin/%s", name));
}

bool file_is_taken(const char *name, size_t size) {
  static const char *const taken[] = {"bin", "dev", "etc", "in", "out", "proc", "tmp"};
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
    if (strlen(taken[i]) == size && memcmp(taken[i], name, size) == 0) {
      return true;
    }
  }
  return false;
}
