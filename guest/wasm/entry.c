/* entry.c: the platform's side of one WebAssembly module. Compiled together with what wasm2c wrote of
 * it (module.h), with these macros:
 *
 *   WASM_PAGES_INITIAL, WASM_PAGES_MAX  of its memory
 *   PAPPUS_WASM_BASE   where that stands, if hardware checks its bounds
 *   WASM_COMMAND       it is a WASI command; else it has the low-level entry
 *   WASM_IMPORTS       it imports functions of WASI
 *   WASM_INITIALIZE    it exports _initialize
 *   WASM_LOG           it exports __pappus_log
 *   WASM_NAME          the function's name: argv where the caller gives none */
#include "../wasi/wasi.h"

#include "module.h"

#ifdef PAPPUS_WASM_BASE
#define BASE PAPPUS_WASM_BASE
#else
#define BASE 0
#endif

const uintptr_t pappus_wasm_base = BASE;

static const struct {
  uint32_t owner_size, description_size, type;
  char owner[8];
  pappus_wasm_note description;
} note __attribute__((section(".note.pappus.wasm"), used, aligned(4))) = {
    sizeof(PAPPUS_NOTE_OWNER),
    sizeof(pappus_wasm_note),
    PAPPUS_NOTE_WASM,
    PAPPUS_NOTE_OWNER,
    {BASE, WASM_PAGES_INITIAL, WASM_PAGES_MAX},
};

static Z_module_instance_t instance;

static void instantiate(void) {
  Z_module_init_module();
#ifdef WASM_IMPORTS
  static wasi imports;
  imports.memory = Z_moduleZ_memory(&instance);
  Z_module_instantiate(&instance, &imports);
#else
  Z_module_instantiate(&instance);
#endif
}

#ifdef WASM_COMMAND

void pappus_wasm_finish(int code) {
  if (code != 0) {
    pappus_leave(code);
  }
  file_put_outputs();
  pappus_exit(0);
}

int pappus_main(void) {
  file_arguments = (file_words){WASM_NAME, 1, sizeof WASM_NAME};
  wasi_take_inputs();
  instantiate();
  Z_moduleZ__start(&instance);
  pappus_wasm_finish(0);
}

#else

/* Where the module has asked for its log ring. */
uintptr_t __pappus_log_pointer;

static uint32_t to_module(const void *data, size_t size, size_t alignment) {
  if (size == 0) {
    return 0;
  }
  uint32_t address = 0;
  if (size <= UINT32_MAX) {
    address = Z_moduleZ_pappus_allocate(&instance, (uint32_t)size, (uint32_t)alignment);
  }
  wasm_rt_memory_t *memory = Z_moduleZ_memory(&instance);
  if (address == 0 || size > memory->size || address > memory->size - size) {
    pappus_out_of_memory(size);
  }
  if (data != NULL) {
    memcpy(memory->data + address, data, size);
  }
  return address;
}

/* What the module calls an address, or an address that nothing has if it is none of the module's. */
static void *from_module(uintptr_t address, size_t size) {
  wasm_rt_memory_t *memory = Z_moduleZ_memory(&instance);
  if (size == 0) {
    return NULL;
  }
  bool inside = size <= memory->size && address <= memory->size - size;
  return (void *)(inside ? (uintptr_t)memory->data + address : address | 1ul << 62);
}

/* Records as the platform writes them, with addresses of the module. */
static uint32_t copy_sets(const pappus_set_record *sets, size_t count) {
  uint32_t copies = to_module(NULL, (count + 1) * sizeof *sets, 8);
  for (size_t i = 0; i <= count; i++) {
    pappus_set_record copy = sets[i];
    copy.name = (const char *)(uintptr_t)to_module(sets[i].name, sets[i].name_size, 1);
    memcpy(from_module(copies + i * sizeof copy, sizeof copy), &copy, sizeof copy);
  }
  return copies;
}

static uint32_t copy_items(const pappus_item *items, size_t count) {
  uint32_t copies = to_module(NULL, count * sizeof *items, 8);
  for (size_t i = 0; i < count; i++) {
    pappus_item copy = items[i];
    copy.name = (const char *)(uintptr_t)to_module(copy.name, copy.name_size, 1);
    copy.data = (const void *)(uintptr_t)to_module(copy.data, copy.size, 128);
    memcpy(from_module(copies + i * sizeof copy, sizeof copy), &copy, sizeof copy);
  }
  return copies;
}

/* Makes the module's tables the platform's, which checks them as it does any others: here only as
 * much as is needed to rewrite addresses. */
static void publish(const pappus_control *left) {
  control.output_count = left->output_count;
  size_t count = left->output_count;
  if (count > UINT32_MAX / sizeof(pappus_set_record) - 1) {
    return;
  }
  size_t sets_size = (count + 1) * sizeof(pappus_set_record);
  control.output_sets = from_module((uintptr_t)left->output_sets, sets_size);
  if ((uintptr_t)control.output_sets >> 62 != 0) {
    return;
  }
  for (size_t i = 0; i <= count; i++) {
    pappus_set_record *set = &control.output_sets[i];
    set->name = from_module((uintptr_t)set->name, set->name_size);
  }
  size_t items = control.output_sets[count].first;
  if (items > UINT32_MAX / sizeof(pappus_item)) {
    return;
  }
  control.output_items = from_module((uintptr_t)left->output_items, items * sizeof(pappus_item));
  if ((uintptr_t)control.output_items >> 62 != 0) {
    return;
  }
  for (size_t i = 0; i < items; i++) {
    pappus_item *item = &control.output_items[i];
    item->name = from_module((uintptr_t)item->name, item->name_size);
    item->data = from_module((uintptr_t)item->data, item->size);
  }
}

/* Where the module's control block is; 0 until it has one. */
static uint32_t block;

void pappus_wasm_finish(int code) {
  if (code == 0 && block != 0) {
    pappus_control left;
    memcpy(&left, from_module(block, sizeof left), sizeof left);
    publish(&left);
  }
  pappus_leave(code);
}

int pappus_main(void) {
  file_arguments = (file_words){WASM_NAME, 1, sizeof WASM_NAME};
  instantiate();
#ifdef WASM_LOG
  uint32_t log = *Z_moduleZ___pappus_log(&instance);
  __pappus_log_pointer = (uintptr_t)from_module(log, sizeof(pappus_log_ring));
#endif
#ifdef WASM_INITIALIZE
  Z_moduleZ__initialize(&instance);
#endif
  size_t items = control.input_sets[control.input_count].first;
  pappus_control copy = control;
  copy.heap_begin = copy.heap_end = 0;
  copy.input_sets = (pappus_set_record *)(uintptr_t)copy_sets(control.input_sets, control.input_count);
  copy.output_sets =
      (pappus_set_record *)(uintptr_t)copy_sets(control.output_sets, control.output_count);
  copy.input_items = (pappus_item *)(uintptr_t)copy_items(control.input_items, items);
  block = to_module(&copy, sizeof copy, 8);
  pappus_wasm_finish((int)Z_moduleZ_pappus_run(&instance, block));
}

#endif
