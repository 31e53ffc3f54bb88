/* sets.c: input sets as files, files as output sets, and what is printed. */
#include "wasi.h"

node wasi_standard_input;
wasi_words wasi_arguments, wasi_environment;

static node *outputs;

/* ---- Inputs -------------------------------------------------------------------------------------- */

static bool is_text(const char *text, size_t size, const char *wanted) {
  return size == strlen(wanted) && memcmp(text, wanted, size) == 0;
}

/* Directories of the platform's own, which no set can take the place of. */
static bool is_taken(const char *name, size_t size) {
  return is_text(name, size, "in") || is_text(name, size, "out") || is_text(name, size, "tmp");
}

/* The directory of this name, or null if a file has it. */
static node *directory(node *parent, const char *name, size_t size) {
  node *found = wasi_child(parent, name, size);
  if (found == NULL) {
    found = wasi_add(parent, name, size, true);
  }
  return found->directory ? found : NULL;
}

static node *set_directory(node *parent, const pappus_set_record *set, uint64_t key) {
  if ((uint32_t)key == 0) {
    return directory(parent, set->name, set->name_size);
  }
  const char *name = pappus_format("%.*s:%u", (int)set->name_size, set->name, (unsigned)key);
  return directory(parent, name, strlen(name));
}

/* Adds a file to `parent`; its name may lead through directories. If it cannot have its name, it
 * gets the first of NAME~2, NAME~3 … that is free. */
static void add_input(node *parent, const pappus_item *item) {
  const char *name = item->name_size == 0 ? "item" : item->name;
  size_t left = item->name_size == 0 ? 4 : item->name_size;
  for (const char *slash; (slash = memchr(name, '/', left)) != NULL;) {
    size_t size = (size_t)(slash - name);
    node *inner = size == 0 ? parent : directory(parent, name, size);
    if (inner == NULL) {
      /* A file has the directory's name: the item stays beside it under all of its own. */
      break;
    }
    parent = inner;
    name = slash + 1;
    left -= size + 1;
  }
  const char *free_name = left == 0 ? "item" : name;
  size_t size = left == 0 ? 4 : left;
  for (unsigned number = 2; wasi_child(parent, free_name, size) != NULL; number++) {
    free_name = pappus_format("%.*s~%u", (int)(left == 0 ? 4 : left), left == 0 ? "item" : name,
                              number);
    size = strlen(free_name);
  }
  node *file = wasi_add(parent, free_name, size, false);
  file->data = (char *)item->data;
  file->size = item->size;
  file->read_only = true;
}

static void protect(node *directory) {
  directory->read_only = true;
  for (uint32_t i = 0; i < directory->count; i++) {
    if (directory->children[i]->directory) {
      protect(directory->children[i]);
    }
  }
}

static bool is_output(const char *name, size_t size) {
  for (size_t i = 0; i < control.output_count; i++) {
    const pappus_set_record *set = &control.output_sets[i];
    if (set->name_size == size && memcmp(set->name, name, size) == 0) {
      return true;
    }
  }
  return false;
}

/* ---- argv and environ ---------------------------------------------------------------------------- */

static bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Splits at blanks; ' and " quote blanks and each other, and vanish. */
static wasi_words split(const pappus_item *item) {
  const char *from = item->data;
  size_t left = item->size;
  wasi_words words = {.text = pappus_alloc_aligned(left + 1, 1)};
  char *to = words.text;
  while (left > 0) {
    if (is_blank(*from)) {
      from++, left--;
      continue;
    }
    char quote = '\0';
    for (; left > 0 && (quote != '\0' || !is_blank(*from)); from++, left--) {
      if (quote == '\0' && (*from == '\'' || *from == '"')) {
        quote = *from;
      } else if (*from == quote && quote != '\0') {
        quote = '\0';
      } else {
        *to++ = *from == '\0' ? ' ' : *from;
      }
    }
    *to++ = '\0';
    words.count++;
  }
  words.size = (uint32_t)(to - words.text);
  return words;
}

static void take_standard(const pappus_item *item) {
  if (is_text(item->name, item->name_size, "stdin")) {
    wasi_standard_input.data = (char *)item->data;
    wasi_standard_input.size = item->size;
  } else if (is_text(item->name, item->name_size, "argv")) {
    wasi_arguments = split(item);
  } else if (is_text(item->name, item->name_size, "environ")) {
    wasi_environment = split(item);
  }
}

void wasi_take_inputs(void) {
  node *inputs = wasi_add(&wasi_root, "in", 2, true);
  outputs = wasi_add(&wasi_root, "out", 3, true);
  wasi_add(&wasi_root, "tmp", 3, true);
  for (size_t i = 0; i < control.input_count; i++) {
    const pappus_set_record *set = &control.input_sets[i];
    node *second = NULL;
    if (set->name_size > 0 && !is_taken(set->name, set->name_size)) {
      second = directory(&wasi_root, set->name, set->name_size);
    }
    for (size_t at = set->first; at < set[1].first; at++) {
      const pappus_item *item = &control.input_items[at];
      add_input(set_directory(inputs, set, item->key), item);
      if (second != NULL) {
        add_input(second, item);
      }
      if (is_text(set->name, set->name_size, "stdio")) {
        take_standard(item);
      }
    }
    if (second != NULL && !is_output(set->name, set->name_size)) {
      protect(second);
    }
  }
  protect(inputs);
  for (size_t i = 0; i < control.output_count; i++) {
    const pappus_set_record *set = &control.output_sets[i];
    directory(outputs, set->name, set->name_size);
    if (!is_taken(set->name, set->name_size)) {
      directory(&wasi_root, set->name, set->name_size);
    }
  }
  wasi_open((descriptor){.kind = DIRECTORY_OPEN,
                         .rights = UINT32_MAX >> 2,
                         .inheriting = UINT32_MAX >> 2,
                         .node = &wasi_root});
}

/* ---- Outputs ------------------------------------------------------------------------------------- */

static _Noreturn void bad_output(const char *path, const char *why) {
  __pappus_log.total = 0;
  const char *text = pappus_format("%s: %s\n", path, why);
  pappus_log(text, strlen(text));
  pappus_leave(PAPPUS_EXIT_BAD_OUTPUT);
}

/* Whether one name comes before another when directories end with a slash: then a walk meets paths
 * in the order of their bytes. */
static bool precedes(const node *a, const node *b) {
  for (uint32_t i = 0;; i++) {
    unsigned char left = i < a->name_size ? (unsigned char)a->name[i] : a->directory ? '/' : 0;
    unsigned char right = i < b->name_size ? (unsigned char)b->name[i] : b->directory ? '/' : 0;
    if (left != right || i >= a->name_size || i >= b->name_size) {
      return left < right;
    }
  }
}

/* The children, in that order. Only directories stand elsewhere than they do now. */
static node **in_path_order(const node *directory) {
  node **sorted = pappus_alloc(directory->count * sizeof *sorted);
  for (uint32_t i = 0; i < directory->count; i++) {
    uint32_t at = i;
    for (; at > 0 && precedes(directory->children[i], sorted[at - 1]); at--) {
      sorted[at] = sorted[at - 1];
    }
    sorted[at] = directory->children[i];
  }
  return sorted;
}

/* Puts all files below a directory that came into being during the run. */
static void put_files(pappus_out set, uint32_t key, const node *directory, const char *prefix) {
  node **sorted = in_path_order(directory);
  for (uint32_t i = 0; i < directory->count; i++) {
    node *child = sorted[i];
    if (child->directory) {
      put_files(set, key, child, pappus_format("%s%s/", prefix, child->name));
    } else if (!child->read_only) {
      const char *name = *prefix == '\0' ? child->name : pappus_format("%s%s", prefix, child->name);
      pappus_put(set, pappus_id(name, key), child->data, child->size);
    }
  }
}

static bool parse_key(const char *digits, size_t size, uint32_t *key) {
  uint64_t value = 0;
  if (size == 0 || size > 10) {
    return false;
  }
  for (size_t i = 0; i < size; i++) {
    if (digits[i] < '0' || digits[i] > '9') {
      return false;
    }
    value = value * 10 + (uint64_t)(digits[i] - '0');
  }
  *key = (uint32_t)value;
  return value <= UINT32_MAX;
}

/* Puts what lies in /out/SET or /out/SET:KEY. */
static void put_directory(const node *directory) {
  const char *path = pappus_format("/out/%s", directory->name);
  if (!directory->directory) {
    bad_output(path, "a file outside of an output set's folder");
  }
  const char *colon = memchr(directory->name, ':', directory->name_size);
  size_t size = colon == NULL ? directory->name_size : (size_t)(colon - directory->name);
  uint32_t key = 0;
  if (colon != NULL && !parse_key(colon + 1, directory->name_size - size - 1, &key)) {
    bad_output(path, "the key is not a number below 2^32");
  }
  for (size_t i = 0; i < control.output_count; i++) {
    const pappus_set_record *set = &control.output_sets[i];
    if (set->name_size == size && memcmp(set->name, directory->name, size) == 0) {
      put_files((pappus_out){i}, key, directory, "");
      return;
    }
  }
  bad_output(path, "there is no such output set");
}

void wasi_put_outputs(void) {
  if (outputs == NULL) {
    return;
  }
  node **sorted = in_path_order(outputs);
  for (uint32_t i = 0; i < outputs->count; i++) {
    put_directory(sorted[i]);
  }
  for (size_t i = 0; i < control.output_count; i++) {
    const pappus_set_record *set = &control.output_sets[i];
    if (!is_taken(set->name, set->name_size)) {
      const node *second = wasi_child(&wasi_root, set->name, set->name_size);
      if (second != NULL && second->directory) {
        put_files((pappus_out){i}, 0, second, "");
      }
    }
  }
}

/* ---- What is printed ----------------------------------------------------------------------------- */

void wasi_print(open_kind stream, const void *data, size_t size) {
  static bool error_printed;
  bool to_error = stream == STREAM_ERR;
  pappus_write(to_error, data, size);
  /* The log ring holds stderr, or stdout as long as there is none. */
  if (to_error && !error_printed && size > 0) {
    error_printed = true;
    __pappus_log.total = 0;
  }
  if (to_error || !error_printed) {
    pappus_log(data, size);
  }
}
