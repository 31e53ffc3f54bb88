/* snapshot.c: inputs, and the point before the first of them is used. A template run ends there; runs
 * that begin with its memory go on there, with their own inputs. */
#include "snapshot.h"

#include <asm/prctl.h>
#include <asm/sigcontext.h>
#include <asm/signal.h>
#include <cpuid.h>
/* Needs what signal.h says. */
#include <asm/ucontext.h>

#include "memory.h"

enum { BREAK_ROOM_MOST = 16 << 20, LEGACY_BYTES = 512, CPUID_XSAVE = 0xD };

/* Protection keys belong to the host's process. */
#define KEYS (1ull << 9)

/* Inodes of inputs have numbers of their own, so that they are the same with and without a template. */
#define FIRST_INPUT_NUMBER (1ull << 32)

/* A run that shall end at the snapshot point, and has not reached it. */
static bool armed;

static struct {
  uint8_t *area; /* as XSAVE writes it, or FXSAVE */
  uint64_t features; /* 0: as FXSAVE */
  uint64_t fs, gs;
} registers;

/* ---- Inputs ---------------------------------------------------------------------------------- */

static bool is_dynamic(const char *name, size_t size) {
  const char *at = (const char *)__pappus_start.inputs;
  for (uint64_t i = 0; i < __pappus_start.input_count; i++) {
    size_t length = strlen(at);
    if (length == size && memcmp(at, name, size) == 0) {
      return true;
    }
    at += length + 1;
  }
  return false;
}

static void add_inputs(bool dynamic) {
  for (size_t i = 0; i < control.input_count; i++) {
    const pappus_set_record *set = &control.input_sets[i];
    if (is_dynamic(set->name, set->name_size) == dynamic) {
      file_add_input_set(set);
    }
  }
}

/* Sets without items have no record that says so: those whose directories are not there now. */
static void add_empty_inputs(void) {
  const char *name = (const char *)__pappus_start.inputs;
  for (uint64_t i = 0; i < __pappus_start.input_count; i++) {
    size_t size = strlen(name);
    if (file_child(file_inputs, name, size) == NULL) {
      file_add_empty_input_set(name, size);
    }
    name += size + 1;
  }
}

/* As if they had been there from the beginning. */
static void add_dynamic_inputs(void) {
  uint64_t number = file_next_number, elapsed = file_elapsed_nanos;
  uint64_t modified = file_root.modified, changed = file_root.changed;
  file_next_number = FIRST_INPUT_NUMBER;
  file_elapsed_nanos = 0;
  if (!armed) {
    add_inputs(true);
    add_empty_inputs();
  }
  file_next_number = number;
  file_elapsed_nanos = elapsed;
  file_root.modified = modified;
  file_root.changed = changed;
}

/* What is found at these names depends on the inputs of an invocation, and nothing else does. */
static void look(const node *directory, const char *name, size_t size) {
  if (directory == file_inputs) {
    const char *colon = memchr(name, ':', size);
    size = colon == NULL ? size : (size_t)(colon - name);
  } else if (directory != &file_root) {
    return;
  }
  if (is_dynamic(name, size)) {
    snapshot_touch();
  }
}

void snapshot_list(const node *directory) {
  if (directory == &file_root || directory == file_inputs) {
    snapshot_touch();
  }
}

void snapshot_begin(void) {
  armed = (__pappus_start.flags & PAPPUS_START_TEMPLATE) != 0;
  file_on_lookup = armed ? look : NULL;
  file_begin_sets();
  add_inputs(false);
  file_begin_outputs();
  add_dynamic_inputs();
}

/* ---- Registers ------------------------------------------------------------------------------- */

/* Those that the host has enabled (XCR0). */
static uint64_t enabled_features(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

/* The vector state is where the program left it. */
static void save_live(void) {
  uint32_t eax, ebx, ecx, edx;
  __cpuid(1, eax, ebx, ecx, edx);
  if ((ecx & bit_OSXSAVE) == 0) {
    registers.area = pappus_alloc_aligned(LEGACY_BYTES, 64);
    __asm__ volatile("fxsave64 (%0)" ::"r"(registers.area) : "memory");
    return;
  }
  __cpuid_count(CPUID_XSAVE, 0, eax, ebx, ecx, edx);
  registers.area = pappus_alloc_aligned(ebx, 64);
  registers.features = enabled_features() & ~KEYS;
  __asm__ volatile("xsave64 (%0)" ::"r"(registers.area), "a"((uint32_t)registers.features),
                   "d"((uint32_t)(registers.features >> 32))
                   : "memory");
}

/* The kernel has saved it in front of its handler (arch/x86 sigcontext.h). */
static void save_from_signal(const struct ucontext *context) {
  const struct _fpstate_64 *state = (const void *)context->uc_mcontext.fpstate;
  const struct _fpx_sw_bytes *software = &state->sw_reserved;
  bool extended = software->magic1 == FP_XSTATE_MAGIC1;
  size_t size = extended ? software->xstate_size : LEGACY_BYTES;
  registers.features = extended ? software->xfeatures & ~KEYS : 0;
  registers.area = memcpy(pappus_alloc_aligned(size, 64), state, size);
}

static void restore_registers(void) {
  thread_set(ARCH_SET_FS, registers.fs);
  thread_set(ARCH_SET_GS, registers.gs);
  if (registers.features == 0) {
    __asm__ volatile("fxrstor64 (%0)" ::"r"(registers.area));
  } else {
    /* The template may come from another kind of sandbox: what is not enabled here must not even be
     * named (SDM, XRSTOR). */
    uint64_t features = registers.features & enabled_features();
    *(uint64_t *)(registers.area + LEGACY_BYTES) &= features;
    __asm__ volatile("xrstor64 (%0)" ::"r"(registers.area), "a"((uint32_t)features),
                     "d"((uint32_t)(features >> 32)));
  }
}

/* ---- The point ------------------------------------------------------------------------------- */

void snapshot_touch(void) {
  if (!armed) {
    return;
  }
  registers.fs = thread_get(ARCH_GET_FS);
  registers.gs = thread_get(ARCH_GET_GS);
  if (libos_signal_context != NULL) {
    save_from_signal(libos_signal_context);
  } else {
    save_live();
  }
  /* From here on nothing is allocated. The break keeps room to grow below the inputs. */
  uint64_t begin = PAGE_CEILING(memory_limits.break_now), end = memory_lowest_above_break();
  uint64_t room = (end - begin) / 4 & -PAGE;
  begin += room < BREAK_ROOM_MOST ? room : BREAK_ROOM_MOST;
  memory_limits.break_limit = begin;
  __pappus_template = (struct pappus_template){(uint64_t)libos_resume, begin, end};
  pappus_leave(PAPPUS_EXIT_TEMPLATE);
}

__attribute__((used)) void libos_continue(void) {
  libos_signal_context = NULL;
  armed = false;
  file_on_lookup = NULL;
  memory_limits.floor = PAGE_CEILING(control.heap_begin);
  add_dynamic_inputs();
  restore_registers();
  libos_call();
}
