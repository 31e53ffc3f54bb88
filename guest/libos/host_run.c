/* host_run.c (built to libos_host): runs a Linux program with the library OS in a process of its own, as the process sandbox
 * does, but without anything that would keep a hostile program in. For those who work on the library
 * OS: it needs nothing but this file.
 *
 *   libos_host [-l] [-t] [-m MIB] [-i SET[:KEY]/ITEM=FILE]... [-s SET[:KEY]/ITEM=FILE]... [-o SET]...
 *            LIBOS PROGRAM [ARGUMENT]...
 *
 * -i an input, -s one that is static; -o an output set; -t go by a template; -l let calls arrive as
 * SYSCALL does in a virtual machine. Standard input is the item stdio/stdin. Prints what stdio holds,
 * and other outputs as SET:KEY/NAME SIZE lines and their bytes on descriptor 3 if that is open. */
#define _GNU_SOURCE
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pappus_abi.h>
#include <pappus_libos.h>
#include <signal.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAGE = 4096, MOST = 64, STACK = 8 << 20, GUARD = 2 << 20 };
#define CEILING(x) (((x) + PAGE - 1) & -(uint64_t)PAGE)

struct input {
  const char *set, *item;
  uint32_t key;
  bool is_static;
  char *data;
  size_t size;
};

static struct input inputs[MOST];
static const char *outputs[MOST];
static size_t input_count, output_count;
static bool by_template, by_syscall;
static size_t context = 256ul << 20;
static int memory_file;
static char *memory; /* of the guest, here */

#define AT(address) (memory + (address))

static char *load(const char *path, size_t *size) {
  int file = open(path, O_RDONLY);
  struct stat state;
  if (file < 0 || fstat(file, &state) != 0) err(2, "%s", path);
  size_t room = S_ISREG(state.st_mode) ? (size_t)state.st_size + 1 : 1 << 16;
  char *data = malloc(room);
  *size = 0;
  /* Up to its end, which a pipe does not tell before. */
  for (ssize_t part = 1; part > 0; *size += (size_t)part) {
    if (*size == room) data = realloc(data, room *= 2);
    if (data == NULL) err(2, "%s", path);
    part = read(file, data + *size, room - *size);
    if (part < 0) err(2, "%s", path);
  }
  close(file);
  return data;
}

/* ---- Two ELF files in one context ---- */

struct placed {
  uint64_t begin, end, bias;
  Elf64_Ehdr *header;
  char *file;
};

static struct placed place(char *file, bool at_end, uint64_t heap_end) {
  struct placed image = {.file = file, .header = (Elf64_Ehdr *)file, .begin = UINT64_MAX};
  Elf64_Phdr *headers = (Elf64_Phdr *)(file + image.header->e_phoff);
  for (int i = 0; i < image.header->e_phnum; i++) {
    if (headers[i].p_type == PT_INTERP) errx(2, "the program is dynamic");
    if (headers[i].p_type != PT_LOAD) continue;
    uint64_t begin = headers[i].p_vaddr & -PAGE, end = CEILING(headers[i].p_vaddr + headers[i].p_memsz);
    image.begin = begin < image.begin ? begin : image.begin;
    image.end = end > image.end ? end : image.end;
  }
  image.bias = image.header->e_type == ET_EXEC ? 0 : at_end ? heap_end - image.end : 0x400000;
  image.begin += image.bias;
  image.end += image.bias;
  for (int i = 0; i < image.header->e_phnum; i++) {
    if (headers[i].p_type == PT_LOAD) {
      memcpy(AT(image.bias + headers[i].p_vaddr), file + headers[i].p_offset, headers[i].p_filesz);
    }
  }
  return image;
}

static void relocate(const struct placed *image) {
  Elf64_Phdr *headers = (Elf64_Phdr *)(image->file + image->header->e_phoff);
  for (int i = 0; i < image->header->e_phnum; i++) {
    if (headers[i].p_type != PT_DYNAMIC) continue;
    uint64_t table = 0, size = 0;
    for (Elf64_Dyn *entry = (Elf64_Dyn *)(image->file + headers[i].p_offset); entry->d_tag; entry++) {
      if (entry->d_tag == DT_RELA) table = entry->d_un.d_ptr;
      if (entry->d_tag == DT_RELASZ) size = entry->d_un.d_val;
    }
    for (uint64_t at = table; at < table + size; at += sizeof(Elf64_Rela)) {
      Elf64_Rela *one = (Elf64_Rela *)AT(image->bias + at);
      if (ELF64_R_TYPE(one->r_info) != R_X86_64_RELATIVE) errx(2, "the library OS is linked wrongly");
      *(uint64_t *)AT(image->bias + one->r_offset) = image->bias + (uint64_t)one->r_addend;
    }
  }
}

static uint64_t symbol(const struct placed *image, const char *name) {
  Elf64_Shdr *sections = (Elf64_Shdr *)(image->file + image->header->e_shoff);
  for (int i = 0; i < image->header->e_shnum; i++) {
    if (sections[i].sh_type != SHT_SYMTAB) continue;
    const char *names = image->file + sections[sections[i].sh_link].sh_offset;
    Elf64_Sym *symbols = (Elf64_Sym *)(image->file + sections[i].sh_offset);
    for (size_t j = 0; j < sections[i].sh_size / sizeof *symbols; j++) {
      if (strcmp(names + symbols[j].st_name, name) == 0) return image->bias + symbols[j].st_value;
    }
  }
  errx(2, "the library OS has no symbol %s", name);
}

/* ---- Inputs ---- */

static uint64_t put_bytes(uint64_t *at, const void *data, size_t size, size_t alignment) {
  *at = (*at + alignment - 1) & -alignment;
  uint64_t placed = *at;
  if (placed > context || size > context - placed) errx(2, "the inputs do not fit");
  if (size > 0) memcpy(AT(placed), data, size);
  *at += size;
  return placed;
}

/* Writes inputs and tables from `at` on, and the control block. */
static void put_tables(uint64_t at, uint64_t heap_end, uint64_t block, bool with_static,
                       bool with_dynamic) {
  const char *sets[MOST];
  bool is_static[MOST];
  size_t set_count = 0, item_count = 0;
  for (size_t i = 0; i < input_count; i++) {
    size_t j = 0;
    while (j < set_count && strcmp(sets[j], inputs[i].set) != 0) j++;
    if (j == set_count) {
      is_static[set_count] = inputs[i].is_static;
      sets[set_count++] = inputs[i].set;
    }
  }
  struct { uint64_t name, size, first; } records[MOST + 1] = {0}, results[MOST + 1] = {0};
  struct { uint64_t name, name_size, data, size, key; } items[MOST];
  for (size_t j = 0; j < set_count; j++) {
    records[j].first = item_count;
    if (!(is_static[j] ? with_static : with_dynamic)) continue;
    records[j].size = strlen(sets[j]);
    records[j].name = put_bytes(&at, sets[j], records[j].size, 1);
    for (size_t i = 0; i < input_count; i++) {
      if (strcmp(inputs[i].set, sets[j]) != 0) continue;
      items[item_count].name_size = strlen(inputs[i].item);
      items[item_count].name = put_bytes(&at, inputs[i].item, items[item_count].name_size, 1);
      items[item_count].size = inputs[i].size;
      items[item_count].data = put_bytes(&at, inputs[i].data, inputs[i].size, 128);
      items[item_count++].key = inputs[i].key;
    }
  }
  records[set_count].first = item_count;
  for (size_t j = 0; j < output_count; j++) {
    results[j].size = strlen(outputs[j]);
    results[j].name = put_bytes(&at, outputs[j], results[j].size, 1);
  }
  struct {
    int32_t exit_code; uint32_t reserved;
    uint64_t heap_begin, heap_end, input_count, input_sets, output_count, output_sets, items, out;
  } control = {.exit_code = -1, .heap_end = heap_end, .input_count = set_count,
               .output_count = output_count};
  control.input_sets = put_bytes(&at, records, (set_count + 1) * sizeof *records, 8);
  control.output_sets = put_bytes(&at, results, (output_count + 1) * sizeof *results, 8);
  control.items = put_bytes(&at, items, item_count * sizeof *items, 8);
  control.heap_begin = at;
  if (at > heap_end) errx(2, "the inputs do not fit");
  memcpy(AT(block), &control, sizeof control);
}

/* ---- The child ---- */

static uint64_t signal_entry, syscall_entry;

static void on_call(int number, siginfo_t *info, void *given) {
  ucontext_t *state = given;
  if (by_syscall) {
    /* What SYSCALL does, with flags that the mask clears. */
    greg_t *registers = state->uc_mcontext.gregs;
    registers[REG_RCX] = registers[REG_RIP];
    registers[REG_R11] = registers[REG_EFL];
    registers[REG_RIP] = (greg_t)syscall_entry;
    return;
  }
  __asm__ volatile("jmp *%0" ::"r"(signal_entry), "D"(number), "S"(info), "d"(given) : "memory");
}

/* Without the C library, whose thread pointer the program has changed. */
static __attribute__((noreturn)) void quit(int number) {
  for (;;) __asm__ volatile("syscall" ::"a"(SYS_exit_group), "D"(number) : "rcx", "r11", "memory");
}

static void way_out(void) { quit(0); }

static void on_fault(int number, siginfo_t *info, void *given) {
  ucontext_t *state = given;
  uint64_t at = (uint64_t)state->uc_mcontext.gregs[REG_RIP];
  uint64_t address = (uint64_t)info->si_addr;
  const unsigned char *code = (const unsigned char *)at;
  if (number == SIGSEGV && at >= PAGE && at < context && code[0] == 0xE6 && code[1] == 0x10) quit(0);
  uint64_t *report = (uint64_t *)(context - 32);
  report[0] = at;
  report[1] = address;
  report[2] = (uint64_t)state->uc_mcontext.gregs[REG_RSP];
  quit(100 + number);
}

static void child(uint64_t entry, uint64_t own_begin, uint64_t own_end) {
  uint64_t lowest = 0x10000;
  if (mmap((void *)lowest, context - lowest, PROT_READ | PROT_WRITE | PROT_EXEC,
           MAP_SHARED | MAP_FIXED_NOREPLACE, memory_file, (off_t)lowest) != (void *)lowest) {
    err(2, "mmap");
  }
  char *stack = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t alternative = {.ss_sp = stack, .ss_size = 1 << 16};
  sigaltstack(&alternative, NULL);
  struct sigaction action = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigfillset(&action.sa_mask);
  sigdelset(&action.sa_mask, SIGSEGV);
  sigdelset(&action.sa_mask, SIGBUS);
  sigaction(SIGSYS, &action, NULL);
  action.sa_sigaction = on_fault;
  const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigaction(faults[i], &action, NULL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  uint32_t own_low = (uint32_t)own_begin, own_high = (uint32_t)own_end, high = (uint32_t)(context >> 32);
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high, 0, 4), /* this file */
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, own_low, 0, 1),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, own_high, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof rules / sizeof *rules, rules};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) err(2, "seccomp");
  __asm__ volatile(
      "movq %0, %%rsp\n"
      "xorl %%ebp, %%ebp\n"
      "jmp *%1\n" ::"r"(context - 32), "r"(entry), "a"(way_out) : "memory");
  __builtin_unreachable();
}

static void run(uint64_t entry, uint64_t own_begin, uint64_t own_end) {
  fflush(NULL);
  pid_t process = fork();
  if (process == 0) child(entry, own_begin, own_end);
  int status;
  waitpid(process, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    uint64_t *report = (uint64_t *)AT(context - 32);
    fprintf(stderr, "libos_host: status %#x, rip %#lx (library OS from %#lx), address %#lx, rsp %#lx\n",
            status, report[0], own_begin, report[1], report[2]);
    exit(3);
  }
}

/* ---- Results ---- */

static void print_log(uint64_t ring) {
  uint64_t total = *(uint64_t *)AT(ring), first = total > 4096 ? total - 4096 : 0;
  for (uint64_t i = first; i < total; i++) fputc(AT(ring + 8)[i % 4096], stderr);
}

static void print_outputs(uint64_t block) {
  struct { uint64_t name, size, first; } *sets = (void *)AT(*(uint64_t *)AT(block + 48));
  struct { uint64_t name, name_size, data, size, key; } *items = (void *)AT(*(uint64_t *)AT(block + 64));
  for (size_t i = 0; i < output_count; i++) {
    for (uint64_t j = sets[i].first; j < sets[i + 1].first; j++) {
      bool is_stdio = strcmp(outputs[i], "stdio") == 0;
      if (is_stdio) {
        fwrite(AT(items[j].data), 1, items[j].size, memcmp(AT(items[j].name), "stderr", 6) ? stdout : stderr);
      } else {
        dprintf(3, "%s:%u/%.*s %lu\n", outputs[i], (unsigned)items[j].key, (int)items[j].name_size,
                AT(items[j].name), items[j].size);
        if (write(3, AT(items[j].data), items[j].size) < 0) continue;
      }
    }
  }
}

static void add_output(const char *set) {
  if (output_count == MOST) errx(2, "more than %d output sets, stdio among them", MOST);
  outputs[output_count++] = set;
}

static void add_input(const char *text, bool is_static) {
  if (input_count == MOST) errx(2, "more than %d inputs, standard input among them", MOST);
  char *copy = strdup(text), *slash = strchr(copy, '/'), *equals = strrchr(copy, '=');
  if (slash == NULL || equals == NULL) errx(2, "not SET[:KEY]/ITEM=FILE: %s", text);
  *slash = *equals = '\0';
  struct input *input = &inputs[input_count++];
  char *colon = strchr(copy, ':');
  if (colon != NULL) *colon = '\0';
  *input = (struct input){.set = copy, .item = slash + 1, .is_static = is_static,
                          .key = colon == NULL ? 0 : (uint32_t)strtoul(colon + 1, NULL, 10)};
  input->data = load(equals + 1, &input->size);
}

int main(int count, char **words) {
  add_output("stdio");
  for (int option; (option = getopt(count, words, "+ltm:i:s:o:")) != -1;) {
    switch (option) {
      case 'l': by_syscall = true; break;
      case 't': by_template = true; break;
      case 'm': context = strtoul(optarg, NULL, 10) << 20; break;
      case 'i': add_input(optarg, false); break;
      case 's': add_input(optarg, true); break;
      case 'o': add_output(optarg); break;
      default: return 2;
    }
  }
  if (count - optind < 2) errx(2, "libos_host [OPTIONS] LIBOS PROGRAM [ARGUMENT]...");
  add_input("stdio/stdin=/dev/stdin", false);
  memory_file = memfd_create("context", 0);
  if (ftruncate(memory_file, (off_t)context) != 0) err(2, "ftruncate");
  memory = mmap(NULL, context, PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
  size_t size;
  uint64_t heap_end = context - STACK - GUARD;
  struct placed own = place(load(words[optind], &size), true, heap_end);
  relocate(&own);
  struct placed program = place(load(words[optind + 1], &size), false, heap_end);
  uint64_t start_at = own.begin - 16 * PAGE, at = start_at;
  struct pappus_start start = {.version = PAPPUS_START_VERSION,
                               .flags = by_template ? PAPPUS_START_TEMPLATE : 0,
                               .entry = program.bias + program.header->e_entry,
                               .headers = program.begin + program.header->e_phoff,
                               .header_count = program.header->e_phnum,
                               .image_begin = program.begin, .image_end = program.end,
                               .words = at, .stack_bottom = context - STACK};
  for (int i = optind + 1; i < count; i++, start.word_count++) {
    put_bytes(&at, words[i], strlen(words[i]) + 1, 1);
  }
  start.inputs = at;
  for (size_t i = 0; i < input_count; i++) {
    bool again = inputs[i].is_static;
    for (size_t j = 0; j < i; j++) again = again || strcmp(inputs[i].set, inputs[j].set) == 0;
    if (!again) {
      put_bytes(&at, inputs[i].set, strlen(inputs[i].set) + 1, 1);
      start.input_count++;
    }
  }
  memcpy(AT(symbol(&own, "__pappus_start")), &start, sizeof start);
  syscall_entry = symbol(&own, "__pappus_syscall");
  signal_entry = symbol(&own, "__pappus_signal");
  uint64_t block = symbol(&own, "__dandelion_system_data"), ring = symbol(&own, "__pappus_log");
  put_tables(program.end, start_at, block, true, !by_template);
  run(own.bias + own.header->e_entry, own.begin, own.end);
  int code = *(int32_t *)AT(block);
  if (by_template && code == PAPPUS_EXIT_TEMPLATE) {
    struct pappus_template *taken = (void *)AT(symbol(&own, "__pappus_template"));
    for (uint64_t i = taken->free_begin; i < taken->free_end; i += sizeof i) {
      if (*(uint64_t *)AT(i) != 0) errx(2, "free memory is not zero at %#lx", i);
    }
    put_tables(taken->free_begin, taken->free_end, block, false, true);
    run(taken->resume, own.begin, own.end);
    code = *(int32_t *)AT(block);
  } else if (by_template) {
    fprintf(stderr, "libos_host: no template: it left with %d\n", code);
  }
  if (code == 0) {
    print_outputs(block);
  } else {
    print_log(ring);
    fprintf(stderr, "libos_host: exit code %d\n", code);
  }
  fflush(NULL);
  return code > 255 ? 255 : code;
}
