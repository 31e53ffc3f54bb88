/* hostile.c: everything a function must not do, one thing per run.
 *
 * in:  mode           one item: the name of one of the functions in the table at the end
 * out: result, other  one item `done` in result, where a mode lets it come so far */
#include "../runtime/runtime.h"

PAPPUS_FUNCTION(hostile, IN(mode), OUT(result, other));

#define MODE(name) static void name(void)

static volatile uint64_t sink;

/* An address about which the compiler knows nothing. */
static volatile uint64_t *at(uintptr_t address) {
  __asm__("" : "+r"(address));
  return (volatile uint64_t *)address;
}

/* Sets a whole word of a record: pointers of 32 bits fill only the low half of theirs. */
#define SET_WORD(field, value) set_word(&(field), (uint64_t)(value))
static void set_word(void *field, uint64_t value) { memcpy(field, &value, sizeof value); }

#ifdef __wasm__

static _Noreturn void crash(void) { __builtin_trap(); }

/* Memory that nobody has written to. */
static char *untouched(size_t size) { return pappus_alloc(size); }

#else

#define ASM(text) \
  __asm__ volatile(text ::: "memory", "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "xmm0")

static void crash(void) { *at(0) = 1; }

static char *untouched(size_t size) { return (char *)(control.heap_end - size); }

static const char constant[] = "read-only";

/* ---- Memory ---- */
MODE(null_read) { sink = *at(8); }
MODE(null_write) { *at(16) = 1; }
MODE(null_call) { ((void (*)(void))at(0))(); }
MODE(write_code) { *(volatile char *)(uintptr_t)null_read = 1; }
MODE(write_constant) { *(volatile char *)(uintptr_t)constant = 1; }
MODE(execute_data) {
  unsigned char *code = pappus_alloc(16);
  code[0] = 0xC3;
  ((void (*)(void))code)();
}
MODE(execute_stack) {
  volatile unsigned char code[] = {0xC3};
  ((void (*)(void))(uintptr_t)code)();
}
MODE(read_outside) { sink = *at((1ull << 40)); }
MODE(write_outside) { *at((1ull << 36)) = 1; }
MODE(read_host_like) { sink = *at(0x7FFFFFFFE000); }
MODE(read_kernel) { sink = *at(0xFFFF800000000000); }
MODE(write_guard) { *at(control.heap_end) = 1; }
MODE(non_canonical) { sink = *at(0x8000000000000000); }

MODE(stack_wild) { ASM("movq $0x12345678000, %%rsp; pushq $0"); }
MODE(stack_non_canonical) { ASM("movabsq $0x8000000000000000, %%rsp; pushq $0"); }

/* ---- Instructions ---- */
MODE(divide_by_zero) { ASM("xorl %%ecx, %%ecx; movl $1, %%eax; xorl %%edx, %%edx; divl %%ecx"); }
MODE(undefined) { ASM("ud2"); }
MODE(breakpoint) { ASM("int3"); }
MODE(debug_trap) { ASM(".byte 0xF1"); }
MODE(single_step) { ASM("pushfq; orq $0x100, (%%rsp); popfq; nop; nop"); }
MODE(unaligned_check) {
  ASM("pushfq; orq $0x40000, (%%rsp); popfq; leaq -63(%%rsp), %%rax; movq (%%rax), %%rax");
}
MODE(unaligned_vector) { ASM("leaq -63(%%rsp), %%rax; movaps (%%rax), %%xmm0"); }
MODE(floating_point) {
  static const uint32_t unmasked = 0x1D80;
  static const double zero = 0, one = 1;
  __asm__ volatile("ldmxcsr %0; movsd %1, %%xmm0; divsd %2, %%xmm0" ::"m"(unmasked), "m"(one), "m"(zero));
}
MODE(halt) { ASM("hlt"); }
MODE(disable_interrupts) { ASM("cli"); }
MODE(enable_interrupts) { ASM("sti"); }
MODE(read_msr) { ASM("movl $0xC0000080, %%ecx; rdmsr"); }
MODE(write_msr) { ASM("movl $0xC0000080, %%ecx; xorl %%eax, %%eax; xorl %%edx, %%edx; wrmsr"); }
MODE(read_control_register) { ASM("movq %%cr3, %%rax"); }
MODE(write_control_register) { ASM("xorl %%eax, %%eax; movq %%rax, %%cr3"); }
MODE(write_debug_register) { ASM("xorl %%eax, %%eax; movq %%rax, %%dr7"); }
MODE(load_descriptor_table) { ASM("subq $16, %%rsp; lgdt (%%rsp)"); }
MODE(load_task_register) { ASM("movl $0x28, %%eax; ltr %%ax"); }
MODE(load_segment) { ASM("movl $0x18, %%eax; movl %%eax, %%ss"); }
MODE(invalidate_page) { ASM("invlpg (%%rsp)"); }
MODE(set_extended_control) { ASM("xorl %%ecx, %%ecx; movl $3, %%eax; xorl %%edx, %%edx; xsetbv"); }
MODE(return_to_ring_0) { ASM("pushq $0x10; pushq $0x11000; lretq"); }
MODE(interrupt_80) { ASM("int $0x80"); }
MODE(interrupt_0e) { ASM("int $0x0E"); }
MODE(system_call) { ASM("movl $60, %%eax; xorl %%edi, %%edi; syscall"); }
MODE(system_enter) { ASM("sysenter"); }
MODE(swap_gs) { ASM("swapgs"); }
MODE(vm_call) { ASM("xorl %%eax, %%eax; vmcall"); }
MODE(vmm_call) { ASM("xorl %%eax, %%eax; vmmcall"); }
MODE(monitor_wait) { ASM("xorl %%eax, %%eax; xorl %%ecx, %%ecx; mwait"); }

/* ---- Ports ---- */
MODE(port_in) { ASM("inb $0x60, %%al"); }
MODE(port_out) { ASM("outb %%al, $0x80"); }
MODE(port_out_high) { ASM("movw $0xCF8, %%dx; outl %%eax, %%dx"); }
MODE(port_out_wide) { ASM("outl %%eax, $0x10"); }
MODE(port_in_exit) { ASM("inb $0x10, %%al"); }
MODE(port_string_in) { ASM("movw $0x60, %%dx; leaq -4096(%%rsp), %%rdi; movl $64, %%ecx; rep insb"); }
MODE(port_string_in_exit) { ASM("movw $0x10, %%dx; leaq -4096(%%rsp), %%rdi; movl $64, %%ecx; rep insb"); }
MODE(port_string_out_exit) { ASM("movw $0x10, %%dx; leaq -4096(%%rsp), %%rsi; movl $64, %%ecx; rep outsb"); }

MODE(loop_calling_monitor) {
  for (;;) __asm__ volatile("xorl %%eax, %%eax; cpuid" ::: "rax", "rbx", "rcx", "rdx", "memory");
}
MODE(exit_by_interrupt) { control.exit_code = 0; ASM("int $0x20"); }

#endif

/* ---- Everywhere ---- */
MODE(crash_at_once) { crash(); }

#pragma GCC diagnostic ignored "-Winfinite-recursion"
static __attribute__((noinline)) uint64_t descend(uint64_t depth) {
  volatile uint64_t frame[32];
  frame[depth % 32] = depth;
  return descend(depth + 1) + frame[depth % 32];
}
MODE(stack_overflow) { sink = descend(1); }

/* ---- Time and memory limits ---- */
MODE(loop_forever) { for (;;) __asm__ volatile(""); }
MODE(loop_writing) {
  volatile char *memory = pappus_alloc(1 << 20);
  for (size_t i = 0;; i++) memory[i * 64 % (1 << 20)]++;
}
MODE(exhaust_memory) { for (;;) pappus_alloc(1 << 20); }
MODE(one_huge_allocation) { pappus_alloc((size_t)at(SIZE_MAX - 64)); }
/* Finds a range all zero, fills it, and finds it filled. */
static void use(uintptr_t start, uintptr_t end) {
  for (uintptr_t page = start; end - page >= 4096; page += 4096) {
    if (*at(page) != 0) pappus_fail("memory at %#zx is not zero", page);
    *at(page) = page;
  }
  for (uintptr_t page = start; end - page >= 4096; page += 4096) {
    if (*at(page) != page) pappus_fail("memory at %#zx did not hold", page);
  }
}
MODE(use_all_memory) {
#ifdef __wasm__
  pappus_alloc(1 << 16); /* for what is put later */
  uintptr_t start = __builtin_wasm_memory_size(0) << 16;
  while (__builtin_wasm_memory_grow(0, 1) != SIZE_MAX) {}
  use(start, __builtin_wasm_memory_size(0) << 16);
#else
  use((control.heap_begin + 4095) & -(uintptr_t)4096, control.heap_end);
#endif
}

/* ---- Ends ---- */
MODE(exit_7) { pappus_exit(7); }
MODE(exit_minus_5) { pappus_exit(-5); }
MODE(exit_1000) { pappus_exit(1000); }
#ifdef __wasm__
MODE(exit_unset) { pappus_leave(-1); }
#else
MODE(exit_unset) { ASM("outb %%al, $0x10"); }
#endif
MODE(exit_never_initialised) { pappus_leave(PAPPUS_EXIT_NEVER_INITIALISED); }
MODE(exit_without_outputs) { pappus_leave(0); }
MODE(print_and_fail) { pappus_fail("the last words of %s", "a function"); }
MODE(print_and_crash) {
  pappus_print("before the crash: \xC3\xA4\n");
  crash();
}
MODE(print_much_and_crash) {
  for (int i = 0; i < 2000; i++) pappus_print("line %d\n", i);
  crash();
}
MODE(log_corrupted) {
  memset(__pappus_log.text, 0xFF, PAPPUS_LOG_CAPACITY);
  __pappus_log.total = UINT64_MAX;
  crash();
}

/* ---- Output tables: one well-formed item x in `result`, spoiled in one place ---- */
static char payload[] = "sixteen bytes...";
static pappus_item *items;
static pappus_set_record *sets;

static void tables(size_t count) {
  sets = control.output_sets;
  items = control.output_items = pappus_alloc((count + 1) * sizeof *items);
  for (size_t i = 0; i < count; i++) {
    items[i] = (pappus_item){.name = "x", .name_size = 1, .data = payload, .size = 16, .key = 7};
  }
  sets[0].first = 0;
  sets[1].first = sets[2].first = count;
}

#define TABLES(name, spoil) \
  MODE(name) {              \
    tables(1);              \
    spoil;                  \
    pappus_leave(0);        \
  }
TABLES(tables_good, (void)0)
TABLES(count_zero, control.output_count = 0)
TABLES(count_more, control.output_count = 3)
TABLES(count_huge, SET_WORD(control.output_count, 1ull << 40))
TABLES(count_wrapping, SET_WORD(control.output_count, UINT64_MAX))
TABLES(sets_wild, SET_WORD(control.output_sets, 0xDEAD000000000000))
TABLES(sets_outside, SET_WORD(control.output_sets, 1ull << 40))
TABLES(sets_wrapping, SET_WORD(control.output_sets, -8))
TABLES(items_wild, SET_WORD(control.output_items, 0xDEAD000000000000))
TABLES(items_wrapping, SET_WORD(control.output_items, -40); sets[0].first = 1;
       sets[1].first = 2; sets[2].first = 2)
TABLES(first_backward, sets[1].first = 1; sets[2].first = 0)
TABLES(first_huge, SET_WORD(sets[1].first, 1ull << 60); SET_WORD(sets[2].first, 1ull << 60))
TABLES(first_wrapping, SET_WORD(sets[1].first, UINT64_MAX); SET_WORD(sets[2].first, UINT64_MAX))
TABLES(first_far, SET_WORD(sets[0].first, 1ull << 60);
       SET_WORD(sets[1].first, (1ull << 60) + 1); SET_WORD(sets[2].first, (1ull << 60) + 1))
TABLES(name_long, items[0].name = pappus_alloc(256); items[0].name_size = 256)
TABLES(name_huge, SET_WORD(items[0].name_size, 1ull << 40))
TABLES(name_wrapping, SET_WORD(items[0].name_size, UINT64_MAX))
TABLES(name_wild, SET_WORD(items[0].name, 0xDEAD000000000000))
TABLES(name_not_utf8, items[0].name = "\xFF\xFE"; items[0].name_size = 2)
TABLES(name_surrogate, items[0].name = "\xED\xA0\x80"; items[0].name_size = 3)
TABLES(name_dots, items[0].name = "a/../b"; items[0].name_size = 6)
TABLES(name_absolute, items[0].name = "/etc"; items[0].name_size = 4)
TABLES(name_with_nul, items[0].name = "a\0b"; items[0].name_size = 3)
TABLES(set_name_wild, SET_WORD(sets[0].name, -1))
TABLES(set_name_not_utf8, sets[0].name = "\xC3\x28"; sets[0].name_size = 2)
TABLES(data_wild, SET_WORD(items[0].data, 0xDEAD000000000000))
TABLES(data_wrapping, SET_WORD(items[0].data, -16); items[0].size = 32)
TABLES(data_huge, SET_WORD(items[0].size, 1ull << 40))
TABLES(data_negative, SET_WORD(items[0].size, UINT64_MAX))
/* These are allowed. */
TABLES(set_renamed, sets[0].name = "renamed"; sets[0].name_size = 7)
TABLES(set_name_empty, sets[0].name = NULL; sets[0].name_size = 0)
TABLES(data_empty_at_null, items[0].data = NULL; items[0].size = 0)
TABLES(data_untouched, items[0].data = untouched(8192); items[0].size = 8192)
#ifndef __wasm__
TABLES(data_in_guard, items[0].data = (void *)control.heap_end; items[0].size = 4096)
TABLES(data_is_code, items[0].data = (void *)(uintptr_t)null_read; items[0].size = 4)
#endif
TABLES(key_wide, items[0].key = 0x123456789ABCDEF0)
MODE(items_at_limit) { tables(10000); pappus_leave(0); }
MODE(items_over_limit) { tables(10001); pappus_leave(0); }
MODE(bytes_over_limit) {
  tables(5);
  const char *large = pappus_alloc(16 << 20);
  for (int i = 0; i < 5; i++) {
    items[i].data = large;
    items[i].size = 16 << 20;
  }
  pappus_leave(0);
}

#define ENTRY(name) {#name, name}
static const struct {
  const char *name;
  void (*run)(void);
} modes[] = {
#ifndef __wasm__
    ENTRY(null_read), ENTRY(null_write), ENTRY(null_call), ENTRY(write_code), ENTRY(write_constant),
    ENTRY(execute_data), ENTRY(execute_stack), ENTRY(read_outside), ENTRY(write_outside),
    ENTRY(read_host_like), ENTRY(read_kernel), ENTRY(write_guard), ENTRY(non_canonical),
    ENTRY(stack_wild), ENTRY(stack_non_canonical), ENTRY(divide_by_zero), ENTRY(undefined),
    ENTRY(breakpoint), ENTRY(debug_trap), ENTRY(single_step), ENTRY(unaligned_check),
    ENTRY(unaligned_vector), ENTRY(floating_point), ENTRY(halt), ENTRY(disable_interrupts),
    ENTRY(enable_interrupts), ENTRY(read_msr), ENTRY(write_msr), ENTRY(read_control_register),
    ENTRY(write_control_register), ENTRY(write_debug_register), ENTRY(load_descriptor_table),
    ENTRY(load_task_register), ENTRY(load_segment), ENTRY(invalidate_page),
    ENTRY(set_extended_control), ENTRY(return_to_ring_0), ENTRY(interrupt_80), ENTRY(interrupt_0e),
    ENTRY(system_call), ENTRY(system_enter), ENTRY(swap_gs), ENTRY(vm_call), ENTRY(vmm_call),
    ENTRY(monitor_wait), ENTRY(port_in), ENTRY(port_out), ENTRY(port_out_high),
    ENTRY(port_out_wide), ENTRY(port_in_exit), ENTRY(port_string_in), ENTRY(port_string_in_exit),
    ENTRY(port_string_out_exit), ENTRY(loop_calling_monitor), ENTRY(exit_by_interrupt),
    ENTRY(data_in_guard), ENTRY(data_is_code),
#endif
    ENTRY(crash_at_once), ENTRY(stack_overflow), ENTRY(loop_forever), ENTRY(loop_writing),
    ENTRY(exhaust_memory), ENTRY(one_huge_allocation), ENTRY(use_all_memory), ENTRY(exit_7),
    ENTRY(exit_minus_5), ENTRY(exit_1000), ENTRY(exit_unset), ENTRY(exit_never_initialised),
    ENTRY(exit_without_outputs), ENTRY(print_and_fail), ENTRY(print_and_crash),
    ENTRY(print_much_and_crash), ENTRY(log_corrupted), ENTRY(tables_good), ENTRY(count_zero),
    ENTRY(count_more), ENTRY(count_huge), ENTRY(count_wrapping), ENTRY(sets_wild),
    ENTRY(sets_outside), ENTRY(sets_wrapping), ENTRY(items_wild), ENTRY(items_wrapping),
    ENTRY(first_backward), ENTRY(first_huge), ENTRY(first_wrapping), ENTRY(first_far),
    ENTRY(name_long), ENTRY(name_huge), ENTRY(name_wrapping), ENTRY(name_wild),
    ENTRY(name_not_utf8), ENTRY(name_surrogate), ENTRY(name_dots), ENTRY(name_absolute),
    ENTRY(name_with_nul), ENTRY(set_name_wild), ENTRY(set_name_not_utf8), ENTRY(data_wild),
    ENTRY(data_wrapping), ENTRY(data_huge), ENTRY(data_negative), ENTRY(set_renamed),
    ENTRY(set_name_empty), ENTRY(data_empty_at_null), ENTRY(data_untouched), ENTRY(key_wide),
    ENTRY(items_at_limit), ENTRY(items_over_limit), ENTRY(bytes_over_limit),
};

static int hostile(void) {
  const char *wanted = pappus_string(pappus_first(in.mode));
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(wanted, modes[i].name) == 0) {
      modes[i].run();
      pappus_put(out.result, pappus_id("done", 0), wanted, strlen(wanted));
      return 0;
    }
  }
  pappus_fail("no mode %s", wanted);
}
